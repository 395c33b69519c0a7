"""Forgets old tries, answers and sessions, so that none fills a table."""

from telesec.accounts import idempotency, limits, sessions
from telesec.accounts.flow import NOBODY_YET
from telesec.accounts.ports import AccountsDeps
from telesec.foundation.jobs import Sweep


def forget_tries(deps: AccountsDeps) -> int:
    """Delete what no limit remembers any more; return how many rows went."""
    with deps.unit_of_work(NOBODY_YET) as uow:
        gone = limits.sweep(uow)
        uow.commit()
    return gone


def forget_answers(deps: AccountsDeps) -> int:
    """Delete answers kept for more than a day; return how many rows went."""
    with deps.unit_of_work(NOBODY_YET) as uow:
        gone = idempotency.sweep(uow)
        uow.commit()
    return gone


def forget_sessions(deps: AccountsDeps) -> int:
    """Delete the rows of sessions of long ago; return how many rows went."""
    with deps.unit_of_work(NOBODY_YET) as uow:
        gone = sessions.sweep(uow)
        uow.commit()
    return gone


SWEEPS: tuple[Sweep, ...] = (
    Sweep("accounts.forget_tries", 3600.0, forget_tries),
    Sweep("accounts.forget_answers", 600.0, forget_answers),
    Sweep("accounts.forget_sessions", 3600.0, forget_sessions),
)
