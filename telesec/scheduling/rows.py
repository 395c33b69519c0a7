"""Single rows of this room, found or refused; for its services and reads, which have authorized already."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, Select, any_, bindparam, select
from sqlalchemy.dialects.postgresql import Range

from telesec.foundation.errors import NotFound
from telesec.foundation.paging import UUID_, UUIDS
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.models import Practice
from telesec.scheduling.models import Appointment, AppointmentType, CalendarReading, Schedule
from telesec.scheduling.ports import CalendarAddress
from telesec.scheduling.readings import know_zone, zone_of
from telesec.vault import service as vault

_TYPE_AND_ZONE = (
    select(AppointmentType, Practice.time_zone)
    .join(Practice, Practice.id == AppointmentType.practice_id)
    .where(
        AppointmentType.practice_id == bindparam("practice", type_=UUID_),
        AppointmentType.id == bindparam("type", type_=UUID_),
    )
)
_TYPES_AND_ZONE = (
    select(AppointmentType, Practice.time_zone)
    .join(Practice, Practice.id == AppointmentType.practice_id)
    .where(AppointmentType.practice_id == bindparam("practice", type_=UUID_))
    .order_by(AppointmentType.name, AppointmentType.id)
    .limit(bindparam("most", type_=Integer()))
)
KIND = "schedule"
DETAILS = "appointment"
MOST_SCHEDULES = 100


@dataclass(frozen=True)
class Details:
    """What an appointment says about a person; sealed in our database, plain in the practice's own calendar.

    Args:
        birth_date: ISO date, or empty.
        phone: E.164.
        reason: What the caller said it is for.
        type_name: The appointment type's name when it was booked.
    """

    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    birth_date: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    reason: str = field(default="", repr=False)
    type_name: str = field(default="", repr=False)

    @property
    def title(self) -> str:
        """What the practice sees in its calendar."""
        return f"{self.given_name} {self.family_name} · {self.type_name}".strip()


def schedule_row(uow: UnitOfWork, practice_id: UUID, schedule_id: UUID) -> Schedule:
    """Return a schedule's row.

    Raises:
        NotFound: No such schedule in this practice.
    """
    row = uow.session.get(Schedule, (practice_id, schedule_id))
    if row is None:
        raise NotFound
    return row


def address_of(uow: UnitOfWork, row: Schedule) -> CalendarAddress:
    """Return where a schedule's calendar is, with its secret opened and the practice's time zone added.

    A calendar may hold whole days and floating times, which mean something only in the practice's zone.
    """
    opened = vault.open(
        uow,
        row.practice_id,
        KIND,
        row.id,
        row.sealed_version,
        calendar_secret=row.calendar_secret_sealed,
    )
    written = {key: str(value) for key, value in row.calendar_options.items()}
    options: Mapping[str, str] = {"time_zone": zone_of(uow, row.practice_id).key} | written
    return CalendarAddress(
        row.calendar_kind, row.calendar_url, row.calendar_user, opened["calendar_secret"], options
    )


def schedule_rows(uow: UnitOfWork, practice_id: UUID) -> list[Schedule]:
    """Return a practice's schedules, at most 100."""
    rows = uow.session.scalars(
        select(Schedule)
        .where(Schedule.practice_id == practice_id)
        .order_by(Schedule.id)
        .limit(MOST_SCHEDULES)
    )
    return list(rows)


class SearchedSchedule(NamedTuple):
    """What a search needs of a schedule, and over which time its calendar was last read."""

    id: UUID
    practitioner_id: UUID
    lanes: int
    calendar_kind: str
    health: str
    fresh_at: datetime | None
    read_attempted_at: datetime | None
    read_over: Range[datetime] | None


def searched_schedules(
    uow: UnitOfWork, practice_id: UUID, practitioner_ids: Sequence[UUID]
) -> tuple[SearchedSchedule, ...]:
    """Return the schedules of some practitioners, of all when none is named; at most 100."""
    values = {"practice": practice_id, "among": list(practitioner_ids), "most": MOST_SCHEDULES}
    rows = uow.session.execute(_searched(among=bool(practitioner_ids)), values)
    return tuple(SearchedSchedule(*row) for row in rows)


