"""The first free slots over all suitable practitioners, from what the last readings said. No health data.

A search first renews readings that are too old (``flow.find_slots``); this only looks.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.scheduling.availability import Agenda, Kind, Reason, free_slots, why_nothing
from telesec.scheduling.intervals import Interval
from telesec.scheduling.models import AppointmentType, Schedule
from telesec.scheduling.ports import Health
from telesec.scheduling.readings import UNREADABLE, agendas, light, reading_spans, zone_of
from telesec.scheduling.rows import schedule_rows, type_row
from telesec.scheduling.rules import LONGEST_SEARCH, bookable, latest_start, reserved_from
from telesec.triage.levels import Level

MOST_SLOTS = 200


@dataclass(frozen=True)
class FindSlots:
    """What is looked for: a type, a stretch, perhaps one practitioner, the urgency."""

    practice_id: UUID
    appointment_type_id: UUID
    start: datetime
    end: datetime
    practitioner_id: UUID | None = None
    level: Level | None = None
    limit: int = 20


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
    kind = type_row(uow, query.practice_id, query.appointment_type_id)
    now = uow.now()
    within = _within(uow, query)
    rows = _suitable(uow, query, kind)
    known = agendas(uow, query.practice_id, rows, within)
    cards = tuple(_card(row, known[row.id], now) for row in rows)
    if not bookable(query.level, Level(kind.max_level) if kind.max_level else None):
        return Offer((), cards, too_urgent=True)
    if reserved_from(query.level, Level(kind.min_level) if kind.min_level else None):
        return Offer((), cards, reserved=True)
    wanted = Kind(kind.id, timedelta(minutes=kind.duration_minutes), timedelta(minutes=kind.step_minutes))
    each = [_slots(row, known[row.id], wanted, within, now) for row in rows]
    merged = heapq.merge(*each, key=lambda slot: (slot.start, slot.practitioner_id))
    return Offer(tuple(islice(merged, max(1, min(query.limit, MOST_SLOTS)))), cards)


def _slots(
    row: Schedule, agenda: Agenda, kind: Kind, within: Interval, now: datetime
) -> Iterator[OfferedSlot]:
    """Yield one schedule's slots; a function, since a nested generator would read ``row`` too late."""
    for start, end in free_slots(agenda, kind, within, now):
        yield OfferedSlot(row.id, row.practitioner_id, start, end)


def to_refresh(uow: UnitOfWork, query: FindSlots, *, older_than: timedelta) -> tuple[UUID, ...]:
    """Return the schedules whose last reading is too old for this search, or does not reach as far."""
    authorize(uow, Permission.APPOINTMENT_READ, on=Facts(query.practice_id))
    kind = type_row(uow, query.practice_id, query.appointment_type_id)
    within, now = _within(uow, query), uow.now()
    rows = _suitable(uow, query, kind)
    spans = reading_spans(uow, query.practice_id, [row.id for row in rows])

    def needs(row: Schedule) -> bool:
        asked = row.read_attempted_at
        fresh = asked is not None and abs(now - asked) < older_than
        reaches = row.id in spans and spans[row.id].covers(within)
        return not (fresh and (reaches or Health(row.health) in UNREADABLE))

    return tuple(row.id for row in rows if needs(row))


def _within(uow: UnitOfWork, query: FindSlots) -> Interval:
    if not query.start < query.end or query.end - query.start > LONGEST_SEARCH:
        raise Refused(
            "bad_range", say("Search a stretch of at most 92 days, start before end."), status=422, field="to"
        )
    latest = latest_start(query.level, uow.now(), zone_of(uow, query.practice_id))
    end = query.end if latest is None else min(query.end, latest)
    start = max(query.start, uow.now())
    return Interval(start, max(start, end))


def _suitable(uow: UnitOfWork, query: FindSlots, kind: AppointmentType) -> list[Schedule]:
    """Return the schedules of those who do this type, or of the one asked for."""

    def fits(row: Schedule) -> bool:
        does = not kind.practitioner_ids or row.practitioner_id in kind.practitioner_ids
        return does and query.practitioner_id in {None, row.practitioner_id}

    return [row for row in schedule_rows(uow, query.practice_id) if fits(row)]


def _card(row: Schedule, agenda: Agenda, now: datetime) -> CalendarCard:
    shown = light(row, now)
    reason = why_nothing(agenda, now)
    return CalendarCard(row.id, row.practitioner_id, row.calendar_kind, shown.health, shown.fresh_at, reason)
