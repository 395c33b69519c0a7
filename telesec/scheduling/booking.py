"""Use cases before and after the talk with a practice's calendar: reserve, take up again, settle.

Between the two no transaction is open. A process may die anywhere: what is reserved has an ``operation``
and a ``next_attempt_at``, so a sweep takes it up; settling the same outcome twice changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.patients import service as patients
from telesec.patients.service import RegisterPatient
from telesec.practices.numbers import to_e164
from telesec.scheduling import claims
from telesec.scheduling import service as scheduling
from telesec.scheduling.attempts import Attempt
from telesec.scheduling.claims import Holder
from telesec.scheduling.intervals import Interval
from telesec.scheduling.models import Appointment, Schedule, SlotClaim
from telesec.scheduling.ports import AppointmentWrite
from telesec.scheduling.readings import zone_of
from telesec.scheduling.rows import (
    DETAILS,
    Details,
    address_of,
    appointment_row,
    open_details,
    schedule_row,
    seal_details,
    type_row,
)
from telesec.scheduling.rules import (
    LONGEST_WAIT,
    ClaimState,
    Operation,
    Status,
    next_attempt_at,
    waits_too_long,
)
from telesec.scheduling.service import HoldSlot
from telesec.vault import service as vault

SETTLE = "scheduling.settle"


@dataclass(frozen=True)
class BookAppointment:
    """Book a slot for a patient.

    Args:
        slot: Which slot, for which call; a hold of that call on it is used.
        patient_id: A patient already known; None to find or register one from the words below.
        phone: As typed.
        reason: What the caller said it is for.
    """

    slot: HoldSlot
    family_name: str
    given_name: str
    phone: str
    birth_date: date | None = None
    patient_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True)
class Reserved:
    """What is to be done in the calendar; no attempt where nothing is left to do."""

    appointment_id: UUID
    attempt: Attempt | None


def reserve(uow: UnitOfWork, command: BookAppointment) -> Reserved:
    """Occupy the slot and note the appointment as pending, before the calendar is asked.

    The same call asking twice for the same patient and slot gets the appointment it has.

    Raises:
        Refused: ``slot_taken`` (409), or as :func:`telesec.scheduling.service.wanted_slot`.
        NotFound: No such schedule or type here.
    """
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(command.slot.practice_id))
    schedule, span = scheduling.wanted_slot(uow, command.slot)
    claims.lock_schedule(uow, schedule.id)
    details = _details(uow, command)
    known = _same_again(uow, command, span, details)
    if known is not None:
        return Reserved(known, None)
    claim = scheduling.own_hold(uow, schedule, span, command.slot.call_id)
    if claim is None:
        holder = Holder(command.slot.call_id, command.slot.held_by_name)
        claim = claims.take(uow, schedule, span, ClaimState.PENDING, holder)
    claim.state, claim.expires_at = ClaimState.PENDING.value, None
    row = _new(uow, command, span, claim)
    row.patient_id = command.patient_id or _patient(uow, command)
    seal_details(uow, row, details)
    uow.session.add(row)
    uow.session.flush()
    uow.audit("appointment.reserve", practice_id=row.practice_id, object_id=row.id)
    return _begun(uow, row, schedule)


def reserve_move(uow: UnitOfWork, practice_id: UUID, appointment_id: UUID, start: datetime) -> Reserved:
    """Occupy the new time beside the old one, until the calendar has said which it is.

    It stays of its type, so what is kept for urgent calls is open to it whatever this call reached.

    Raises:
        Refused: ``slot_taken``, ``appointment_pending``, ``appointment_cancelled`` (409), or as
            :func:`telesec.scheduling.service.wanted_slot`.
    """
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    row = appointment_row(uow, practice_id, appointment_id, lock=True)
    _refuse_unless_booked(row)
    if row.start_at == start:
        return Reserved(row.id, None)
    slot = HoldSlot(practice_id, row.schedule_id, row.appointment_type_id, start, row.call_id)
    schedule, span = scheduling.wanted_slot(uow, slot, moving=True)
    claims.lock_schedule(uow, schedule.id)
    row.next_claim_id = _claim_for_move(uow, row, schedule, span)
    row.next_start_at = span.start
    _begin(uow, row, Operation.MOVE)
    uow.audit("appointment.reserve_move", practice_id=practice_id, object_id=row.id)
    return _begun(uow, row, schedule)


def reserve_cancel(uow: UnitOfWork, practice_id: UUID, appointment_id: UUID, reason: str) -> Reserved:
    """Note that an appointment is to be taken away; its time stays occupied until it is.

    Cancelling twice is cancelling once.

    Raises:
        Refused: ``appointment_pending`` (409): the calendar has not answered about it yet.
    """
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    row = appointment_row(uow, practice_id, appointment_id, lock=True)
    if row.status == Status.CANCELLED.value:
        return Reserved(row.id, None)
    _refuse_unless_booked(row)
    if reason:
        sealed = vault.seal(uow, practice_id, DETAILS, row.id, row.sealed_version, cancel_reason=reason)
        row.cancel_reason_sealed = sealed["cancel_reason"]
    _begin(uow, row, Operation.CANCEL)
    uow.audit("appointment.reserve_cancel", practice_id=practice_id, object_id=row.id)
    return _begun(uow, row, schedule_row(uow, practice_id, row.schedule_id))


def take_up(uow: UnitOfWork, practice_id: UUID, appointment_id: UUID) -> Attempt | None:
    """Return the attempt a sweep should make on an unsettled appointment, None when it is settled by now.

    The caller holds the attempt's lock, so whoever began it is dead or gave up.
    """
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    row = appointment_row(uow, practice_id, appointment_id, lock=True)
    due = row.next_attempt_at
    if row.operation is None or due is None:
        return None
    if due > uow.now() and not waits_too_long(due, LONGEST_WAIT, uow.now()):
        return None
    row.attempts += 1
    row.next_attempt_at = next_attempt_at(row.attempts, uow.now())
    uow.session.flush()
    begun = _begun(uow, row, schedule_row(uow, practice_id, row.schedule_id)).attempt
    return None if begun is None else replace(begun, repeated=True)


def _begin(uow: UnitOfWork, row: Appointment, operation: Operation) -> None:
    """Mark what is being done; due at once, for the lock tells the living from the dead."""
    row.status, row.operation = Status.PENDING.value, operation.value
    row.attempts, row.next_attempt_at = 1, uow.now()
    uow.session.flush()


def _begun(uow: UnitOfWork, row: Appointment, schedule: Schedule) -> Reserved:
    (details,) = open_details(uow, [row])
    operation = Operation(row.operation or Operation.CREATE)
    here = Interval(row.start_at, row.end_at)
    target, claim_id = here, row.claim_id
    if operation is Operation.MOVE and row.next_start_at is not None:
        target = Interval(row.next_start_at, row.next_start_at + (here.end - here.start))
        claim_id = row.next_claim_id
    own = frozenset(id_ for id_ in (row.claim_id, row.next_claim_id) if id_ is not None)
    write = AppointmentWrite(
        claim_id=claim_id or row.id,
        uid=row.uid,
        start=target.start,
        end=target.end,
        time_zone=zone_of(uow, row.practice_id).key,
        title=details.title,
        description=details.reason,
        patient={
            "family_name": details.family_name,
            "given_name": details.given_name,
            "birth_date": details.birth_date,
            "phone": details.phone,
        },
        href=row.href,
        etag=row.etag,
    )
    attempt = Attempt(
        practice_id=row.practice_id,
        appointment_id=row.id,
        schedule_id=row.schedule_id,
        operation=operation,
        number=row.attempts,
        address=address_of(uow, schedule),
        lanes=schedule.lanes,
        write=write,
        own=own,
        others=claims.others(uow, schedule, target, own),
        before=here if operation is Operation.MOVE else None,
        over=target.start <= uow.now(),
    )
    return Reserved(row.id, attempt)


def _claim_for_move(uow: UnitOfWork, row: Appointment, schedule: Schedule, span: Interval) -> UUID:
    """Take the new time; where it overlaps the old one, the old claim covers both for the while."""
    old = uow.session.get_one(SlotClaim, (row.practice_id, row.claim_id))
    here = Interval(row.start_at, row.end_at)
    if here.overlaps(span):
        claims.stretch(uow, old, Interval(min(here.start, span.start), max(here.end, span.end)))
        return old.id
    held = scheduling.own_hold(uow, schedule, span, row.call_id)
    claim = held or claims.take(uow, schedule, span, ClaimState.PENDING, Holder(row.call_id))
    claim.state, claim.expires_at = ClaimState.PENDING.value, None
    uow.session.flush()
    return claim.id


def _refuse_unless_booked(row: Appointment) -> None:
    match Status(row.status):
        case Status.BOOKED:
            return
        case Status.CANCELLED:
            raise Refused("appointment_cancelled", say("This appointment is cancelled. Book a new one."))
        case _:
            raise Refused(
                "appointment_pending",
                say("The practice's calendar has not confirmed this yet. Wait a moment, then try again."),
            )


def _details(uow: UnitOfWork, command: BookAppointment) -> Details:
    kind = type_row(uow, command.slot.practice_id, command.slot.appointment_type_id)
    return Details(
        family_name=command.family_name.strip(),
        given_name=command.given_name.strip(),
        birth_date=command.birth_date.isoformat() if command.birth_date else "",
        phone=to_e164(command.phone) or command.phone.strip(),
        reason=command.reason.strip(),
        type_name=kind.name,
    )


def _patient(uow: UnitOfWork, command: BookAppointment) -> UUID:
    return patients.find_or_register(
        uow,
        RegisterPatient(
            practice_id=command.slot.practice_id,
            family_name=command.family_name,
            given_name=command.given_name,
            birth_date=command.birth_date,
            phones=(command.phone,) if command.phone else (),
        ),
    )


def _same_again(uow: UnitOfWork, command: BookAppointment, span: Interval, details: Details) -> UUID | None:
    """Return the appointment this call already has for this patient on this slot: a second click."""
    if command.slot.call_id is None:
        return None
    rows = list(
        uow.session.scalars(
            select(Appointment).where(
                Appointment.practice_id == command.slot.practice_id,
                Appointment.call_id == command.slot.call_id,
                Appointment.schedule_id == command.slot.schedule_id,
                Appointment.start_at == span.start,
                Appointment.status != Status.CANCELLED.value,
            )
        )
    )
    for row, known in zip(rows, open_details(uow, rows), strict=True):
        if (known.family_name, known.given_name) == (details.family_name, details.given_name):
            return row.id
    return None


def _new(uow: UnitOfWork, command: BookAppointment, span: Interval, claim: SlotClaim) -> Appointment:
    now = uow.now()
    id_ = new_id()
    return Appointment(
        practice_id=claim.practice_id,
        id=id_,
        schedule_id=claim.schedule_id,
        appointment_type_id=command.slot.appointment_type_id,
        claim_id=claim.id,
        status=Status.PENDING.value,
        operation=Operation.CREATE.value,
        attempts=1,
        next_attempt_at=now,
        uid=f"{id_}@telesec",
        href="",
        etag="",
        start_at=span.start,
        end_at=span.end,
        call_id=command.slot.call_id,
        sealed_version=1,
        created_by=uow.actor.person_id,
        created_at=now,
    )
