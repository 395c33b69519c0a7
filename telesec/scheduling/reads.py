"""What screens and the API show of scheduling: calendars' lights, holds, appointments, conflicts.

Holds and lights carry no health data. Opening an appointment or a list of them does, and is audited. Free
slots are ``offers``.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound
from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.reads import served_by
from telesec.scheduling.claims import as_interval
from telesec.scheduling.intervals import Interval
from telesec.scheduling.models import Appointment, AppointmentType, CalendarConflict, Schedule, SlotClaim
from telesec.scheduling.offers import CalendarCard
from telesec.scheduling.readings import light
from telesec.scheduling.rows import Details, appointment_row, open_details, schedule_rows, types_by_name
from telesec.scheduling.rules import ClaimState, ConflictKind, Status
from telesec.triage.levels import Level

MOST_SLOTS = 200
MOST_ROWS = 200
MOST_SCHEDULES = 100


@dataclass(frozen=True)
class TypeCard:
    """A kind of appointment to choose from."""

    id: UUID
    code: str
    name: str
    duration_minutes: int
    practitioner_ids: tuple[UUID, ...]
    max_level: Level | None = None
    min_level: Level | None = None
    release_hours: int | None = None


@dataclass(frozen=True)
class Catalogue:
    """What a practice offers to book, and the lights of its calendars."""

    types: tuple[TypeCard, ...]
    calendars: tuple[CalendarCard, ...]


@dataclass(frozen=True)
class HoldCard:
    """A slot somebody holds: who, since when, for which call."""

    claim_id: UUID
    schedule_id: UUID
    start: datetime
    end: datetime
    call_id: UUID | None
    held_by: UUID | None
    held_by_name: str
    held_since: datetime
    appointment_type_id: UUID | None = None


@dataclass(frozen=True)
class AppointmentCard:
    """An appointment as shown; ``details`` are the person's."""

    id: UUID
    practice_id: UUID
    schedule_id: UUID
    practitioner_id: UUID
    appointment_type_id: UUID
    status: Status
    start: datetime
    end: datetime
    calendar_kind: str
    uid: str
    href: str
    patient_id: UUID | None
    call_id: UUID | None
    settled_at: datetime | None
    ended_because: str | None
    moving_to: datetime | None
    details: Details


@dataclass(frozen=True)
class ConflictCard:
    """A disagreement with a practice's calendar, for a human to settle.

    Args:
        ours: When the appointment was to be by us; of a refused change, when it would have been.
        theirs: When it is in the calendar; None where it is not there, or not known.
    """

    id: UUID
    practice_id: UUID
    schedule_id: UUID
    appointment_id: UUID
    kind: ConflictKind
    ours: Interval
    theirs: Interval | None
    found_at: datetime
    settled_at: datetime | None


def catalogues(uow: UnitOfWork) -> Mapping[UUID, Catalogue]:
    """Return types and lights of every practice the actor serves, by practice: two queries."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    ids = served_by(uow.actor, Permission.PRACTICE_READ)
    types: dict[UUID, list[TypeCard]] = defaultdict(list)
    kinds = select(AppointmentType).where(one_of(AppointmentType.practice_id, ids))
    for kind in uow.session.scalars(kinds.order_by(AppointmentType.name, AppointmentType.id)):
        types[kind.practice_id].append(_type_card(kind))
    lights = all_calendars(uow)
    return {id_: Catalogue(tuple(types[id_]), lights[id_]) for id_ in ids}


def all_calendars(uow: UnitOfWork) -> Mapping[UUID, tuple[CalendarCard, ...]]:
    """Return the lights of every practice the actor serves, by practice: one query."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    ids, now = served_by(uow.actor, Permission.PRACTICE_READ), uow.now()
    lights: dict[UUID, list[CalendarCard]] = defaultdict(list)
    for row in uow.session.scalars(
        select(Schedule).where(one_of(Schedule.practice_id, ids)).order_by(Schedule.id)
    ):
        lights[row.practice_id].append(_light_card(row, now))
    return {id_: tuple(lights[id_]) for id_ in ids}


