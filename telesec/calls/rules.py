"""A call's states, outcomes, drafts and how a caller was handed to the 15, as values."""

from datetime import datetime, timedelta
from enum import StrEnum

from telesec.triage.levels import Level, at_least

MISSED_CALL_PROMISE = timedelta(minutes=15)
"""A caller nobody answered is called back within this time."""
REPEAT_WITHIN = timedelta(hours=72)
"""A second call about the same patient within this time is a warning: missed deterioration ×1.77 at the
second and ×4.02 at the third call (NHS 111 data)."""
REOPEN_WITHIN = timedelta(seconds=10)
"""Whoever closed a call may take that back within this time."""
MAX_DRAFT = 20_000
SILENT_FOR = timedelta(seconds=90)
"""A carrier tells of a waiting caller every 20 seconds; this long without a word, the line is lost."""
REFUSED_15_PROMISE = timedelta(minutes=10)
"""Within this time somebody who refused the 15 is called back (triage reference, rules of the engine)."""


class CallState(StrEnum):
    """Ringing until a human answers, open until closed with an outcome."""

    RINGING = "ringing"
    OPEN = "open"
    CLOSED = "closed"


class Source(StrEnum):
    """How a call came to us."""

    DESK = "desk"
    API = "api"
    RING = "ring"


class Outcome(StrEnum):
    """What came of a call; ``abandoned`` is a caller who hung up before a human answered."""

    INFORMATION = "information"
    APPOINTMENT = "appointment"
    MESSAGE = "message"
    ALERT = "alert"
    EMERGENCY = "emergency"
    CALLBACK = "callback"
    TRANSFERRED = "transferred"
    WRONG_NUMBER = "wrong_number"
    ABUSE = "abuse"
    HUNG_UP = "hung_up"
    ABANDONED = "abandoned"
    OTHER = "other"


class DraftKind(StrEnum):
    """Which field of the desk a draft belongs to."""

    NOTE = "note"
    MESSAGE = "message"
    PATIENT = "patient"
    BOOKING = "booking"


class Handover(StrEnum):
    """How the caller reaches the 15; ``done`` when the 15 has taken over."""

    NONE = ""
    TRANSFER = "transfer"
    CALLS = "calls"
    REFUSES = "refuses"
    DONE = "done"


class Beside(StrEnum):
    """Whether who speaks for a patient is near enough to look, as the caller said."""

    NOT_SAID = ""
    YES = "yes"
    NO = "no"


def drop_is_alarming(level: Level | None, handover: Handover, *, asking: bool, told_doctor: bool) -> bool:
    """Return whether a caller who is gone must be called back at once.

    Args:
        level: Reached so far in the call's triage; None without one.
        handover: Whoever was passed to the 15, or calls it, hangs up as expected.
        asking: A question was still open when the line dropped.
        told_doctor: An alert of this call is out.
    """
    if level is None or not at_least(level, Level.DOCTOR_NOW):
        return False
    if level is Level.CALL15_NOW:
        return handover in {Handover.NONE, Handover.REFUSES}
    return asking or not told_doctor


def state(answered_at: datetime | None, closed_at: datetime | None) -> CallState:
    """Return a call's state from its instants."""
    if closed_at is not None:
        return CallState.CLOSED
    return CallState.RINGING if answered_at is None else CallState.OPEN


def seconds_waited(opened_at: datetime, answered_at: datetime | None, now: datetime) -> int:
    """Return how long the caller waited, or waits, for a human, in whole seconds."""
    return max(0, int(((answered_at or now) - opened_at).total_seconds()))


def unseen(kept: str, version: int, written: str, seen: int) -> str:
    """Return what a draft holds that a text does not, because another tab wrote it; empty when nothing.

    Args:
        kept: The draft as last saved.
        version: How often it was saved.
        written: A text that grew from the save ``seen``.
        seen: 0 when its page had seen none.
    """
    known = version <= seen or " ".join(kept.split()) in " ".join(written.split())
    return "" if known else kept
