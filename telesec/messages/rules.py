"""What a message needs before it may be filed, and whether it must ring somebody."""

from datetime import datetime, timedelta
from enum import StrEnum

from telesec.triage.levels import Level

MAX_TEXT = 8_000
RETRACT_WITHIN = timedelta(seconds=10)
"""Whoever filed a message that rang nobody may take it back within this time."""


class MessageState(StrEnum):
    """Where a message is on its way; ``handled`` is the practitioner's word that nothing is left to do."""

    FILED = "filed"
    READ = "read"
    HANDLED = "handled"


class Folder(StrEnum):
    """Which messages a list shows."""

    TO_HANDLE = "to_handle"
    HANDLED = "handled"
    ALL = "all"


def raises_alert(level: Level) -> bool:
    """Return whether a message of this level is delivered to a human at once (DESIGN §2)."""
    return level in {Level.CALL15_NOW, Level.DOCTOR_NOW}


def state(read_at: datetime | None, handled_at: datetime | None) -> MessageState:
    """Return a message's state from its instants."""
    if handled_at is not None:
        return MessageState.HANDLED
    return MessageState.READ if read_at is not None else MessageState.FILED


def age(filed_at: datetime, now: datetime) -> timedelta:
    """Return how old a message is; a clock set back never makes it negative."""
    return max(now - filed_at, timedelta(0))


def text_error(text: str) -> str | None:
    """Return what is wrong with a message's text as a code, or None."""
    if not text.strip():
        return "no_text"
    return "text_too_long" if len(text) > MAX_TEXT else None
