"""The grid of free slots on the booking page: seven days by practitioner, or one day by the hour. Pure.

A cell with nothing free says so only where every slot of the stretch was looked for (``whole_until``). A
calendar that cannot be read has a row that offers nothing and says since when.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from uuid import UUID

from telesec.desk.wording import Wording
from telesec.scheduling.offers import Offer, OfferedSlot
from telesec.scheduling.reads import HoldCard

SEARCH = timedelta(days=28)
FARTHEST = timedelta(days=28)
"""How far ahead a week may begin: with its days it ends where calendars are read to (``syncing.AHEAD``)."""
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
SATURDAY = 5
LINES = {1: 3, 2: 2}
"""How many lines a cell may have without the page scrolling, by how many rows there are; one beyond."""
MANY = 3
"""Beyond so many rows each takes one line, and what is read fresh is said once for all."""
ABREAST = 5
"""Up to so many columns leave room for two slots side by side."""


@dataclass(frozen=True)
class Ask:
    """What the reader chose on the page; ids and days only, since it stands in the address.

    Args:
        view: What the centre shows.
        type_id, practitioner_id: What is looked for, with whom.
        moving_id: The appointment to be moved.
        from_on: The practice's own day the grid begins with; None or past: today.
        by_hour: Whether the grid shows that one day by the hour instead of seven days.
    """

    view: str = "triage"
    type_id: UUID | None = None
    practitioner_id: UUID | None = None
    moving_id: UUID | None = None
    from_on: date | None = None
    by_hour: bool = False

    @property
    def place(self) -> Mapping[str, object]:
        """What an address or a form carries to find the same grid again."""
        day = self.from_on.isoformat() if self.from_on else None
        return {"from": day, "hours": 1 if self.by_hour else None}


@dataclass(frozen=True)
class Stretch:
    """What a grid covers, ``[start, end)``, and until when its first slots are looked for; aware."""

    start: datetime
    end: datetime
    until: datetime


@dataclass(frozen=True)
class Column:
    """A day, or an hour of one day; ``at`` is a moment in it for the reader's words."""

    key: int
    at: datetime


@dataclass(frozen=True)
class Cell:
    """What is free in one column with one practitioner; ``more`` is how many are not shown."""

    slots: tuple[OfferedSlot, ...]
    more: int
    held: tuple[HoldCard, ...]


def stretch(ask: Ask, w: Wording) -> Stretch:
    """Return what the grid asked for covers; a day that is past or too far is brought back within reach."""
    today = w.local_day(w.now)
    first = min(max(ask.from_on or today, today), today + FARTHEST)
    days = A_DAY if ask.by_hour else A_WEEK
    start = w.now if first == today else _midnight(first, w)
    return Stretch(start, _midnight(first + days, w), max(w.now + SEARCH, _midnight(first + A_WEEK, w)))


class Grid:
    """One stretch of free slots as rows and columns."""

    def __init__(self, ask: Ask, w: Wording, offer: Offer, held_by_others: Iterable[HoldCard] = ()) -> None:
        self._ask, self._w, self.offer = ask, w, offer
        self.covers = stretch(ask, w)
        self._slots: dict[tuple[UUID, int], list[OfferedSlot]] = defaultdict(list)
        self._held: dict[tuple[UUID, int], list[HoldCard]] = defaultdict(list)
        for slot in offer.slots:
            if slot.start < self.covers.end:
                self._slots[slot.schedule_id, self._key(slot.start)].append(slot)
        for hold in held_by_others:
            if self.covers.start <= hold.start < self.covers.end:
                self._held[hold.schedule_id, self._key(hold.start)].append(hold)

    @property
    def by_hour(self) -> bool:
        """Whether the columns are hours of one day."""
        return self._ask.by_hour

    @property
    def first(self) -> datetime:
        """A moment of the first day covered."""
        return self.covers.start

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The working days, and a weekend's where something is free; or the hours between first and last."""
        found = {key for _, key in (*self._slots, *self._held)}
        if self.by_hour:
            hours = range(min(found), max(found) + 1) if found else ()
            at = self._w.local_day(self.first)
            return tuple(Column(hour, _midnight(at, self._w, hour)) for hour in hours)
        day = self._w.local_day(self.first)
        days = [day + timedelta(days=number) for number in range(A_WEEK.days)]
        return tuple(
            Column(one.toordinal(), _midnight(one, self._w, 12))
            for one in days
            if one.weekday() < SATURDAY or one.toordinal() in found
        )

    def cell(self, schedule_id: UUID, column: Column) -> Cell:
        """Return what is free with one practitioner in one column, as much of it as fits, earliest first."""
        free = self._slots.get((schedule_id, column.key), [])
        held = tuple(self._held.get((schedule_id, column.key), ())[:1])
        most = len(free) if self.by_hour or len(free) <= self._room else max(1, self._room - 1)
        return Cell(tuple(free[:most]), len(free) - most, held)

    @property
    def first_id(self) -> str:
        """The id of the grid's first button; empty when nothing is free in it."""
        slot = next((slot for slot in self.offer.slots if slot.start < self.covers.end), None)
        return button_id(slot) if slot else ""

    @property
    def earlier(self) -> Ask | None:
        """The grid before this one; None when it would be past."""
        return self._shifted(-1)

    @property
    def later(self) -> Ask | None:
        """The grid after this one; None beyond what calendars are read to."""
        return self._shifted(1)

    @property
    def week(self) -> Ask:
        """Seven days from the day shown."""
        return replace(self._ask, by_hour=False)

    def hours_of(self, column: Column) -> Ask:
        """Return the same search for one day by the hour."""
        return replace(self._ask, from_on=self._w.local_day(column.at), by_hour=True)

    def _shifted(self, by: int) -> Ask | None:
        today, first = self._w.local_day(self._w.now), self._w.local_day(self.first)
        wanted = first + by * (A_DAY if self.by_hour else A_WEEK)
        if by < 0:
            return replace(self._ask, from_on=max(wanted, today)) if first > today else None
        return replace(self._ask, from_on=wanted) if wanted <= today + FARTHEST else None

    def _key(self, at: datetime) -> int:
        local = at.astimezone(self._w.zone)
        return local.hour if self.by_hour else local.date().toordinal()

    @property
    def abreast(self) -> bool:
        """Whether two slots stand side by side in a cell."""
        return not self.by_hour and not self.many and len(self.columns) <= ABREAST

    @property
    def many(self) -> bool:
        """Whether there are so many rows that each cell is one line: the first slot, and how many more."""
        return not self.by_hour and len(self.offer.calendars) > MANY

    @cached_property
    def _room(self) -> int:
        rows = sum(card.reason is None for card in self.offer.calendars)
        return LINES.get(rows, 1) * (2 if self.abreast else 1)


def button_id(slot: OfferedSlot) -> str:
    """Return the id of a slot's button in the grid."""
    return f"week-{slot.schedule_id}-{int(slot.start.timestamp())}"


def _midnight(on: date, w: Wording, hour: int = 0) -> datetime:
    return datetime.combine(on, time(hour), w.zone)
