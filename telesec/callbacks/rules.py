"""When a promised call is due, and when its promise is already broken."""

from datetime import datetime, timedelta
from enum import StrEnum

LATEST_PROMISE = timedelta(days=31)
WITHDRAW_WITHIN = timedelta(seconds=10)
"""Whoever promised may take it back within this time."""
SOON = timedelta(minutes=15)
MAX_NOTE = 4_000
"""Characters a card keeps, the newest ones, however often it is promised again."""


class CallbackState(StrEnum):
    """Open until somebody called back (settled) or the promise no longer stands (closed)."""

    OPEN = "open"
    SETTLED = "settled"
    CLOSED = "closed"


class CloseReason(StrEnum):
    """Why a card was closed without our calling."""

    GOT_THROUGH = "got_through"
    NOT_WANTED = "not_wanted"
    WRONG_NUMBER = "wrong_number"
    UNREACHABLE = "unreachable"
    WITHDRAWN = "withdrawn"


class Urgency(StrEnum):
    """How a card looks now."""

    LATE = "late"
    SOON = "soon"
    LATER = "later"


def urgency(due_at: datetime, now: datetime) -> Urgency:
    """Return how near a promise is; the minute it is due it counts as late."""
    if due_at <= now:
        return Urgency.LATE
    return Urgency.SOON if due_at - now <= SOON else Urgency.LATER


def promise_fits(due_at: datetime, now: datetime) -> bool:
    """Return whether a promised time can be kept: not in the past, not beyond a month."""
    return now - timedelta(minutes=1) <= due_at <= now + LATEST_PROMISE


def earlier(promised: datetime, asked: datetime) -> datetime:
    """Return the time an open card keeps when it is asked for again: the earlier promise holds."""
    return min(promised, asked)
