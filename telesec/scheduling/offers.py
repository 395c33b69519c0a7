"""The first free slots over all suitable practitioners, from what the last readings said. No health data.

A search first renews readings that are too old (``flow.find_slots``); this only looks.
"""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile
from uuid import UUID
from zoneinfo import ZoneInfo

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.scheduling.availability import Agenda, Kind, Reason, free_slots, why_nothing
from telesec.scheduling.claims import as_interval
from telesec.scheduling.intervals import Interval
from telesec.scheduling.models import AppointmentType
from telesec.scheduling.ports import Health
from telesec.scheduling.readings import UNREADABLE, agendas, light
from telesec.scheduling.rows import SearchedSchedule, searched_schedules, type_and_zone
from telesec.scheduling.rules import LONGEST_SEARCH, bookable, latest_start, reserved_from
from telesec.triage.levels import Level

MOST_SLOTS = 200
MOST_WHOLE = 5_000
"""Slots of a stretch returned whole: twenty practitioners, seven days, one every quarter of an hour."""
NEAR = timedelta(days=4)
"""The part of a search that is looked at first: a page of slots is seldom longer."""


@dataclass(frozen=True)
class FindSlots:
    """What is looked for: a type, a stretch, perhaps one practitioner, the urgency.

    ``moving``: for an appointment that is of this type already; what is kept for urgent calls is open to it.
    ``whole_until``: every slot that starts before it is returned, however few were asked for: a week shown
    with a day left out would call that day full.
    """

    practice_id: UUID
    appointment_type_id: UUID
    start: datetime
    end: datetime
    practitioner_id: UUID | None = None
    level: Level | None = None
    limit: int = 20
    moving: bool = False
    whole_until: datetime | None = None


@dataclass(frozen=True)
class OfferedSlot:
    """A slot that may be held or booked now."""

    schedule_id: UUID
    practitioner_id: UUID
    start: datetime
    end: datetime


@dataclass(frozen=True)
class CalendarCard:
    """A calendar's light; ``reason`` says why its schedule offers nothing at all."""

    schedule_id: UUID
    practitioner_id: UUID
    kind: str
    health: Health
    fresh_at: datetime | None
    reason: Reason | None = None


@dataclass(frozen=True)
class Offer:
    """The first free slots, and the lights of every calendar that was asked.

    ``too_urgent``: this level is not booked, or not on this type; the words for the 15 or an alert
    come first. ``reserved``: this type is kept for calls whose triage reached a more urgent level.
    """

    slots: tuple[OfferedSlot, ...]
    calendars: tuple[CalendarCard, ...]
    too_urgent: bool = False
    reserved: bool = False


def offer(uow: UnitOfWork, query: FindSlots) -> Offer:
    """Return the first free slots over all suitable practitioners, earliest first, from what is known now.

    Raises:
        NotFound: No such appointment type here.
        Refused: A range that is empty or longer than 92 days (422).
    """
    authorize(uow, Permission.APPOINTMENT_READ, on=Facts(query.practice_id))
    return _found(uow, _begun(uow, query))


def fresh_offer(uow: UnitOfWork, query: FindSlots, *, older_than: timedelta) -> Offer | tuple[UUID, ...]:
    """Return the offer, or the schedules whose last reading is too old for it or does not reach as far.

    Raises:
        NotFound, Refused: As :func:`offer`.
    """
    authorize(uow, Permission.APPOINTMENT_READ, on=Facts(query.practice_id))
    search = _begun(uow, query)
    due = tuple(row.id for row in search.rows if _needs_reading(row, search, older_than))
    return due or _found(uow, search)


@dataclass(frozen=True)
class _Search:
    """A search under way: whose calendars can serve it, and over which time."""

    query: FindSlots
    kind: AppointmentType
    rows: tuple[SearchedSchedule, ...]
    within: Interval
    now: datetime


