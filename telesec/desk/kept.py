"""Whether a promised call was made in time, as SQL: one rule for the wall and for one's own day.

A promise holds for a minute of the clock and is kept by the conversation, not by the note that ends its card:
what counts is when the call began in which they were spoken to. A promise nobody holds us to any more
(taken back, not wanted, a wrong number) counts on neither side.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from telesec.callbacks.models import Callback
from telesec.callbacks.rules import CloseReason
from telesec.calls.models import Call

PROMISED_MINUTE = timedelta(minutes=1)
NO_PROMISE = (CloseReason.WITHDRAWN.value, CloseReason.NOT_WANTED.value, CloseReason.WRONG_NUMBER.value)


def stands() -> ColumnElement[bool]:
    """Return the condition that a promise counts: open, kept, or ended otherwise than by being withdrawn."""
    return or_(Callback.reason.is_(None), Callback.reason.not_in(NO_PROMISE))


def decided(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a promise is kept or broken by now: its card ended, or its minute is over."""
    return or_(Callback.settled_at.is_not(None), Callback.due_at <= now - PROMISED_MINUTE)


def kept() -> ColumnElement[bool]:
    """Return the condition that they were called, or called us, before the minute promised was over."""
    spoken = (
        select(func.max(Call.opened_at))
        .where(
            Call.practice_id == Callback.practice_id,
            Call.from_index == Callback.phone_index,
            Call.opened_at.between(Callback.opened_at, Callback.settled_at),
            Call.answered_at.is_not(None),
        )
        .correlate(Callback)
        .scalar_subquery()
    )
    began = func.coalesce(spoken, Callback.settled_at)
    return and_(Callback.settled_at.is_not(None), began < Callback.due_at + PROMISED_MINUTE)
