"""Use cases that set a practice's schedules up: whose time, how many lanes, which calendar, which types.

The login of a calendar is sealed like a patient's name and shown to nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer, refuse_longer_secret
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.models import Practitioner
from telesec.scheduling.hours import OpeningRule as Rule
from telesec.scheduling.models import AppointmentType, CalendarReading, OpeningRule, Schedule
from telesec.scheduling.ports import CalendarAddress, Health
from telesec.scheduling.rows import KIND, schedule_row, type_row
from telesec.triage.levels import Level
from telesec.vault import service as vault

MOST_LANES = 20
LONGEST_NAME = 200
LONGEST_USER = 200
LONGEST_SECRET = 1000
MOST_RELEASE_HOURS = 72
KEPT_FOR = (Level.SAME_DAY, Level.H48_72)
"""Levels slots may be kept for; more urgent ones are never booked, less urgent ones are everybody's."""
BAD_RESERVATION = say("Slots are kept for calls of today, or of within 72 hours.")
BAD_RELEASE = say("Give slots back 1 to 72 hours before, and only slots kept for urgent calls.")


@dataclass(frozen=True)
class CreateSchedule:
    """A practitioner's bookable time, with the calendar that has the last word on it."""

    practice_id: UUID
    practitioner_id: UUID
    address: CalendarAddress
    lanes: int = 1
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class CreateAppointmentType:
    """What may be booked.

    Args:
        step_minutes: The grid of starts; 0 means the duration.
        max_level: The most urgent level that may be booked on it; None for all that are booked at all.
        practitioner_ids: Who does it; empty for everybody with a schedule.
        min_level: Kept for calls whose triage reached this level or a more urgent one; None for everybody.
        release_hours: How many hours before, 1 to 72, what nobody took is given to the other types.
    """

    practice_id: UUID
    code: str
    name: str
    duration_minutes: int
    step_minutes: int = 0
    max_level: Level | None = None
    practitioner_ids: tuple[UUID, ...] = field(default=())
    min_level: Level | None = None
    release_hours: int | None = None


def create_schedule(uow: UnitOfWork, command: CreateSchedule) -> UUID:
    """Open a practitioner's schedule and return its id; its calendar is read by the next sweep.

    Raises:
        NotFound: No such practitioner here.
        Refused: Lanes out of range (422).
    """
    authorize(uow, Permission.CALENDAR_CONFIGURE, on=Facts(command.practice_id))
    if not 1 <= command.lanes <= MOST_LANES:
        raise Refused("bad_lanes", say("Choose between 1 and 20 lanes."), status=422, field="lanes")
    if uow.session.get(Practitioner, (command.practice_id, command.practitioner_id)) is None:
        raise NotFound
    schedule_id = new_id()
    row = Schedule(
        practice_id=command.practice_id,
        id=schedule_id,
        practitioner_id=command.practitioner_id,
        lanes=command.lanes,
        health=Health.UNKNOWN.value,
        health_since=uow.now(),
        created_at=uow.now(),
        sealed_version=0,
    )
    _write_address(uow, row, command.address)
    uow.session.add(row)
    uow.session.flush()
    _write_rules(uow, command.practice_id, schedule_id, command.rules)
    uow.audit("schedule.create", practice_id=command.practice_id, object_id=schedule_id)
    uow.wake("scheduling.refresh")
    return schedule_id


def set_calendar(uow: UnitOfWork, practice_id: UUID, schedule_id: UUID, address: CalendarAddress) -> None:
    """Point a schedule at another calendar, or give it a new login; what the old one said is forgotten."""
    authorize(uow, Permission.CALENDAR_CONFIGURE, on=Facts(practice_id))
    _point(uow, schedule_row(uow, practice_id, schedule_id), address)


def renew_login(uow: UnitOfWork, practice_id: UUID, schedule_id: UUID, user: str, secret: str) -> None:
    """Give a schedule's calendar the login its server takes now; its address stays.

    Nothing of it is offered until it was read with the new one.

    Raises:
        NotFound: No such schedule here.
        Refused: No password, or one no server has (422).
    """
    authorize(uow, Permission.CALENDAR_LOGIN, on=Facts(practice_id))
    row = schedule_row(uow, practice_id, schedule_id)
    refuse_longer(user.strip(), LONGEST_USER, "user")
    refuse_longer_secret(secret, LONGEST_SECRET, "secret", code="bad_secret")
    if not secret:
        raise Refused(
            "bad_secret",
            say("Type the calendar's password as its server takes it."),
            status=422,
            field="secret",
        )
    options = {key: str(value) for key, value in row.calendar_options.items()}
    address = CalendarAddress(
        row.calendar_kind, row.calendar_url, user.strip() or row.calendar_user, secret, options
    )
    _point(uow, row, address)


def set_opening_rules(uow: UnitOfWork, practice_id: UUID, schedule_id: UUID, rules: Sequence[Rule]) -> None:
    """Replace when a schedule may be booked each week."""
    authorize(uow, Permission.CALENDAR_CONFIGURE, on=Facts(practice_id))
    schedule_row(uow, practice_id, schedule_id)
    uow.session.execute(
        delete(OpeningRule).where(
            OpeningRule.practice_id == practice_id, OpeningRule.schedule_id == schedule_id
        )
    )
    _write_rules(uow, practice_id, schedule_id, rules)
    uow.audit("schedule.hours", practice_id=practice_id, object_id=schedule_id, rules=len(rules))
    uow.publish("slots", practice_id, schedule_id)


