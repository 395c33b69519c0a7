"""Use cases after the talk with a practice's calendar: write down how it ended.

Green only after the read-back; amber while it is not known; refused frees the time again. Where the calendar
holds something else than we do, a human settles it: nothing is overwritten.
"""

from typing import assert_never
from uuid import UUID

from sqlalchemy import update

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.scheduling import claims, waiting, waiting_offers
from telesec.scheduling.attempts import (
    Attempt,
    Disagrees,
    Gone,
    Outcome,
    Taken,
    Unknown,
    Unreachable,
    Written,
)
from telesec.scheduling.intervals import Interval
from telesec.scheduling.models import Appointment, CalendarConflict, Schedule, SlotClaim
from telesec.scheduling.ports import CalendarEntry
from telesec.scheduling.rows import appointment_row
from telesec.scheduling.rules import (
    REOPEN_WITHIN,
    ClaimState,
    ConflictKind,
    EndedBecause,
    Operation,
    Status,
    hold_expires_at,
    next_attempt_at,
)


def settle(uow: UnitOfWork, attempt: Attempt, outcome: Outcome) -> None:
    """Write down the outcome of an attempt; nothing when another attempt has settled it meanwhile."""
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(attempt.practice_id))
    row = appointment_row(uow, attempt.practice_id, attempt.appointment_id, lock=True)
    if row.operation != attempt.operation.value or row.attempts != attempt.number:
        return
    _apply(uow, row, attempt, outcome)
    _note_conflict(uow, row, attempt, outcome)
    _read_again(uow, row)
    uow.session.flush()
    said = type(outcome).__name__.lower()
    uow.audit("appointment.settle", practice_id=row.practice_id, object_id=row.id, outcome=said)
    uow.publish("slots", row.practice_id, row.schedule_id)
    uow.publish("calendar", row.practice_id, row.schedule_id)


def settle_conflict(uow: UnitOfWork, practice_id: UUID, conflict_id: UUID) -> None:
    """Note that a human has looked at a conflict and put it right; nothing when somebody did before.

    Raises:
        NotFound: No such conflict here.
    """
    row = _conflict(uow, practice_id, conflict_id)
    if row.settled_at is not None:
        return
    row.settled_at, row.settled_by = uow.now(), uow.actor.person_id
    uow.audit("calendar_conflict.settle", practice_id=practice_id, object_id=conflict_id)
    _tell_conflict(uow, row)


def reopen_conflict(uow: UnitOfWork, practice_id: UUID, conflict_id: UUID) -> None:
    """Take back one's own settling within ten seconds.

    Raises:
        NotFound: No such conflict here.
        Refused: ``too_late`` (409): it was settled earlier, or by somebody else.
    """
    row = _conflict(uow, practice_id, conflict_id)
    mine = row.settled_by == uow.actor.person_id
    if row.settled_at is None or not mine or uow.now() - row.settled_at > REOPEN_WITHIN:
        raise Refused("too_late", say("It is too late to take this back."))
    row.settled_at = row.settled_by = None
    uow.audit("calendar_conflict.reopen", practice_id=practice_id, object_id=conflict_id)
    _tell_conflict(uow, row)


def agree(uow: UnitOfWork, row: Appointment) -> None:
    """Settle an appointment's conflicts: the calendar and we say the same again, no human is needed."""
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(row.practice_id))
    uow.session.execute(
        update(CalendarConflict)
        .where(
            CalendarConflict.practice_id == row.practice_id,
            CalendarConflict.appointment_id == row.id,
            CalendarConflict.settled_at.is_(None),
        )
        .values(settled_at=uow.now())
        .execution_options(synchronize_session=False)
    )


def _conflict(uow: UnitOfWork, practice_id: UUID, conflict_id: UUID) -> CalendarConflict:
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(practice_id))
    row = uow.session.get(CalendarConflict, (practice_id, conflict_id), with_for_update=True)
    if row is None:
        raise NotFound
    return row


def _tell_conflict(uow: UnitOfWork, row: CalendarConflict) -> None:
    uow.publish("slots", row.practice_id, row.schedule_id)
    uow.publish("calendar", row.practice_id, row.schedule_id)


def _apply(uow: UnitOfWork, row: Appointment, attempt: Attempt, outcome: Outcome) -> None:
    match outcome:
        case Written(entry):
            _written(uow, row, entry)
        case Gone():
            freed = Interval(row.start_at, row.end_at)
            end(uow, row, EndedBecause.ASKED)
            agree(uow, row)
            waiting_offers.came_free(uow, row.practice_id, row.schedule_id, freed)
        case Taken():
            _refused(uow, row, EndedBecause.PAST if attempt.over else EndedBecause.SLOT_TAKEN)
        case Disagrees():
            _refused(uow, row, EndedBecause.CALENDAR_CONFLICT)
        case Unknown():
            row.next_attempt_at = next_attempt_at(row.attempts, uow.now())
        case Unreachable():
            _unreachable(uow, row, attempt)
        case _:
            assert_never(outcome)


