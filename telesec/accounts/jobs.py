"""Forgets old tries, so that guesses at unknown accounts do not fill a table."""

from telesec.accounts import limits
from telesec.accounts.flow import NOBODY_YET
from telesec.accounts.ports import AccountsDeps
from telesec.foundation.jobs import Sweep


def forget_tries(deps: AccountsDeps) -> int:
    """Delete what no limit remembers any more; return how many rows went."""
    with deps.unit_of_work(NOBODY_YET) as uow:
        gone = limits.sweep(uow)
        uow.commit()
    return gone


SWEEPS: tuple[Sweep, ...] = (Sweep("accounts.forget_tries", 3600.0, forget_tries),)
