"""What people set for themselves, and the wall session a supervisor leaves on a screen."""

from uuid import UUID

from telesec.accounts import secret_text
from telesec.accounts.models import LoginSession, Person
from telesec.accounts.reads import WALL
from telesec.accounts.sessions import OpenedSession
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.web.language import LANGUAGES

INSTALLATION = Facts(practice_id=None)


def set_language(uow: UnitOfWork, language: str) -> None:
    """Set the language one's own pages speak, from the next page on.

    Raises:
        Refused: Not a language we have (422).
    """
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    if language not in LANGUAGES:
        raise Refused("bad_language", say("Choose one of the languages."), status=422, field="language")
    _me(uow).language = language
    uow.audit("person.language", practice_id=None, object_id=uow.actor.person_id, language=language)


def open_wall(uow: UnitOfWork, *, address: str, device: str) -> OpenedSession:
    """Open a session that shows the wall and nothing else; it never locks and can be ended from the list.

    The session it was opened from ends in the same transaction: the screen is left alone.

    Args:
        address: Network address of the browser.
        device: The browser's own description.
    """
    authorize(uow, Permission.ALERT_CLOSE, on=INSTALLATION)
    person, now, token = _me(uow), uow.now(), secret_text.new_token()
    opened_from = uow.session.get(LoginSession, uow.actor.session_id) if uow.actor.session_id else None
    if opened_from is not None:
        opened_from.ended_at = now
    wall = LoginSession(
        id=new_id(),
        person_id=person.id,
        token_hash=secret_text.hashed(token),
        csrf_token=secret_text.new_token(),
        address_key=secret_text.key_of("address", address),
        device=device[:120],
        created_at=now,
        seen_at=now,
        kind=WALL,
    )
    uow.session.add(wall)
    uow.audit("session.open_wall", practice_id=None, object_id=person.id, session_id=wall.id)
    return OpenedSession(token, wall.id, person.id)


def _me(uow: UnitOfWork) -> Person:
    who: UUID | None = uow.actor.person_id
    person = uow.session.get(Person, who) if who else None
    if person is None:
        raise NotFound
    return person
