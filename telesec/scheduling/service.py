"""Use cases around a hold: a slot kept for a live call, so that nobody else can be promised it.

A hold lives as long as the call and the desk that took it: freed ten seconds after the call closes, or
three minutes after the desk's last sign of life. Others see who holds it and since when. What goes into the
practice's calendar is ``booking``; this module never speaks to it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.scheduling import claims
from telesec.scheduling.claims import Holder
from telesec.scheduling.hours import expand, kept
from telesec.scheduling.intervals import Interval, subtract
from telesec.scheduling.models import AppointmentType, Schedule, SlotClaim
from telesec.scheduling.readings import agendas
from telesec.scheduling.rows import schedule_row, type_row
from telesec.scheduling.rules import HOLD_AFTER_CALL, LONGEST_HOLD, ClaimState, hold_expires_at, reserved_from
from telesec.triage import reads as triage
from telesec.triage.levels import Level

RESERVED = say(
    "These slots are kept for urgent calls. Ask the questions first, or choose another type of appointment."
)


@dataclass(frozen=True)
class HoldSlot:
    """Keep a slot for a call.

    Args:
        start: Aware.
        call_id: The live call; without one the hold lasts three minutes.
        held_by_name: The secretary's first name, shown to the others.
    """

    practice_id: UUID
    schedule_id: UUID
    appointment_type_id: UUID
    start: datetime
    call_id: UUID | None = None
    held_by_name: str = ""


@dataclass(frozen=True)
class Held:
    """A hold: its claim, its time, until when it lasts without a new sign of life."""

    claim_id: UUID
    schedule_id: UUID
    start: datetime
    end: datetime
    expires_at: datetime


def hold(uow: UnitOfWork, command: HoldSlot) -> Held:
    """Keep a slot; the same call asking again gets its hold back, renewed.

    Raises:
        Refused: ``slot_taken`` (409); ``slot_past``, ``outside_hours``, ``not_suitable`` or
            ``reserved_for_urgent`` (422).
        NotFound: No such schedule or type here.
    """
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(command.practice_id))
    schedule, span = wanted_slot(uow, command)
    claims.lock_schedule(uow, schedule.id)
    claim = own_hold(uow, schedule, span, command.call_id)
    now = uow.now()
    if claim is None:
        holder = Holder(command.call_id, command.held_by_name)
        claim = claims.take(uow, schedule, span, ClaimState.HOLD, holder)
        uow.audit("slot.hold", practice_id=schedule.practice_id, object_id=claim.id)
    claim.last_seen_at, claim.expires_at = now, hold_expires_at(now)
    claim.appointment_type_id = command.appointment_type_id
    uow.session.flush()
    uow.publish("slots", schedule.practice_id, schedule.id)
    return Held(claim.id, schedule.id, span.start, span.end, claim.expires_at)


def touch_holds(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> int:
    """Note a sign of life of the desk that is in this call; returns how many holds it keeps."""
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    now = uow.now()
    return _expire(uow, practice_id, call_id, last_seen_at=now, expires_at=hold_expires_at(now))


def release_call(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> int:
    """Let the holds of a call that closes end ten seconds later; returns how many."""
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    return _expire(uow, practice_id, call_id, expires_at=uow.now() + HOLD_AFTER_CALL)


def release(uow: UnitOfWork, practice_id: UUID, claim_id: UUID) -> None:
    """Give a held slot back at once.

    Raises:
        NotFound: No such claim here.
        Refused: ``not_a_hold`` (409): it belongs to an appointment by now.
    """
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    claim = uow.session.scalar(
        select(SlotClaim)
        .where(SlotClaim.practice_id == practice_id, SlotClaim.id == claim_id)
        .with_for_update()
    )
    if claim is None:
        raise NotFound
    if claim.state != ClaimState.HOLD.value:
        raise Refused("not_a_hold", say("This slot belongs to an appointment. Cancel the appointment."))
    claims.free(uow, practice_id, claim_id)
    uow.audit("slot.release", practice_id=practice_id, object_id=claim_id)
    uow.publish("slots", practice_id, claim.schedule_id)


def free_expired(uow: UnitOfWork, practice_id: UUID) -> int:
    """Free every hold of a practice that is over; returns how many.

    One that ends later than any may was made before the clock was put back: a desk that lives has as long to
    say so as if it were made now.
    """
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    now = uow.now()
    uow.session.execute(
        update(SlotClaim)
        .where(
            SlotClaim.practice_id == practice_id,
            SlotClaim.state == ClaimState.HOLD.value,
            SlotClaim.expires_at > now + LONGEST_HOLD,
        )
        .values(expires_at=hold_expires_at(now), last_seen_at=now, held_since=now),
        execution_options={"synchronize_session": False},
    )
    freed = uow.session.execute(
        delete(SlotClaim)
        .where(
            SlotClaim.practice_id == practice_id,
            SlotClaim.state == ClaimState.HOLD.value,
            SlotClaim.expires_at <= uow.now(),
        )
        .returning(SlotClaim.schedule_id)
    ).all()
    for row in freed:
        uow.publish("slots", practice_id, row.schedule_id)
    return len(freed)


def wanted_slot(uow: UnitOfWork, command: HoldSlot, *, moving: bool = False) -> tuple[Schedule, Interval]:
    """Return the schedule and the stretch asked for, or refuse what may not be booked there.

    ``moving``: for an appointment that is of this type already; what is kept for urgent calls is open to it.

    Raises:
        NotFound: No such schedule or type here.
        Refused: ``slot_past``, ``outside_hours``, ``not_suitable`` or ``reserved_for_urgent`` (422).
    """
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(command.practice_id))
    schedule = schedule_row(uow, command.practice_id, command.schedule_id)
    kind = type_row(uow, command.practice_id, command.appointment_type_id)
    start = command.start
    if start.tzinfo is None:
        raise Refused("bad_start", say("Give the start with its offset."), status=422, field="start")
    span = Interval(start, start + timedelta(minutes=kind.duration_minutes))
    if start <= uow.now():
        raise Refused("slot_past", say("This time is past. Choose another slot."), status=422, field="start")
    if kind.practitioner_ids and schedule.practitioner_id not in kind.practitioner_ids:
        raise Refused(
            "not_suitable",
            say("This practitioner does not do this. Choose another one."),
            status=422,
            field="schedule_id",
        )
    if not moving:
        _refuse_reserved(uow, kind, command.call_id)
    _refuse_outside_hours(uow, schedule, kind, span)
    return schedule, span


def own_hold(uow: UnitOfWork, schedule: Schedule, span: Interval, call_id: UUID | None) -> SlotClaim | None:
    """Return the hold this call, or without a call this person, has on exactly this slot, locked."""
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(schedule.practice_id))
    mine = SlotClaim.call_id == call_id if call_id else SlotClaim.call_id.is_(None)
    return uow.session.scalar(
        select(SlotClaim)
        .where(
            SlotClaim.practice_id == schedule.practice_id,
            SlotClaim.schedule_id == schedule.id,
            SlotClaim.during == claims.as_range(span),
            SlotClaim.state == ClaimState.HOLD.value,
            SlotClaim.held_by == uow.actor.person_id,
            mine,
        )
        .order_by(SlotClaim.lane)
        .limit(1)
        .with_for_update()
    )


def _refuse_reserved(uow: UnitOfWork, kind: AppointmentType, call_id: UUID | None) -> None:
    """Refuse a type kept for urgent calls, unless this call's own triage reached its level.

    What the caller of the API says of the level does not count here.
    """
    if kind.min_level is None:
        return
    level = triage.level_reached(uow, kind.practice_id, call_id) if call_id else None
    if reserved_from(level, Level(kind.min_level)):
        raise Refused("reserved_for_urgent", RESERVED, status=422, field="appointment_type_id")


def _refuse_outside_hours(uow: UnitOfWork, schedule: Schedule, kind: AppointmentType, span: Interval) -> None:
    """Refuse what opening hours do not cover; where there are none, the practice's published slots decide.

    Those are read live before the write, so only hours are checked here.
    """
    pattern = agendas(uow, schedule.practice_id, [schedule], span)[schedule.id].pattern
    day = timedelta(days=1)
    around = Interval(span.start - day, span.end + day)
    if pattern.rules_for(kind.id):
        open_ = expand(pattern, around, kind.id)
    else:
        open_ = subtract((around,), kept(pattern, around, kind.id))
    away = any(closed.overlaps(span) for closed in pattern.closed)
    if away or not any(opening.covers(span) for opening in open_):
        raise Refused(
            "outside_hours",
            say("The practice is closed then. Choose another slot."),
            status=422,
            field="start",
        )


def _expire(uow: UnitOfWork, practice_id: UUID, call_id: UUID, **values: datetime) -> int:
    changed = uow.session.execute(
        update(SlotClaim)
        .where(
            SlotClaim.practice_id == practice_id,
            SlotClaim.call_id == call_id,
            SlotClaim.state == ClaimState.HOLD.value,
        )
        .values(**values)
        .returning(SlotClaim.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(changed)
