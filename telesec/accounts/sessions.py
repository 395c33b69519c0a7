"""Logging in and out: candidates, sessions in the database, locking. What a cookie opens is decided here.

The slow part (Argon2id) runs between two short transactions in ``flow``; this module is their halves.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, exists, select, update

from telesec.accounts import limits, rules, secret_text, totp
from telesec.accounts.models import LoginSession, Person, RecoveryCode
from telesec.accounts.rules import Limit
from telesec.foundation.access import Facts, Permission, Role, authorize
from telesec.foundation.errors import NotFound
from telesec.foundation.ids import new_id
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.vault import installation

INSTALLATION = Facts(practice_id=None)


@dataclass(frozen=True)
class Attempt:
    """What somebody typed, and from where.

    Args:
        email: As typed.
        password: As typed.
        code: Six digits of the authenticator, or a recovery code.
        address: Network address of the browser.
        device: The browser's own description, for the list of sessions.
    """

    email: str
    password: str
    code: str
    address: str
    device: str = ""


@dataclass(frozen=True)
class Candidate:
    """Who this attempt may be: nobody when ``person_id`` is None, which costs the same time."""

    person_id: UUID | None
    password_hash: str | None
    limits: tuple[Limit, ...]


@dataclass(frozen=True)
class OpenedSession:
    """A session just opened; ``token`` exists in clear only here and in the cookie."""

    token: str
    session_id: UUID
    person_id: UUID


def begin(uow: UnitOfWork, attempt: Attempt) -> Candidate:
    """Count the attempt and look the account up.

    Raises:
        TooMany: Wait before the next attempt.
    """
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    email, address = rules.normal_email(attempt.email), secret_text.key_of("address", attempt.address)
    found = rules.log_in_limits(
        secret_text.key_of("account", email), address, limit_address=not _is_call_centre(uow, address)
    )
    limits.count_try(uow, found)
    person = uow.session.execute(
        select(Person.id, Person.password_hash).where(Person.email == email, Person.disabled_at.is_(None))
    ).first()
    return Candidate(person.id if person else None, person.password_hash if person else None, found)


def finish(
    uow: UnitOfWork, candidate: Candidate, attempt: Attempt, *, password_ok: bool
) -> OpenedSession | None:
    """Check the second factor and open a session, or note the failure and return None.

    One answer for every kind of failure: nobody learns whether the account or the password exists.
    """
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    person_id = candidate.person_id
    person = locked_person(uow, person_id) if person_id else None
    if person is None or not password_ok:
        uow.audit("session.refuse", practice_id=None, object_id=person_id, factor="password")
        return None
    if not second_factor(uow, person, attempt.code):
        uow.audit("session.refuse", practice_id=None, object_id=person.id, factor="code")
        return None
    limits.forget(uow, candidate.limits)
    token = secret_text.new_token()
    session = LoginSession(
        id=new_id(),
        person_id=person.id,
        token_hash=secret_text.hashed(token),
        csrf_token=secret_text.new_token(),
        address_key=secret_text.key_of("address", attempt.address),
        device=attempt.device[:120],
        created_at=uow.now(),
        seen_at=uow.now(),
    )
    uow.session.add(session)
    uow.audit("session.open", practice_id=None, object_id=person.id, session_id=session.id)
    return OpenedSession(token, session.id, person.id)


def begin_unlock(uow: UnitOfWork, session_id: UUID, address: str) -> Candidate:
    """Count an attempt to unlock a session and return its person.

    Raises:
        NotFound: The session has ended.
        TooMany: Wait before the next attempt.
    """
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    row = uow.session.execute(
        select(Person.id, Person.email, Person.password_hash)
        .join(LoginSession, LoginSession.person_id == Person.id)
        .where(LoginSession.id == session_id, LoginSession.ended_at.is_(None), Person.disabled_at.is_(None))
    ).first()
    if row is None:
        raise NotFound
    found = rules.log_in_limits(
        secret_text.key_of("account", row.email),
        secret_text.key_of("address", address),
        limit_address=False,
    )
    limits.count_try(uow, found)
    return Candidate(row.id, row.password_hash, found)


def finish_unlock(uow: UnitOfWork, session_id: UUID, candidate: Candidate, *, password_ok: bool) -> bool:
    """Unlock a session after the right password; the second factor was given when it opened."""
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    if not password_ok:
        uow.audit("session.refuse", practice_id=None, object_id=candidate.person_id, factor="unlock")
        return False
    limits.forget(uow, candidate.limits)
    uow.session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.ended_at.is_(None))
        .values(locked_at=None, seen_at=uow.now())
    )
    uow.audit("session.unlock", practice_id=None, object_id=candidate.person_id, session_id=session_id)
    return True


def lock(uow: UnitOfWork, session_id: UUID) -> None:
    """Lock one's own session: content goes, the session stays."""
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    uow.session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.person_id == uow.actor.person_id)
        .values(locked_at=uow.now())
    )


def end(uow: UnitOfWork, session_id: UUID) -> None:
    """End one of one's own sessions; its cookie opens nothing from this moment.

    Raises:
        NotFound: It is not one's own.
    """
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    ended = uow.session.scalars(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.person_id == uow.actor.person_id)
        .values(ended_at=uow.now())
        .returning(LoginSession.id)
    ).first()
    if ended is None:
        raise NotFound
    uow.audit("session.end", practice_id=None, object_id=uow.actor.person_id, session_id=session_id)


def touch(uow: UnitOfWork, session_id: UUID) -> None:
    """Note that a session is in use; called at most once a minute."""
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    uow.session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.ended_at.is_(None))
        .values(seen_at=uow.now())
    )


def sweep(uow: UnitOfWork) -> int:
    """Forget sessions that began so long ago that nothing asks for them; return how many rows went."""
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    gone = uow.session.scalars(
        delete(LoginSession)
        .where(LoginSession.created_at < uow.now() - rules.KEPT)
        .returning(LoginSession.id)
    )
    return len(gone.all())


def locked_person(uow: UnitOfWork, person_id: UUID) -> Person | None:
    """Return a person who may log in, locked until the commit, or None."""
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    return uow.session.scalars(
        select(Person).where(Person.id == person_id, Person.disabled_at.is_(None)).with_for_update()
    ).first()


def second_factor(uow: UnitOfWork, person: Person, code: str) -> bool:
    """Use up a step of the authenticator or a recovery code; each serves once."""
    authorize(uow, Permission.SESSION_OWN, on=INSTALLATION)
    if "".join(code.split()).isdecimal():
        return _use_step(uow, person, code)
    used = uow.session.scalars(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person.id,
            RecoveryCode.code_hash == secret_text.hashed_recovery_code(person.id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=uow.now())
        .returning(RecoveryCode.person_id)
    ).first()
    if used is not None:
        uow.audit("recovery_code.use", practice_id=None, object_id=person.id)
    return used is not None


def _use_step(uow: UnitOfWork, person: Person, code: str) -> bool:
    if person.totp_sealed is None:
        return False
    secret = installation.unseal(uow, "totp", person.id, secret=person.totp_sealed)["secret"]
    step = totp.matching_step(secret, code, last_step=person.totp_last_step, now=uow.now())
    if step is None:
        return False
    person.totp_last_step = step
    return True


def _is_call_centre(uow: UnitOfWork, address_key: str) -> bool:
    """Return whether a secretary logged in from this address: then it is not limited as a whole."""
    found = exists().where(
        LoginSession.address_key == address_key,
        LoginSession.person_id == Person.id,
        Person.role == Role.SECRETARY.value,
    )
    return bool(uow.session.scalar(select(found)))