def set_hours_of(
    uow: UnitOfWork, practice_id: UUID, schedule_id: UUID, type_id: UUID | None, rules: Sequence[Rule]
) -> None:
    """Replace the weekly hours of one appointment type, or with None those of all; the others stay.

    Raises:
        NotFound: No such schedule or type here.
    """
    authorize(uow, Permission.CALENDAR_CONFIGURE, on=Facts(practice_id))
    schedule_row(uow, practice_id, schedule_id)
    if type_id is not None:
        type_row(uow, practice_id, type_id)
    uow.session.execute(
        delete(OpeningRule).where(
            OpeningRule.practice_id == practice_id,
            OpeningRule.schedule_id == schedule_id,
            OpeningRule.appointment_type_id.is_not_distinct_from(type_id),
        )
    )
    _write_rules(
        uow, practice_id, schedule_id, [replace(rule, appointment_type_id=type_id) for rule in rules]
    )
    uow.audit("schedule.hours", practice_id=practice_id, object_id=schedule_id, rules=len(rules))
    uow.publish("slots", practice_id, schedule_id)


def refuse_bad_reservation(command: CreateAppointmentType) -> None:
    """Refuse a level nothing can be kept for, or hours out of range.

    Raises:
        Refused: ``bad_reservation`` (422).
    """
    if command.min_level not in {None, *KEPT_FOR}:
        raise Refused("bad_reservation", BAD_RESERVATION, status=422, field="min_level")
    hours = command.release_hours
    if hours is not None and not (command.min_level and 1 <= hours <= MOST_RELEASE_HOURS):
        raise Refused("bad_reservation", BAD_RELEASE, status=422, field="release_hours")


def create_appointment_type(uow: UnitOfWork, command: CreateAppointmentType) -> UUID:
    """Add a kind of appointment and return its id.

    Raises:
        Refused: A code that exists (409), no name or too long a one, or a length out of range (422).
    """
    authorize(uow, Permission.CALENDAR_CONFIGURE, on=Facts(command.practice_id))
    name = command.name.strip()
    refuse_longer(name, LONGEST_NAME, "name")
    if not name:
        raise Refused("bad_name", say("Give the appointment type a name."), status=422, field="name")
    step = command.step_minutes or command.duration_minutes
    if not (5 <= command.duration_minutes <= 480 and 5 <= step <= 480):
        raise Refused(
            "bad_duration", say("Choose between 5 and 480 minutes."), status=422, field="duration_minutes"
        )
    refuse_bad_reservation(command)
    row = AppointmentType(
        practice_id=command.practice_id,
        id=new_id(),
        code=command.code,
        name=name,
        duration_minutes=command.duration_minutes,
        step_minutes=step,
        max_level=command.max_level.value if command.max_level else None,
        min_level=command.min_level.value if command.min_level else None,
        release_hours=command.release_hours,
        practitioner_ids=list(command.practitioner_ids),
    )
    try:
        with uow.session.begin_nested():
            uow.session.add(row)
    except IntegrityError:
        raise Refused("type_exists", say("An appointment type with this code exists already.")) from None
    uow.audit("appointment_type.create", practice_id=command.practice_id, object_id=row.id, code=command.code)
    return row.id


def _point(uow: UnitOfWork, row: Schedule, address: CalendarAddress) -> None:
    practice_id, schedule_id = row.practice_id, row.id
    _write_address(uow, row, address)
    row.health, row.health_since, row.fresh_at = Health.UNKNOWN.value, uow.now(), None
    row.read_attempted_at = None
    uow.session.execute(
        delete(CalendarReading).where(
            CalendarReading.practice_id == practice_id, CalendarReading.schedule_id == schedule_id
        )
    )
    uow.audit("schedule.calendar", practice_id=practice_id, object_id=schedule_id)
    uow.wake("scheduling.refresh")


def _write_address(uow: UnitOfWork, row: Schedule, address: CalendarAddress) -> None:
    row.sealed_version += 1
    sealed = vault.seal(
        uow, row.practice_id, KIND, row.id, row.sealed_version, calendar_secret=address.secret
    )
    row.calendar_kind, row.calendar_url, row.calendar_user = address.kind, address.url, address.user
    row.calendar_secret_sealed = sealed["calendar_secret"]
    row.calendar_options = dict(address.options)


def _write_rules(uow: UnitOfWork, practice_id: UUID, schedule_id: UUID, rules: Sequence[Rule]) -> None:
    if not rules:
        return
    uow.session.execute(
        insert(OpeningRule),
        [
            {
                "practice_id": practice_id,
                "id": new_id(),
                "schedule_id": schedule_id,
                "weekday": rule.weekday,
                "starts": rule.starts,
                "ends": rule.ends,
                "appointment_type_id": rule.appointment_type_id,
            }
            for rule in rules
        ],
    )
