"""Which starts may be offered: opening hours, less busy, less claimed, less past. Pure.

What cannot be read is never free: a calendar without a usable reading offers nothing and says
why. All ranges are half-open, all moments aware UTC.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from telesec.scheduling.hours import Pattern, kept, less_closed, openings
from telesec.scheduling.intervals import Interval, intersect, subtract, union

FRESH_FOR = timedelta(minutes=10)
"""A reading older than this offers nothing: a practice may have filled its day meanwhile."""


class Reason(StrEnum):
    """Why a schedule offers nothing at all."""

    UNREADABLE = "calendar_unreadable"
    STALE = "calendar_stale"
    NEVER_READ = "calendar_never_read"
    NO_HOURS = "no_opening_hours"


@dataclass(frozen=True)
class Kind:
    """What is asked for: how long, on which grid, for which type."""

    appointment_type_id: UUID
    duration: timedelta
    step: timedelta


class BusySpan(NamedTuple):
    """One entry of the practice's calendar; ``weight`` lanes taken, 0 for all of them.

    ``claim_id`` is our mark, when the entry carries one: a live claim already counts, so its entry does not
    count twice.
    """

    span: Interval
    weight: int = 0
    claim_id: UUID | None = None


class Claim(NamedTuple):
    """One live ``slot_claim``: a lane taken for a stretch, whatever its state."""

    claim_id: UUID
    span: Interval
    lane: int


@dataclass(frozen=True)
class Reading:
    """What the practice's calendar said, and when; see ``ports.CalendarReading``."""

    span: Interval
    busy: tuple[BusySpan, ...]
    read_at: datetime
    open_slots: tuple[Interval, ...] | None = None


@dataclass(frozen=True)
class Agenda:
    """All that decides for one schedule."""

    pattern: Pattern
    lanes: int
    reading: Reading | None
    claims: tuple[Claim, ...] = ()
    readable: bool = True


def why_nothing(agenda: Agenda, now: datetime) -> Reason | None:
    """Return why this schedule may not offer anything, None when its calendar is usable."""
    if not agenda.readable:
        return Reason.UNREADABLE
    if agenda.reading is None:
        return Reason.NEVER_READ
    if abs(now - agenda.reading.read_at) > FRESH_FOR:  # later than now: the clock was put back
        return Reason.STALE
    if agenda.reading.open_slots is None and not agenda.pattern.rules and not agenda.pattern.extra:
        return Reason.NO_HOURS
    return None


def free_slots(agenda: Agenda, kind: Kind, within: Interval, now: datetime) -> Iterator[Interval]:
    """Yield the free slots that lie inside ``within``, earliest first, none when ``why_nothing`` says so.

    A slot is offered when it is open, starts after ``now``, one whole lane has no claim on it, and what the
    calendar holds beside our claims leaves that lane free.
    """
    reading = agenda.reading
    if reading is None or why_nothing(agenda, now) is not None:
        return
    span = Interval(max(within.start, now, reading.span.start), min(within.end, reading.span.end))
    if span.start >= span.end:
        return
    load = _Load(agenda, reading)
    for slot in _candidates(agenda, reading, kind, span):
        if slot.start > now and load.has_room(slot):
            yield slot


def room_for(agenda: Agenda, slot: Interval, own: frozenset[UUID]) -> bool:
    """Tell whether a live reading leaves room for a slot that our own claim already holds.

    The claim guards against our other claims; this looks at what others wrote into the calendar.
    ``own`` are the claims of the appointment itself (two while it is moved), so that it is not in
    its own way.
    """
    reading = agenda.reading
    if reading is None or not reading.span.covers(slot):
        return False
    busy = tuple(entry for entry in reading.busy if entry.claim_id not in own)
    mine = tuple(entry.span for entry in reading.busy if entry.claim_id in own)
    published = None if reading.open_slots is None else (*reading.open_slots, *mine)
    seen = replace(reading, busy=busy, open_slots=published)
    others = tuple(claim for claim in agenda.claims if claim.claim_id not in own)
    load = _Load(replace(agenda, reading=seen, claims=others), seen)
    return load.has_lane(slot) and load.published_over(slot) >= 1