def calendars(uow: UnitOfWork, practice_id: UUID) -> tuple[CalendarCard, ...]:
    """Return the lights of a practice's calendars."""
    authorize(uow, Permission.PRACTICE_READ, on=Facts(practice_id))
    rows = schedule_rows(uow, practice_id)
    now = uow.now()
    return tuple(_light_card(row, now) for row in rows)


def appointment_types(uow: UnitOfWork, practice_id: UUID) -> tuple[TypeCard, ...]:
    """Return what may be booked at a practice, by name."""
    authorize(uow, Permission.PRACTICE_READ, on=Facts(practice_id))
    return tuple(map(_type_card, types_by_name(uow, practice_id, MOST_ROWS)))


def holds(uow: UnitOfWork, practice_id: UUID) -> tuple[HoldCard, ...]:
    """Return the slots held now at a practice, soonest slot first: who holds them and since when."""
    authorize(uow, Permission.APPOINTMENT_READ, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(SlotClaim)
        .where(
            SlotClaim.practice_id == practice_id,
            SlotClaim.state == ClaimState.HOLD.value,
            SlotClaim.expires_at > uow.now(),
        )
        .order_by(SlotClaim.during, SlotClaim.id)
        .limit(MOST_ROWS)
    )
    return tuple(
        HoldCard(
            row.id,
            row.schedule_id,
            *as_interval(row.during),
            row.call_id,
            row.held_by,
            row.held_by_name,
            row.held_since,
            row.appointment_type_id,
        )
        for row in rows
    )


def appointment(uow: UnitOfWork, practice_id: UUID, appointment_id: UUID) -> AppointmentCard:
    """Return one appointment; audited as a view.

    Raises:
        NotFound: No such appointment here.
    """
    authorize(uow, Permission.APPOINTMENT_READ, on=Facts(practice_id))
    row = appointment_row(uow, practice_id, appointment_id, lock=False)
    uow.audit("appointment.view", practice_id=practice_id, object_id=appointment_id)
    return _cards(uow, practice_id, [row])[0]


def practice_of(uow: UnitOfWork, appointment_id: UUID) -> UUID:
    """Return which of the actor's practices an appointment belongs to, where only its id is known.

    Raises:
        NotFound: None of them.
    """
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    found = uow.session.scalar(
        select(Appointment.practice_id).where(
            Appointment.practice_id.in_(served_by(uow.actor, Permission.APPOINTMENT_READ)),
            Appointment.id == appointment_id,
        )
    )
    if found is None:
        raise NotFound
    return found


def appointments(
    uow: UnitOfWork, practice_id: UUID, start: datetime, end: datetime
) -> tuple[AppointmentCard, ...]:
    """Return a practice's appointments that start in ``[start, end)``, at most 200; audited as a list."""
    authorize(uow, Permission.APPOINTMENT_READ, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(Appointment)
        .where(
            Appointment.practice_id == practice_id,
            Appointment.start_at >= start,
            Appointment.start_at < end,
            Appointment.status != Status.CANCELLED.value,
        )
        .order_by(Appointment.start_at, Appointment.id)
        .limit(MOST_ROWS)
    ).all()
    return _listed(uow, practice_id, rows)


def appointments_of_call(
    uow: UnitOfWork,
    practice_id: UUID,
    call_id: UUID,
    *,
    patient_id: UUID | None = None,
    since: datetime | None = None,
) -> tuple[AppointmentCard, ...]:
    """Return what was booked in a call, cancelled or not, last touched last; audited as a list.

    With a patient, what was moved or cancelled of theirs ``since`` the call was answered belongs to it too:
    an appointment is mostly changed in a later call than the one that booked it.
    """
    authorize(uow, Permission.APPOINTMENT_READ, on=Facts(practice_id))
    concerned = Appointment.call_id == call_id
    if patient_id is not None and since is not None:
        touched = Appointment.operation.is_not(None) | (Appointment.settled_at >= since)
        concerned |= (Appointment.patient_id == patient_id) & touched
    rows = uow.session.scalars(
        select(Appointment)
        .where(Appointment.practice_id == practice_id, concerned)
        .order_by(
            Appointment.operation.is_not(None),
            func.coalesce(Appointment.settled_at, Appointment.created_at),
            Appointment.id,
        )
        .limit(MOST_ROWS)
    ).all()
    return _listed(uow, practice_id, rows)


