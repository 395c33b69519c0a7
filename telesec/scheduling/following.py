"""Use cases after a reading that did not show an appointment of ours: the practice is followed.

The practice's calendar is its own: what it takes out is cancelled and its time free, what it puts elsewhere
is there. Where our other claims leave no room for that, a human settles it.
"""

from sqlalchemy import select

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Refused
from telesec.foundation.ids import new_id
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.scheduling import claims, settling, waiting_offers
from telesec.scheduling.intervals import Interval, subtract
from telesec.scheduling.models import Appointment, CalendarConflict, SlotClaim
from telesec.scheduling.ports import CalendarEntry
from telesec.scheduling.rows import appointment_row
from telesec.scheduling.rules import ConflictKind, EndedBecause, Status
from telesec.scheduling.syncing import Stray


def follow(uow: UnitOfWork, stray: Stray, found: CalendarEntry | None) -> None:
    """Follow where the practice put an appointment; nothing when the desk has changed it meanwhile.

    Args:
        uow: One unit of work; its caller holds the attempt's lock.
        stray: The appointment as it was when the calendar was read.
        found: What the calendar holds under its name now; None: nothing.
    """
    authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(stray.practice_id))
    row = appointment_row(uow, stray.practice_id, stray.appointment_id, lock=True)
    was = Interval(row.start_at, row.end_at)
    if row.status != Status.BOOKED.value or was != stray.span:
        return
    if found is None or found.cancelled:
        settling.end(uow, row, EndedBecause.IN_CALENDAR)
        freed: tuple[Interval, ...] = (was,)
    else:
        there = Interval(found.start, found.end)
        if there == was or not _moved(uow, row, found, there):
            return
        freed = subtract((was,), (there,))
    settling.agree(uow, row)
    uow.session.flush()
    waiting_offers.came_free(uow, row.practice_id, row.schedule_id, *freed)
    uow.audit("appointment.follow", practice_id=row.practice_id, object_id=row.id, status=row.status)
    uow.publish("slots", row.practice_id, row.schedule_id)
    uow.publish("calendar", row.practice_id, row.schedule_id)


def _moved(uow: UnitOfWork, row: Appointment, found: CalendarEntry, there: Interval) -> bool:
    """Put an appointment and its claim where its entry is; returns whether there was room for the claim."""
    claim = uow.session.get_one(SlotClaim, (row.practice_id, row.claim_id))
    try:
        if there.end - there.start > claims.LONGEST:
            raise claims.slot_taken()
        claims.stretch(uow, claim, there)
    except Refused:
        _disagree(uow, row, there)
        return False
    row.start_at, row.end_at = there
    row.href, row.etag, row.settled_at = found.href, found.etag, uow.now()
    return True


def _disagree(uow: UnitOfWork, row: Appointment, there: Interval) -> None:
    """Note once that an entry stands where another claim of ours is: not again what a human settled so."""
    known = select(CalendarConflict.id).where(
        CalendarConflict.practice_id == row.practice_id,
        CalendarConflict.appointment_id == row.id,
        CalendarConflict.settled_at.is_(None) | (CalendarConflict.theirs == claims.as_range(there)),
    )
    if uow.session.scalar(known.limit(1)) is not None:
        return
    conflict = CalendarConflict(
        practice_id=row.practice_id,
        id=new_id(),
        schedule_id=row.schedule_id,
        appointment_id=row.id,
        kind=ConflictKind.MOVED.value,
        ours=claims.as_range(Interval(row.start_at, row.end_at)),
        theirs=claims.as_range(there),
        found_at=uow.now(),
    )
    uow.session.add(conflict)
    uow.audit(
        "calendar_conflict.found", practice_id=row.practice_id, object_id=conflict.id, kind=conflict.kind
    )
    uow.publish("slots", row.practice_id, row.schedule_id)
    uow.publish("calendar", row.practice_id, row.schedule_id)
