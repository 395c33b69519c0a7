"""Log in, unlock, enrol: Argon2id between two short transactions, so that no connection waits for it."""

from uuid import UUID

from telesec.accounts import passwords, reads, service, sessions, step_up
from telesec.accounts.passwords import PasswordHasher
from telesec.accounts.ports import AccountsDeps
from telesec.accounts.sessions import Attempt, OpenedSession
from telesec.accounts.step_up import Act
from telesec.foundation.access import Actor, Purpose, system_actor
from telesec.foundation.errors import Refused

NOBODY_YET = system_actor(Purpose.AUTHENTICATE)


def log_in(deps: AccountsDeps, hasher: PasswordHasher, attempt: Attempt) -> OpenedSession | None:
    """Return a new session, or None for any wrong detail; the failure is counted and audited.

    Raises:
        TooMany: Wait before the next attempt.
    """
    with deps.unit_of_work(NOBODY_YET) as uow:
        candidate = sessions.begin(uow, attempt)
        uow.commit()
    password_ok = hasher.matches(attempt.password, candidate.password_hash)
    with deps.unit_of_work(NOBODY_YET) as uow:
        opened = sessions.finish(uow, candidate, attempt, password_ok=password_ok)
        uow.commit()
    return opened


def unlock(
    deps: AccountsDeps, hasher: PasswordHasher, session_id: UUID, *, password: str, address: str
) -> bool:
    """Return whether the session is open again; a wrong password is counted and audited.

    Raises:
        TooMany: Wait before the next attempt.
        NotFound: The session has ended.
    """
    with deps.unit_of_work(NOBODY_YET) as uow:
        candidate = sessions.begin_unlock(uow, session_id, address)
        uow.commit()
    password_ok = hasher.matches(password, candidate.password_hash)
    with deps.unit_of_work(NOBODY_YET) as uow:
        opened = sessions.finish_unlock(uow, session_id, candidate, password_ok=password_ok)
        uow.commit()
    return opened


def enrol(deps: AccountsDeps, hasher: PasswordHasher, token: str, *, password: str, code: str) -> list[str]:
    """Set password and second factor by a one-time link; return the recovery codes, shown once.

    Raises:
        NotFound: The link is unknown, used or expired.
        Refused: The password or the code will not do; nothing was used up.
    """
    with deps.unit_of_work(NOBODY_YET) as uow:
        invitation = reads.invitation(uow, token)
    passwords.check_new(password, invitation.email)
    password_hash = hasher.hash(password)
    with deps.unit_of_work(NOBODY_YET) as uow:
        codes = service.enrol(uow, token, password_hash, code)
        uow.commit()
    return codes


def prove(deps: AccountsDeps, actor: Actor, act: Act, code: str) -> str:
    """Return the session's new token after its second factor was given anew for an act.

    Raises:
        Refused: ``code_wrong`` (422), counted and audited.
        TooMany: Wait before the next attempt.
    """
    with deps.unit_of_work(actor) as uow:
        counted = step_up.begin(uow)
        uow.commit()
    with deps.unit_of_work(actor) as uow:
        token = step_up.prove(uow, act, code, counted)
        uow.commit()
    if token is None:
        raise Refused("code_wrong", step_up.WRONG, status=422, field="code")
    return token