def _begun(uow: UnitOfWork, query: FindSlots) -> _Search:
    kind, zone = type_and_zone(uow, query.practice_id, query.appointment_type_id)
    within = _within(uow, query, zone)
    does, asked = tuple(kind.practitioner_ids), query.practitioner_id
    rows: tuple[SearchedSchedule, ...] = ()
    if asked is None or not does or asked in does:
        rows = searched_schedules(uow, query.practice_id, does if asked is None else (asked,))
    return _Search(query, kind, rows, within, uow.now())


def _found(uow: UnitOfWork, search: _Search) -> Offer:
    """Look at the next days first: what lies behind them is read only where they are too full."""
    query, kind = search.query, search.kind
    wanted = Kind(kind.id, timedelta(minutes=kind.duration_minutes), timedelta(minutes=kind.step_minutes))
    most = max(1, min(query.limit, MOST_SLOTS))
    near, far = _parted(search.within, query.whole_until)
    known = agendas(uow, query.practice_id, search.rows, _reaching(near, search.within, wanted.duration))
    cards = tuple(_card(row, known[row.id], search.now) for row in search.rows)
    if not bookable(query.level, Level(kind.max_level) if kind.max_level else None):
        return Offer((), cards, too_urgent=True)
    if not query.moving and reserved_from(query.level, Level(kind.min_level) if kind.min_level else None):
        return Offer((), cards, reserved=True)
    slots = list(islice(_earliest(search, known, wanted, near), MOST_WHOLE if query.whole_until else most))
    if far is not None and len(slots) < most and not all(card.reason for card in cards):
        known = agendas(uow, query.practice_id, search.rows, far)
        slots += islice(_earliest(search, known, wanted, far), most - len(slots))
    return Offer(tuple(slots), cards)


def _parted(within: Interval, whole_until: datetime | None) -> tuple[Interval, Interval | None]:
    middle = max(within.start, whole_until or within.start + NEAR)
    if middle >= within.end:
        return within, None
    return Interval(within.start, middle), Interval(middle, within.end)


def _reaching(part: Interval, within: Interval, duration: timedelta) -> Interval:
    """Return a part and as much after it as a slot that starts in it may last."""
    return Interval(part.start, min(part.end + duration, within.end))


def _earliest(
    search: _Search, known: Mapping[UUID, Agenda], kind: Kind, part: Interval
) -> Iterator[OfferedSlot]:
    """Yield the slots that start in a part of the search, over all schedules in order."""
    within = _reaching(part, search.within, kind.duration)
    each = [_slots(row, known[row.id], kind, within, search.now) for row in search.rows]
    merged = heapq.merge(*each, key=lambda slot: (slot.start, slot.practitioner_id))
    return takewhile(lambda slot: slot.start < part.end, merged)


def _slots(
    row: SearchedSchedule, agenda: Agenda, kind: Kind, within: Interval, now: datetime
) -> Iterator[OfferedSlot]:
    """Yield one schedule's slots; a function, since a nested generator would read ``row`` too late."""
    for start, end in free_slots(agenda, kind, within, now):
        yield OfferedSlot(row.id, row.practitioner_id, start, end)


def _needs_reading(row: SearchedSchedule, search: _Search, older_than: timedelta) -> bool:
    asked = row.read_attempted_at
    fresh = asked is not None and abs(search.now - asked) < older_than
    reaches = row.read_over is not None and as_interval(row.read_over).covers(search.within)
    return not (fresh and (reaches or Health(row.health) in UNREADABLE))


def _within(uow: UnitOfWork, query: FindSlots, zone: ZoneInfo) -> Interval:
    if not query.start < query.end or query.end - query.start > LONGEST_SEARCH:
        raise Refused(
            "bad_range", say("Search a stretch of at most 92 days, start before end."), status=422, field="to"
        )
    latest = latest_start(query.level, uow.now(), zone)
    end = query.end if latest is None else min(query.end, latest)
    start = max(query.start, uow.now())
    return Interval(start, max(start, end))


def _card(row: SearchedSchedule, agenda: Agenda, now: datetime) -> CalendarCard:
    shown = light(row, now)
    reason = why_nothing(agenda, now)
    return CalendarCard(row.id, row.practitioner_id, row.calendar_kind, shown.health, shown.fresh_at, reason)