def _candidates(agenda: Agenda, reading: Reading, kind: Kind, span: Interval) -> Iterator[Interval]:
    """Yield every start on the grid that is open, in order.

    The grid begins where each opening begins. Where the practice publishes its slots, theirs is the
    grid, inside our opening hours if the schedule has any.
    """
    raw = openings(agenda.pattern, span, kind.appointment_type_id)
    hours = less_closed(agenda.pattern, raw, span, kind.appointment_type_id)
    if reading.open_slots is None:
        starts = {start for opening in raw for start in _grid(opening, kind)}
    else:
        published = intersect(union(reading.open_slots), (span,))
        if agenda.pattern.rules_for(kind.appointment_type_id):
            hours = intersect(published, hours)
        else:
            hours = subtract(published, kept(agenda.pattern, span, kind.appointment_type_id))
        starts = {start for slot in reading.open_slots for start in _slot_grid(slot, kind)}
    begins = [opening.start for opening in hours]
    for start in sorted(starts):
        slot = Interval(start, start + kind.duration)
        index = bisect_right(begins, start) - 1
        if index >= 0 and hours[index].covers(slot):
            yield slot


def _grid(opening: Interval, kind: Kind) -> Iterator[datetime]:
    start = opening.start
    while start + kind.duration <= opening.end:
        yield start
        start += kind.step


def _slot_grid(slot: Interval, kind: Kind) -> Iterator[datetime]:
    """Yield the starts inside one published slot; its own start always, for types longer than a slot."""
    yield slot.start
    start = slot.start + kind.step
    while start + kind.duration <= slot.end:
        yield start
        start += kind.step


class _Load:
    """How full a schedule is over a stretch; built once, asked for each candidate."""

    def __init__(self, agenda: Agenda, reading: Reading) -> None:
        self.lanes = agenda.lanes
        claimed = {claim.claim_id for claim in agenda.claims}
        seen = {entry.claim_id for entry in reading.busy}
        self.foreign = _Profile(
            [(e.span, _weight(e, agenda.lanes)) for e in reading.busy if e.claim_id not in claimed]
        )
        by_lane: dict[int, list[Interval]] = {}
        for claim in agenda.claims:
            by_lane.setdefault(claim.lane, []).append(claim.span)
        taken = [union(spans) for spans in by_lane.values()]
        self.by_lane = [(spans, [span.start for span in spans]) for spans in taken]
        self.publishes = reading.open_slots is not None
        self.published = _Profile([(slot, 1) for slot in reading.open_slots or ()])
        self.unwritten = _Profile([(c.span, 1) for c in agenda.claims if c.claim_id not in seen])

    def has_room(self, slot: Interval) -> bool:
        """Tell whether a lane is left, and a published slot that no claim of ours is about to take."""
        if not self.has_lane(slot):
            return False
        return not self.publishes or self.published_over(slot) - self.unwritten.highest(slot) >= 1

    def has_lane(self, slot: Interval) -> bool:
        """Tell whether one whole lane is left over the slot."""
        taken = sum(_hits(spans, starts, slot) for spans, starts in self.by_lane)
        return self.lanes - taken - self.foreign.highest(slot) >= 1

    def published_over(self, slot: Interval) -> int:
        """Return how many published slots lie over every moment; 1 where nothing is published."""
        return self.published.lowest(slot) if self.publishes else 1


def _weight(entry: BusySpan, lanes: int) -> int:
    if entry.claim_id is not None:
        return 1
    return entry.weight or lanes


def _hits(spans: Sequence[Interval], starts: Sequence[datetime], slot: Interval) -> bool:
    index = bisect_left(starts, slot.end) - 1
    return index >= 0 and spans[index].end > slot.start


class _Profile:
    """A staircase: how many weighted intervals lie over each moment."""

    def __init__(self, weighted: Sequence[tuple[Interval, int]]) -> None:
        changes: dict[datetime, int] = {}
        for span, weight in weighted:
            changes[span.start] = changes.get(span.start, 0) + weight
            changes[span.end] = changes.get(span.end, 0) - weight
        self.edges = sorted(changes)
        self.levels: list[int] = []
        level = 0
        for edge in self.edges:
            level += changes[edge]
            self.levels.append(level)

    def highest(self, slot: Interval) -> int:
        """Return the greatest height over the slot, 0 where nothing lies."""
        return max(self._over(slot))

    def lowest(self, slot: Interval) -> int:
        """Return the least height over the slot."""
        return min(self._over(slot))

    def _over(self, slot: Interval) -> Sequence[int]:
        first = bisect_right(self.edges, slot.start) - 1
        last = bisect_left(self.edges, slot.end)
        levels = self.levels[max(first, 0) : last]
        return [0, *levels] if first < 0 else levels
