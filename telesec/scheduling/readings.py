"""What a calendar last said, as a row, and everything else ``availability`` needs of a schedule.

The row is short-lived: a sweep renews it each minute, a search renews it when it is older than two seconds.
It holds times and weights, never titles.
"""

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, and_, any_, bindparam, case, func, select, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range

from telesec.foundation.paging import UUID_, UUIDS
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.models import Absence, Practice
from telesec.scheduling.availability import FRESH_FOR, Agenda, BusySpan, Claim, Reading
from telesec.scheduling.claims import LIES_OVER, as_interval, as_range, over
from telesec.scheduling.hours import OpeningRule as Rule
from telesec.scheduling.hours import Pattern, Reserved
from telesec.scheduling.intervals import Interval
from telesec.scheduling.models import AppointmentType, CalendarReading, OpeningRule, SlotClaim
from telesec.scheduling.ports import Health
from telesec.scheduling.rules import ClaimState

UNREADABLE = frozenset({Health.UNREADABLE, Health.REFUSED})


SHORT = timedelta(days=7)
_Whose = dict[str, Any]
"""The practice and the schedules a statement is about, as its values."""
_PRACTICE = bindparam("practice", type_=UUID_)
_SCHEDULES = bindparam("schedules", type_=UUIDS)
_ENTRIES = case(
    (
        CalendarReading.open_slots.is_(None),
        text(
            "(select jsonb_agg(e) from jsonb_array_elements(calendar_reading.busy) e "
            "where cast(e->0 as float8) < :last and cast(e->1 as float8) > :first)"
        ),
    ),
    else_=CalendarReading.busy,
)
"""The entries over a stretch; all of them where slots are published. Null for none."""
_RULES = (
    select(
        OpeningRule.schedule_id,
        OpeningRule.weekday,
        OpeningRule.starts,
        OpeningRule.ends,
        OpeningRule.appointment_type_id,
        AppointmentType.min_level,
        AppointmentType.release_hours,
    )
    .outerjoin(
        AppointmentType,
        and_(
            AppointmentType.practice_id == OpeningRule.practice_id,
            AppointmentType.id == OpeningRule.appointment_type_id,
        ),
    )
    .where(OpeningRule.practice_id == _PRACTICE, OpeningRule.schedule_id == any_(_SCHEDULES))
)
_CLAIMS = select(
    SlotClaim.schedule_id, SlotClaim.id, func.lower(SlotClaim.during), SlotClaim.ends_at, SlotClaim.lane
).where(
    LIES_OVER,
    (SlotClaim.state != ClaimState.HOLD.value)
    | (SlotClaim.expires_at > bindparam("now", type_=DateTime(timezone=True))),
)
_ABSENCES = select(Absence.practitioner_id, Absence.during).where(
    Absence.practice_id == _PRACTICE, Absence.during.op("&&")(bindparam("span", type_=TSTZRANGE()))
)
_SAID, _SAID_SHORTLY = (
    select(
        CalendarReading.schedule_id, CalendarReading.during, busy.label("busy"), CalendarReading.open_slots,
        CalendarReading.read_at,
    ).where(CalendarReading.practice_id == _PRACTICE, CalendarReading.schedule_id == any_(_SCHEDULES))
    for busy in (CalendarReading.busy, _ENTRIES)
)  # fmt: skip


class Said(Protocol):
    """The columns of a reading: its row, or what a search reads of it."""

    @property
    def during(self) -> Range[datetime]: ...
    @property
    def busy(self) -> list[Any] | None: ...
    @property
    def open_slots(self) -> list[Any] | None: ...
    @property
    def read_at(self) -> datetime: ...


class _Said(NamedTuple):
    """What a search reads of a reading."""

    during: Range[datetime]
    busy: list[Any] | None
    open_slots: list[Any] | None
    read_at: datetime


class HasHealth(Protocol):
    """What a light is made from: a schedule's row, or what a search reads of it."""

    @property
    def health(self) -> str: ...
    @property
    def fresh_at(self) -> datetime | None: ...


class Scheduled(HasHealth, Protocol):
    """What an agenda is made from."""

    @property
    def id(self) -> UUID: ...
    @property
    def practitioner_id(self) -> UUID: ...
    @property
    def lanes(self) -> int: ...


@dataclass(frozen=True)
class Light:
    """The health of a schedule's calendar as shown, with its age."""

    health: Health
    fresh_at: datetime | None


def light(row: HasHealth, now: datetime) -> Light:
    """Return the health light: a calendar that was fine and has not been read for ten minutes is stale."""
    health = Health(row.health)
    if health is Health.OK and (row.fresh_at is None or abs(now - row.fresh_at) > FRESH_FOR):
        health = Health.STALE
    return Light(health, row.fresh_at)


def zone_of(uow: UnitOfWork, practice_id: UUID) -> ZoneInfo:
    """Return the practice's time zone; asked once a transaction, since every part of a search needs it."""
    known: dict[UUID, ZoneInfo] = uow.session.info.setdefault("telesec.zones", {})
    if practice_id in known:
        return known[practice_id]
    return know_zone(
        uow, practice_id, uow.session.scalar(select(Practice.time_zone).where(Practice.id == practice_id))
    )


