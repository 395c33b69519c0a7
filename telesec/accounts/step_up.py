"""The second factor given anew for one kind of act, bound to the session, for five minutes.

It refuses whoever has no session: a program's token signs nothing. The session's cookie is renewed with it,
so that a copy taken before is worth nothing.
"""

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from telesec.accounts import limits, rules, secret_text, sessions
from telesec.accounts.models import LoginSession, Person, StepUp
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Forbidden, Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork

INSTALLATION = Facts(practice_id=None)
LASTS = timedelta(minutes=5)
NEEDED = say("Type the code your authenticator shows now: this act asks who you are once more.")
WRONG = say("This code is not right, or was used already. Type the one your authenticator shows now.")


class Act(StrEnum):
    """What asks for it."""

    SIGN_PROTOCOL = "protocol.sign"
    MANAGE_PEOPLE = "person.manage"
    CHANGE_NUMBER = "contact.write"


def proven(uow: UnitOfWork, act: Act) -> bool:
    """Return whether the acting session gave its second factor for this kind of act within five minutes."""
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    held = uow.session.get(StepUp, (uow.actor.session_id, act.value)) if uow.actor.session_id else None
    return held is not None and uow.now() - held.proven_at < LASTS


def require_proven(uow: UnitOfWork, act: Act) -> None:
    """Refuse an act whose second factor was not given anew.

    Raises:
        Refused: ``step_up_needed`` (422), at the field ``code``.
    """
    if not proven(uow, act):
        raise Refused("step_up_needed", NEEDED, status=422, field="code")


def begin(uow: UnitOfWork) -> tuple[rules.Limit, ...]:
    """Count a try under the account's own limits.

    Raises:
        TooMany: Wait before the next one.
    """
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    counted = rules.step_up_limits(secret_text.key_of("step_up", str(uow.actor.person_id)))
    limits.count_try(uow, counted)
    return counted


def prove(uow: UnitOfWork, act: Act, code: str, counted: tuple[rules.Limit, ...]) -> str | None:
    """Use a code up for an act and return the session's new token; None for a wrong code, which is audited.

    Raises:
        Forbidden: There is no session.
    """
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    who, session_id = uow.actor.person_id, uow.actor.session_id
    person = sessions.locked_person(uow, who) if who else None
    if person is None or session_id is None:
        raise Forbidden
    if not sessions.second_factor(uow, person, code):
        uow.audit("session.refuse", practice_id=None, object_id=person.id, factor="step_up", act=act.value)
        return None
    limits.forget(uow, counted)
    return _granted(uow, person, session_id, act)


def _granted(uow: UnitOfWork, person: Person, session_id: UUID, act: Act) -> str:
    token, now = secret_text.new_token(), uow.now()
    uow.session.execute(
        update(LoginSession).where(LoginSession.id == session_id).values(token_hash=secret_text.hashed(token))
    )
    uow.session.execute(
        insert(StepUp)
        .values(session_id=session_id, act=act.value, proven_at=now)
        .on_conflict_do_update(index_elements=["session_id", "act"], set_={"proven_at": now})
    )
    uow.audit("session.step_up", practice_id=None, object_id=person.id, session_id=session_id, act=act.value)
    return token