def appointments_of_patient(
    uow: UnitOfWork, practice_id: UUID, patient_id: UUID
) -> tuple[AppointmentCard, ...]:
    """Return a patient's appointments that are still ahead; audited as a list."""
    authorize(uow, Permission.APPOINTMENT_READ, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(Appointment)
        .where(
            Appointment.practice_id == practice_id,
            Appointment.patient_id == patient_id,
            Appointment.end_at > uow.now(),
            Appointment.status != Status.CANCELLED.value,
        )
        .order_by(Appointment.start_at, Appointment.id)
        .limit(MOST_ROWS)
    ).all()
    return _listed(uow, practice_id, rows)


def conflicts(uow: UnitOfWork, practice_id: UUID) -> tuple[ConflictCard, ...]:
    """Return the disagreements with calendars that nobody has settled, oldest first: times only."""
    authorize(uow, Permission.PRACTICE_READ, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(CalendarConflict)
        .where(CalendarConflict.practice_id == practice_id, CalendarConflict.settled_at.is_(None))
        .order_by(CalendarConflict.found_at, CalendarConflict.id)
        .limit(MOST_ROWS)
    )
    return tuple(map(_conflict_card, rows))


def conflict(uow: UnitOfWork, practice_id: UUID, conflict_id: UUID) -> ConflictCard:
    """Return one disagreement, settled or not.

    Raises:
        NotFound: No such conflict here.
    """
    authorize(uow, Permission.APPOINTMENT_READ, on=Facts(practice_id))
    row = uow.session.get(CalendarConflict, (practice_id, conflict_id))
    if row is None:
        raise NotFound
    return _conflict_card(row)


def _conflict_card(row: CalendarConflict) -> ConflictCard:
    return ConflictCard(
        row.id,
        row.practice_id,
        row.schedule_id,
        row.appointment_id,
        ConflictKind(row.kind),
        as_interval(row.ours),
        None if row.theirs is None else as_interval(row.theirs),
        row.found_at,
        row.settled_at,
    )


def _type_card(row: AppointmentType) -> TypeCard:
    return TypeCard(
        row.id,
        row.code,
        row.name,
        row.duration_minutes,
        tuple(row.practitioner_ids),
        Level(row.max_level) if row.max_level else None,
        Level(row.min_level) if row.min_level else None,
        row.release_hours,
    )


def _light_card(row: Schedule, now: datetime) -> CalendarCard:
    return CalendarCard(row.id, row.practitioner_id, row.calendar_kind, light(row, now).health, row.fresh_at)


def _listed(uow: UnitOfWork, practice_id: UUID, rows: Sequence[Appointment]) -> tuple[AppointmentCard, ...]:
    if rows:
        uow.audit("appointment.list", practice_id=practice_id, ids=[str(row.id) for row in rows])
    return _cards(uow, practice_id, rows)


def _cards(uow: UnitOfWork, practice_id: UUID, rows: Sequence[Appointment]) -> tuple[AppointmentCard, ...]:
    schedules = {row.id: row for row in schedule_rows(uow, practice_id)} if rows else {}
    opened = open_details(uow, list(rows))
    return tuple(
        AppointmentCard(
            id=row.id,
            practice_id=practice_id,
            schedule_id=row.schedule_id,
            practitioner_id=schedules[row.schedule_id].practitioner_id,
            appointment_type_id=row.appointment_type_id,
            status=Status(row.status),
            start=row.start_at,
            end=row.end_at,
            calendar_kind=schedules[row.schedule_id].calendar_kind,
            uid=row.uid,
            href=row.href,
            patient_id=row.patient_id,
            call_id=row.call_id,
            settled_at=row.settled_at,
            ended_because=row.ended_because,
            moving_to=row.next_start_at,
            details=details,
        )
        for row, details in zip(rows, opened, strict=True)
    )
