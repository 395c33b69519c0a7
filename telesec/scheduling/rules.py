"""The life of a claim and of an appointment, decided as values. Pure.

What the practice's calendar holds is compared with what we asked for; nothing is "booked" on our own word.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from telesec.scheduling.hours import end_of_day
from telesec.scheduling.intervals import Interval
from telesec.triage.levels import WITHIN_72_HOURS_SECONDS, Level, at_least

HOLD_WITHOUT_LIFE = timedelta(minutes=3)
LONGEST_HOLD = timedelta(minutes=5)
"""No hold ends later than this; the look-up ``sec.due_holds`` knows it too."""
LONGEST_WAIT = timedelta(minutes=2)
"""No attempt waits longer than this; the look-up ``sec.due_settlements`` knows it too."""
AMISS = timedelta(seconds=5)
"""By how much the clocks of two machines may differ: what happened later than that is still to come."""
"""How long a hold outlives the desk's last sign of life."""
HOLD_AFTER_CALL = timedelta(seconds=10)
REOPEN_WITHIN = timedelta(seconds=10)
"""How long a hold outlives its call."""
LONGEST_SEARCH = timedelta(days=92)
CALLED_AND_COME = timedelta(minutes=30)
"""What whoever is offered a freed slot needs before it: fifteen minutes to be called, as many to come."""


class ClaimState(StrEnum):
    """Why a time is occupied."""

    HOLD = "hold"
    PENDING = "pending"
    BOOKED = "booked"


class Status(StrEnum):
    """Status of an appointment; codes of FHIR R4 ``AppointmentStatus`` (http://hl7.org/fhir/R4)."""

    PROPOSED = "proposed"
    PENDING = "pending"
    BOOKED = "booked"
    CANCELLED = "cancelled"


class Operation(StrEnum):
    """What is being done in the practice's calendar and not settled yet."""

    CREATE = "create"
    MOVE = "move"
    CANCEL = "cancel"


class EndedBecause(StrEnum):
    """Why an appointment is cancelled."""

    ASKED = "asked"
    SLOT_TAKEN = "slot_taken"
    CALENDAR_CONFLICT = "calendar_conflict"
    CALENDAR_UNAVAILABLE = "calendar_unavailable"
    PAST = "past"
    IN_CALENDAR = "in_calendar"
    """The practice took it out of its own calendar."""


class ConflictKind(StrEnum):
    """How our claim and the practice's calendar disagree."""

    MOVED = "moved"
    VANISHED = "vanished"
    REFUSED = "refused"


class Verdict(StrEnum):
    """What the calendar's entry is to the one we asked for."""

    WRITTEN = "written"
    AS_BEFORE = "as_before"
    ABSENT = "absent"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Seen:
    """What matters of an entry found in the calendar."""

    span: Interval
    cancelled: bool = False


def judge(seen: Seen | None, target: Interval, before: Interval | None) -> Verdict:
    """Return what the calendar's entry is, given what was asked (``target``) and what was there."""
    if seen is None or seen.cancelled:
        return Verdict.ABSENT
    if seen.span == target:
        return Verdict.WRITTEN
    if before is not None and seen.span == before:
        return Verdict.AS_BEFORE
    return Verdict.DIFFERENT


def hold_expires_at(seen_at: datetime) -> datetime:
    """Return when a hold is freed unless the desk shows life again."""
    return seen_at + HOLD_WITHOUT_LIFE


def waits_too_long(due: datetime, longest: timedelta, now: datetime) -> bool:
    """Tell whether the clock was put back since this was made due, for nothing waits longer."""
    return due > now + longest


def next_attempt_at(attempts: int, now: datetime) -> datetime:
    """Return when an unsettled attempt is looked after again: 2, 4, 8 … at most 60 seconds later.

    It never gives up while the appointment is ahead: the caller was told "to be confirmed".
    """
    return now + timedelta(seconds=min(60, 2 ** min(max(attempts, 1), 6)))


def bookable(level: Level | None, max_level: Level | None) -> bool:
    """Tell whether a level may be booked at all, and on a type limited to ``max_level``.

    Life-threatening and doctor-now are never booked: the words for the 15 or the alert come first.
    """
    if level is None:
        return True
    if level in {Level.CALL15_NOW, Level.DOCTOR_NOW}:
        return False
    return max_level is None or level.urgency <= max_level.urgency


def reserved_from(level: Level | None, min_level: Level | None) -> bool:
    """Tell whether a type kept for ``min_level`` and more urgent calls is closed to a level.

    No level means that no triage has ended: what is kept for urgent calls is closed to it.
    """
    return min_level is not None and (level is None or not at_least(level, min_level))


def latest_start(level: Level | None, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the moment by which a slot must start for a level, None when any day will do."""
    match level:
        case Level.SAME_DAY:
            return end_of_day(now, zone)
        case Level.H48_72:
            return now + timedelta(seconds=WITHIN_72_HOURS_SECONDS)
        case None | Level.ROUTINE | Level.ADMIN:
            return None
        case Level.CALL15_NOW | Level.DOCTOR_NOW:
            return now
        case _:
            assert_never(level)


def soonest_offered(now: datetime) -> datetime:
    """Return when a slot begins at the soonest for which whoever waits is still called."""
    return now + CALLED_AND_COME


def offers_since(now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return since when today freed times are offered to those who wait, None at night: 8 to 20, local.

    The look-up ``sec.due_freed_slots`` knows these hours too.
    """
    local = now.astimezone(zone)
    begins = local.replace(hour=8, minute=0, second=0, microsecond=0)
    return begins if begins <= local < begins.replace(hour=20) else None