def know_zone(uow: UnitOfWork, practice_id: UUID, name: str | None) -> ZoneInfo:
    """Keep a practice's time zone that was just read, for the rest of the transaction."""
    known: dict[UUID, ZoneInfo] = uow.session.info.setdefault("telesec.zones", {})
    known[practice_id] = ZoneInfo(name or "UTC")
    return known[practice_id]


def agendas(
    uow: UnitOfWork, practice_id: UUID, schedules: Sequence[Scheduled], within: Interval
) -> dict[UUID, Agenda]:
    """Return what decides for each schedule over a stretch: five queries, however many schedules."""
    whose: _Whose = {"practice": practice_id, "schedules": [row.id for row in schedules]}
    zone = zone_of(uow, practice_id)
    (rules, reserved), claims = _rules(uow, whose), _claims(uow, whose, within)
    closed, readings = _absences(uow, whose, within), _readings(uow, whose, within, claims)
    return {
        row.id: Agenda(
            Pattern(
                zone,
                tuple(rules[row.id]),
                (*closed[None], *closed[row.practitioner_id]),
                reserved=tuple(reserved[row.id]),
            ),
            row.lanes,
            readings.get(row.id),
            tuple(claims[row.id]),
            readable=Health(row.health) not in UNREADABLE,
        )
        for row in schedules
    }


def pack(reading: Reading) -> dict[str, Any]:
    """Return a reading as the columns of its row."""
    busy = [
        [*_seconds(b.span), b.weight, None if b.claim_id is None else str(b.claim_id)] for b in reading.busy
    ]
    slots = None if reading.open_slots is None else [_seconds(slot) for slot in reading.open_slots]
    return {
        "during": as_range(reading.span),
        "busy": busy,
        "open_slots": slots,
        "read_at": reading.read_at,
    }


def unpack(said: Said, within: Interval, claimed: Container[str]) -> Reading:
    """Return a stored reading; of a calendar that publishes no slots only what decides over a stretch.

    What lies beside the stretch does not, nor do the entries of ``claimed``, which count as claims already.
    Where slots are published everything is needed: a claim whose entry was moved away is still written.
    """
    first, last = _seconds(within)
    whole = said.open_slots is not None
    busy = tuple(
        BusySpan(_interval(start, end), weight, None if claim is None else UUID(claim))
        for start, end, weight, claim in said.busy or ()
        if whole or (start < last and end > first and claim not in claimed)
    )
    slots = None if said.open_slots is None else tuple(_interval(*slot) for slot in said.open_slots)
    return Reading(as_interval(said.during), busy, said.read_at, slots)


def _seconds(span: Interval) -> list[float]:
    return [span.start.timestamp(), span.end.timestamp()]


def _interval(start: float, end: float) -> Interval:
    return Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))


def _rules(uow: UnitOfWork, whose: _Whose) -> tuple[dict[UUID, list[Rule]], dict[UUID, set[Reserved]]]:
    """Return each schedule's rules, and of the types they name those that are kept for urgent calls."""
    found: dict[UUID, list[Rule]] = defaultdict(list)
    reserved: dict[UUID, set[Reserved]] = defaultdict(set)
    for schedule_id, weekday, starts, ends, type_id, min_level, hours in uow.session.execute(_RULES, whose):
        found[schedule_id].append(Rule(weekday, starts, ends, type_id))
        if type_id is not None and min_level is not None:
            reserved[schedule_id].add(
                Reserved(type_id, None if hours is None else uow.now() + timedelta(hours=hours))
            )
    return found, reserved


def _claims(uow: UnitOfWork, whose: _Whose, within: Interval) -> dict[UUID, list[Claim]]:
    """Return the live claims over a stretch; start and end apart, since a range is slow to read."""
    values = {**whose, **over(within), "now": uow.now()}
    found: dict[UUID, list[Claim]] = defaultdict(list)
    for schedule_id, id_, start, end, lane in uow.session.execute(_CLAIMS, values):
        found[schedule_id].append(Claim(id_, Interval(start, end), lane))
    return found


def _absences(uow: UnitOfWork, whose: _Whose, within: Interval) -> dict[UUID | None, list[Interval]]:
    """Return who is away over a stretch; an absence without an end lasts beyond it."""
    found: dict[UUID | None, list[Interval]] = defaultdict(list)
    for practitioner_id, during in uow.session.execute(_ABSENCES, {**whose, "span": as_range(within)}):
        found[practitioner_id].append(_bounded(during, within))
    return found


def _bounded(during: Range[datetime], within: Interval) -> Interval:
    day = timedelta(days=1)
    return Interval(during.lower or within.start - day, during.upper or within.end + day)


def _readings(
    uow: UnitOfWork, whose: _Whose, within: Interval, claims: Mapping[UUID, Sequence[Claim]]
) -> dict[UUID, Reading]:
    """Return the last readings; the database takes a short stretch's entries out, a long one's we do."""
    short = within.end - within.start <= SHORT
    values = {**whose, **dict(zip(("first", "last"), _seconds(within), strict=True))} if short else whose
    return {
        schedule_id: unpack(
            _Said(*said), within, frozenset(str(claim.claim_id) for claim in claims.get(schedule_id, ()))
        )
        for schedule_id, *said in uow.session.execute(_SAID_SHORTLY if short else _SAID, values)
    }