@cache
def _searched(*, among: bool) -> Select[*tuple[Any, ...]]:
    practice = bindparam("practice", type_=UUID_)
    theirs = (CalendarReading.practice_id == practice) & (CalendarReading.schedule_id == Schedule.id)
    chosen = select(
        Schedule.id, Schedule.practitioner_id, Schedule.lanes, Schedule.calendar_kind, Schedule.health,
        Schedule.fresh_at, Schedule.read_attempted_at, CalendarReading.during,
    ).outerjoin(CalendarReading, theirs).where(Schedule.practice_id == practice)  # fmt: skip
    if among:
        chosen = chosen.where(Schedule.practitioner_id == any_(bindparam("among", type_=UUIDS)))
    return chosen.order_by(Schedule.id).limit(bindparam("most", type_=Integer()))


def types_by_name(uow: UnitOfWork, practice_id: UUID, most: int) -> Sequence[AppointmentType]:
    """Return what may be booked at a practice; each is known, with the zone, for the rest of the transaction.

    A page that lists the types searches slots of one of them next.
    """
    rows = uow.session.execute(_TYPES_AND_ZONE, {"practice": practice_id, "most": most}).all()
    for kind, zone in rows:
        _known_types(uow)[practice_id, kind.id] = kind
        know_zone(uow, practice_id, zone)
    return [kind for kind, _ in rows]


def type_and_zone(uow: UnitOfWork, practice_id: UUID, type_id: UUID) -> tuple[AppointmentType, ZoneInfo]:
    """Return an appointment type and its practice's time zone.

    Raises:
        NotFound: No such type in this practice.
    """
    known = _known_types(uow).get((practice_id, type_id))
    if known is not None:
        return known, zone_of(uow, practice_id)
    row = uow.session.execute(_TYPE_AND_ZONE, {"practice": practice_id, "type": type_id}).first()
    if row is None:
        raise NotFound
    kind, zone = row
    return kind, know_zone(uow, practice_id, zone)


def _known_types(uow: UnitOfWork) -> dict[tuple[UUID, UUID], AppointmentType]:
    known: dict[tuple[UUID, UUID], AppointmentType] = uow.session.info.setdefault("telesec.types", {})
    return known


def type_row(uow: UnitOfWork, practice_id: UUID, type_id: UUID) -> AppointmentType:
    """Return an appointment type.

    Raises:
        NotFound: No such type in this practice.
    """
    row = uow.session.get(AppointmentType, (practice_id, type_id))
    if row is None:
        raise NotFound
    return row


def appointment_row(uow: UnitOfWork, practice_id: UUID, appointment_id: UUID, *, lock: bool) -> Appointment:
    """Return an appointment as it is now, and with ``lock`` keep it so until the end of the transaction.

    Raises:
        NotFound: No such appointment in this practice.
    """
    wanted = select(Appointment).where(
        Appointment.practice_id == practice_id, Appointment.id == appointment_id
    )
    if lock:
        wanted = wanted.with_for_update()
    row = uow.session.scalar(wanted.execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    return row


def seal_details(uow: UnitOfWork, row: Appointment, details: Details) -> None:
    """Write what the appointment says about a person."""
    text = json.dumps(asdict(details), ensure_ascii=False)
    sealed = vault.seal(uow, row.practice_id, DETAILS, row.id, row.sealed_version, details=text)
    row.details_sealed = sealed["details"]


def open_details(uow: UnitOfWork, rows: list[Appointment]) -> list[Details]:
    """Return what each appointment says about a person, in order; all rows of one practice."""
    if not rows:
        return []
    blobs = [(row.id, row.sealed_version, {"details": row.details_sealed}) for row in rows]
    opened = vault.open_many(uow, rows[0].practice_id, DETAILS, blobs)
    return [Details(**json.loads(text["details"])) for text in opened]