def _written(uow: UnitOfWork, row: Appointment, entry: CalendarEntry) -> None:
    if row.operation == Operation.CANCEL.value:
        return
    old, was = row.claim_id, Interval(row.start_at, row.end_at)
    if row.operation == Operation.CREATE.value:
        waiting.booked(uow, row)
    else:
        agree(uow, row)
    if row.next_claim_id is not None:
        row.claim_id, row.next_claim_id = row.next_claim_id, None
    length = row.end_at - row.start_at
    row.start_at = row.next_start_at or row.start_at
    row.end_at, row.next_start_at = row.start_at + length, None
    row.href, row.etag, row.settled_at = entry.href, entry.etag, uow.now()
    _back_to(row, Status.BOOKED)
    uow.session.flush()
    if old is not None and old != row.claim_id:
        claims.free(uow, row.practice_id, old)
    claim = uow.session.get_one(SlotClaim, (row.practice_id, row.claim_id))
    claim.state = ClaimState.BOOKED.value
    claims.stretch(uow, claim, Interval(row.start_at, row.end_at))
    if was.start != row.start_at:
        waiting_offers.came_free(uow, row.practice_id, row.schedule_id, was)


def _refused(uow: UnitOfWork, row: Appointment, because: EndedBecause) -> None:
    """Undo what was reserved: a creation ends, a move or a cancellation leaves things as they were."""
    if row.operation == Operation.CREATE.value:
        end(uow, row, because)
    else:
        _revert(uow, row)


def _unreachable(uow: UnitOfWork, row: Appointment, attempt: Attempt) -> None:
    """Nothing was sent. The first time somebody waits for the answer: undo, and keep the call's hold.

    A sweep's attempt stays pending: an earlier one may have got through.
    """
    if attempt.repeated:
        row.next_attempt_at = next_attempt_at(row.attempts, uow.now())
        return
    if row.operation != Operation.CREATE.value:
        _revert(uow, row)
        return
    claim_id = row.claim_id
    kept = row.call_id is not None
    if kept:
        claim = uow.session.get_one(SlotClaim, (row.practice_id, claim_id))
        claim.state, claim.expires_at = ClaimState.HOLD.value, hold_expires_at(uow.now())
        row.claim_id = None
    end(uow, row, EndedBecause.CALENDAR_UNAVAILABLE)


def end(uow: UnitOfWork, row: Appointment, because: EndedBecause) -> None:
    """Close a locked appointment and give its time back."""
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(row.practice_id))
    kept = {row.claim_id, row.next_claim_id} - {None}
    row.claim_id = row.next_claim_id = row.next_start_at = None
    row.ended_because, row.settled_at = because.value, uow.now()
    _back_to(row, Status.CANCELLED)
    uow.session.flush()
    for claim_id in kept:
        if claim_id is not None:
            claims.free(uow, row.practice_id, claim_id)


def _revert(uow: UnitOfWork, row: Appointment) -> None:
    """Leave the appointment where it was."""
    extra = row.next_claim_id
    row.next_claim_id = row.next_start_at = None
    row.cancel_reason_sealed = None
    _back_to(row, Status.BOOKED)
    uow.session.flush()
    if extra is None:
        return
    if extra != row.claim_id:
        claims.free(uow, row.practice_id, extra)
        return
    claim = uow.session.get_one(SlotClaim, (row.practice_id, row.claim_id))
    claims.stretch(uow, claim, Interval(row.start_at, row.end_at))


def _back_to(row: Appointment, status: Status) -> None:
    row.status, row.operation, row.next_attempt_at = status.value, None, None


def _conflict_kind(attempt: Attempt, outcome: Outcome) -> ConflictKind | None:
    """Return the conflict a human must look at, None when the one who asked has just been told."""
    match outcome:
        case Disagrees(theirs=None, vanished=True):
            return ConflictKind.VANISHED
        case Disagrees(theirs=theirs) if theirs is not None:
            return ConflictKind.MOVED
        case Disagrees() if attempt.repeated or attempt.operation is not Operation.CREATE:
            return ConflictKind.REFUSED
        case Taken() if attempt.repeated:
            return ConflictKind.REFUSED
        case _:
            return None


def _read_again(uow: UnitOfWork, row: Appointment) -> None:
    """Make the next search and the next sweep read the calendar: what it last said is overtaken."""
    uow.session.execute(
        update(Schedule)
        .where(Schedule.practice_id == row.practice_id, Schedule.id == row.schedule_id)
        .values(read_attempted_at=None)
        .execution_options(synchronize_session=False)
    )


def _note_conflict(uow: UnitOfWork, row: Appointment, attempt: Attempt, outcome: Outcome) -> None:
    kind = _conflict_kind(attempt, outcome)
    if kind is None:
        return
    theirs = outcome.theirs if isinstance(outcome, Disagrees) else None
    conflict = CalendarConflict(
        practice_id=row.practice_id,
        id=new_id(),
        schedule_id=row.schedule_id,
        appointment_id=row.id,
        kind=kind.value,
        ours=claims.as_range(attempt.target),
        theirs=None if theirs is None else claims.as_range(theirs),
        found_at=uow.now(),
    )
    uow.session.add(conflict)
    uow.audit("calendar_conflict.found", practice_id=row.practice_id, object_id=conflict.id, kind=kind.value)
