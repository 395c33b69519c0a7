"""What is in force at a practice at one moment: hours, absences, greetings, instructions.

Values and functions only. Instants are aware; local time is computed here from the practice's IANA
zone, because "until 19:00" means 19:00 on the practice's wall.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Protocol, assert_never
from uuid import UUID
from zoneinfo import ZoneInfo

MINUTES_OF_DAY = 24 * 60
CONFIRM_EVERY = timedelta(days=90)
"""An instruction nobody confirmed for this long is shown as old."""


class HoursOf(StrEnum):
    """Whose opening hours a row tells."""

    PHONE = "phone"
    PRACTICE = "practice"


class InstructionKind(StrEnum):
    """What an instruction is about."""

    GENERAL = "general"
    URGENT = "urgent"
    APPOINTMENTS = "appointments"
    ABSENCE = "absence"
    BILLING = "billing"


class Applies(StrEnum):
    """When, within its range, an instruction counts."""

    ALWAYS = "always"
    OPEN = "open"
    CLOSED = "closed"
    ABSENT = "absent"


class Occasion(StrEnum):
    """When a greeting is said."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Opening:
    """Hours of one weekday: ISO weekday 1–7, minutes of the local day, ``[opens, closes)``."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True)
class Away:
    """A stretch ``[start, end)`` when a practitioner, or with None the whole practice, is absent."""

    practitioner_id: UUID | None
    start: datetime
    end: datetime | None
    says: str = ""
    id: UUID | None = None


class InForce(Protocol):
    """What the rules read of an instruction."""

    @property
    def valid_from(self) -> datetime: ...
    @property
    def valid_to(self) -> datetime | None: ...
    @property
    def applies(self) -> Applies: ...
    @property
    def practitioner_id(self) -> UUID | None: ...
    @property
    def retired_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Moment:
    """The state of a practice at one instant, on which the rules for texts depend."""

    at: datetime
    is_open: bool
    absent: frozenset[UUID]
    all_absent: bool

    def is_absent(self, practitioner_id: UUID | None) -> bool:
        """Return whether this practitioner, or with None anybody, is away."""
        if self.all_absent:
            return True
        return bool(self.absent) if practitioner_id is None else practitioner_id in self.absent


def within(at: datetime, start: datetime, end: datetime | None) -> bool:
    """Return whether ``at`` is in ``[start, end)``; no end means for ever."""
    return start <= at and (end is None or at < end)


def is_open(openings: Iterable[Opening], at: datetime, time_zone: str) -> bool:
    """Return whether the hours say open at an instant. No hours at all read as always open.

    Somebody always answers the phone: a practice that told us no hours must not be greeted as closed.
    """
    rows = tuple(openings)
    if not rows:
        return True
    local = at.astimezone(ZoneInfo(time_zone))
    minute = local.hour * 60 + local.minute
    return any(o.weekday == local.isoweekday() and o.opens <= minute < o.closes for o in rows)


def moment(at: datetime, time_zone: str, openings: Iterable[Opening], absences: Iterable[Away]) -> Moment:
    """Return the practice's state at ``at``; a practice-wide absence also closes it."""
    now_away = [away for away in absences if within(at, away.start, away.end)]
    all_absent = any(away.practitioner_id is None for away in now_away)
    absent = frozenset(a.practitioner_id for a in now_away if a.practitioner_id is not None)
    return Moment(at, is_open(openings, at, time_zone) and not all_absent, absent, all_absent)


def in_force(instruction: InForce, now: Moment) -> bool:
    """Return whether an instruction counts at this moment."""
    retired = instruction.retired_at is not None and instruction.retired_at <= now.at
    if retired or not within(now.at, instruction.valid_from, instruction.valid_to):
        return False
    match instruction.applies:
        case Applies.ALWAYS:
            return True
        case Applies.OPEN:
            return now.is_open
        case Applies.CLOSED:
            return not now.is_open
        case Applies.ABSENT:
            return now.is_absent(instruction.practitioner_id)
        case _:
            assert_never(instruction.applies)


def is_new(changed_at: datetime, last_call_at: datetime | None) -> bool:
    """Return whether the reader has not met this wording in a call for this practice.

    Without an earlier call everything is new, so nothing needs to be marked: False.
    """
    return last_call_at is not None and changed_at > last_call_at


def needs_confirming(confirmed_on: date, today: date) -> bool:
    """Return whether the practice should be asked "is this still true?"."""
    return today - confirmed_on >= CONFIRM_EVERY


def occasion(now: Moment) -> Occasion:
    """Return which greeting is said now."""
    return Occasion.OPEN if now.is_open else Occasion.CLOSED


def opening_errors(openings: Sequence[Opening]) -> str | None:
    """Return what is wrong with hours as a code (``bad_hours``, ``overlap``), or None."""
    for o in openings:
        if not (1 <= o.weekday <= 7 and 0 <= o.opens < o.closes <= MINUTES_OF_DAY):
            return "bad_hours"
    ordered = sorted(openings, key=lambda o: (o.weekday, o.opens))
    for before, after in pairwise(ordered):
        if before.weekday == after.weekday and after.opens < before.closes:
            return "overlap"
    return None
