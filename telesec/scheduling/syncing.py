"""Use cases around reading a practice's calendar: whose turn it is, what it said, that it said nothing.

A failed reading turns the health light and leaves the last reading alone; ``availability`` refuses to offer
anything from a calendar that is not healthy. What the practice gave free in it is noted for the waiting list.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Unavailable
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.scheduling.availability import Reading
from telesec.scheduling.claims import as_interval
from telesec.scheduling.differences import given_free, strayed
from telesec.scheduling.intervals import Interval
from telesec.scheduling.models import Appointment, CalendarReading, Schedule
from telesec.scheduling.ports import CalendarAddress, Health
from telesec.scheduling.readings import pack, unpack
from telesec.scheduling.rows import address_of, schedule_row
from telesec.scheduling.rules import AMISS, Status
from telesec.scheduling.waiting_offers import came_free, somebody_waits

AHEAD = timedelta(days=35)
"""How far a sweep reads."""
MOST_OURS = 2_000
MOST_STRAYS = 20
"""How many appointments are looked for by themselves after one reading; the next reading takes the others."""


@dataclass(frozen=True)
class Read:
    """One reading to make: where, and as of when its answer counts.

    ``version`` is the calendar's address it was begun with; what an earlier address said is dropped.
    """

    practice_id: UUID
    schedule_id: UUID
    address: CalendarAddress
    at: datetime
    version: int


def begin_reading(uow: UnitOfWork, practice_id: UUID, schedule_id: UUID) -> Read:
    """Note that a calendar is being read and return where it is.

    Raises:
        NotFound: No such schedule here.
    """
    authorize(uow, Permission.CALENDAR_SYNC, on=Facts(practice_id))
    row = schedule_row(uow, practice_id, schedule_id)
    _mark(uow, practice_id, schedule_id, read_attempted_at=uow.now())
    return Read(practice_id, schedule_id, address_of(uow, row), uow.now(), row.sealed_version)


def record_reading(uow: UnitOfWork, read: Read, reading: Reading) -> None:
    """Keep what a calendar said, dated when we asked; an answer that was overtaken is dropped.

    A reading dated later than now was made before the clock was put back: it overtakes nothing.
    """
    authorize(uow, Permission.CALENDAR_SYNC, on=Facts(read.practice_id))
    schedule = schedule_row(uow, read.practice_id, read.schedule_id)
    if schedule.sealed_version != read.version:
        return
    before = _said_before(uow, read) if somebody_waits(uow, read.practice_id) else None
    if before is not None and before.read_at <= read.at:
        came_free(uow, read.practice_id, read.schedule_id, *given_free(before, reading, schedule.lanes))
    values = pack(replace(reading, read_at=read.at))
    stored = insert(CalendarReading).values(
        practice_id=read.practice_id, schedule_id=read.schedule_id, **values
    )
    uow.session.execute(
        stored.on_conflict_do_update(
            index_elements=["practice_id", "schedule_id"],
            set_=values,
            where=(CalendarReading.read_at <= read.at) | (CalendarReading.read_at > uow.now() + AMISS),
        )
    )
    _set_health(uow, read, Health.OK)
    _mark(uow, read.practice_id, read.schedule_id, fresh_at=read.at)


@dataclass(frozen=True)
class Stray:
    """An appointment of ours that a reading did not show where it should be."""

    practice_id: UUID
    appointment_id: UUID
    uid: str
    href: str
    span: Interval


def strays(uow: UnitOfWork, read: Read, reading: Reading) -> tuple[Stray, ...]:
    """Return the booked appointments ahead a reading should have shown and did not, soonest first.

    What was settled after the reading began may not be in it, and is left alone.
    """
    authorize(uow, Permission.CALENDAR_SYNC, on=Facts(read.practice_id))
    rows = uow.session.execute(
        select(Appointment.id, Appointment.uid, Appointment.href, Appointment.start_at, Appointment.end_at)
        .where(
            Appointment.practice_id == read.practice_id,
            Appointment.schedule_id == read.schedule_id,
            Appointment.status == Status.BOOKED.value,
            Appointment.start_at > max(uow.now(), reading.span.start),
            Appointment.start_at < reading.span.end,
            Appointment.end_at <= reading.span.end,
            Appointment.settled_at < read.at,
        )
        .order_by(Appointment.start_at, Appointment.id)
        .limit(MOST_OURS)
    )
    ours = [
        Stray(read.practice_id, id_, uid, href, Interval(start, end)) for id_, uid, href, start, end in rows
    ]
    return strayed(reading, ours)[:MOST_STRAYS]


def record_failure(uow: UnitOfWork, read: Read, error: Unavailable) -> None:
    """Note that a calendar could not be read: nothing of it is offered until it can."""
    authorize(uow, Permission.CALENDAR_SYNC, on=Facts(read.practice_id))
    _set_health(uow, read, Health.REFUSED if error.permanent else Health.UNREADABLE)


def _said_before(uow: UnitOfWork, read: Read) -> Reading | None:
    """Return the last reading, whole, locked: of two made at once the later follows the earlier."""
    row = uow.session.get(CalendarReading, (read.practice_id, read.schedule_id), with_for_update=True)
    if row is None:
        return None
    span = as_interval(row.during)
    return unpack(row, span, ())


def _set_health(uow: UnitOfWork, read: Read, health: Health) -> None:
    """Turn the light; telling other screens only when it changes."""
    changed = uow.session.execute(
        update(Schedule)
        .where(
            Schedule.practice_id == read.practice_id,
            Schedule.id == read.schedule_id,
            Schedule.health != health.value,
        )
        .values(health=health.value, health_since=uow.now())
        .returning(Schedule.id)
        .execution_options(synchronize_session=False)
    ).all()
    if changed:
        uow.publish("calendar", read.practice_id, read.schedule_id)
        uow.publish("slots", read.practice_id, read.schedule_id)


def _mark(uow: UnitOfWork, practice_id: UUID, schedule_id: UUID, **at: datetime) -> None:
    uow.session.execute(
        update(Schedule)
        .where(Schedule.practice_id == practice_id, Schedule.id == schedule_id)
        .values(**at)
        .execution_options(synchronize_session=False)
    )
