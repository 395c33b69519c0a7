"""What the wall puts before a human, most pressing first, as rows; no name of a person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from telesec.desk.supervisor_reads import Overview
from telesec.foundation.language import Sentence, say

CALL_BACK = say("Call back after a red flag")
UNTAKEN = say("Alert without an answer")
PROMISED = say("Promised, not called")
SILENT = say("Calendar down")
UNREAD = say("Unread message")


@dataclass(frozen=True)
class Row:
    """One thing to settle; ``at`` is since when, or until when, None where nobody knows."""

    style: str
    icon: str
    words: Sentence
    practice_id: UUID
    at: datetime | None


def rows(seen: Overview) -> tuple[Row, ...]:
    """Return everything that waits for a human: who may be in danger first."""
    return (
        *(Row("red", "15", CALL_BACK, one.practice_id, one.at) for one in seen.lost),
        *(Row("red", "15", UNTAKEN, one.practice_id, one.exhausted_at) for one in seen.red.items),
        *(Row("amber", "loop", PROMISED, one.practice_id, one.acknowledged_at) for one in seen.overdue_loops),
        *(Row("amber", "stale", SILENT, one.practice_id, one.card.fresh_at) for one in seen.calendars),
        *(Row("", "sms", UNREAD, one.practice_id, one.at) for one in seen.letters),
    )
