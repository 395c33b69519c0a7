"""Booking, moving, cancelling and reading, where a practice's calendar takes part: reserve → call → settle.

No transaction is open while the calendar is spoken to. The attempt's lock is taken before the reservation
is committed, so that no sweep takes up what is still alive, and freed by the end of the process, however it
ends.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from sqlalchemy import text

from telesec.foundation.access import Actor, Purpose, system_actor
from telesec.foundation.errors import NotFound, Unavailable
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.scheduling import booking, following, offers, reads, service, settling, syncing, waiting_offers
from telesec.scheduling.attempts import (
    Attempt,
    Disagrees,
    Gone,
    Outcome,
    Taken,
    Unknown,
    Unreachable,
    Written,
    attempt_lock,
)
from telesec.scheduling.booking import BookAppointment, Reserved
from telesec.scheduling.claims import slot_taken
from telesec.scheduling.exchange import as_reading, carry_out
from telesec.scheduling.intervals import Interval
from telesec.scheduling.offers import FindSlots, Offer
from telesec.scheduling.parts import SchedulingDeps
from telesec.scheduling.ports import CalendarConflictError, CalendarGateway
from telesec.scheduling.reads import AppointmentCard
from telesec.scheduling.syncing import Stray

LIVE_AFTER = timedelta(seconds=2)
"""A search reads a calendar again when its last reading is older than this."""
READ_EVERY = timedelta(seconds=45)
"""With the sweep's own pace, a calendar that stopped answering is noticed within a minute."""
BATCH = 100


def find_slots(deps: SchedulingDeps, actor: Actor, query: FindSlots) -> Offer:
    """Return the first free slots, after reading again whatever calendar was not read just now.

    Raises:
        NotFound: No such appointment type here.
        Refused: A range that is empty or too long (422).
    """
    with deps.unit_of_work(actor) as uow:
        found = offers.fresh_offer(uow, query, older_than=LIVE_AFTER)
    if isinstance(found, Offer):
        return found
    for schedule_id in found:
        refresh(deps, query.practice_id, schedule_id, Interval(query.start, query.end))
    with deps.unit_of_work(actor) as uow:
        return offers.offer(uow, query)


def book(deps: SchedulingDeps, actor: Actor, command: BookAppointment) -> AppointmentCard:
    """Book a slot; the card says ``booked`` (read back) or ``pending`` (the calendar did not answer).

    Raises:
        Refused: ``slot_taken`` (409), or the slot may not be booked (422).
        CalendarConflictError: The calendar refused (409 ``calendar_conflict``); the slot is free again.
        Unavailable: ``calendar_unavailable`` (503): nothing was sent; a call's hold is kept.
    """
    with ExitStack() as stack:
        reserved = _reserved(deps, actor, stack, lambda uow: booking.reserve(uow, command))
        return _finish(deps, actor, command.slot.practice_id, reserved)


def move(
    deps: SchedulingDeps, actor: Actor, practice_id: UUID, appointment_id: UUID, start: datetime
) -> AppointmentCard:
    """Move an appointment to another start of the same schedule; refused, it stays where it was.

    Raises:
        Refused, CalendarConflictError, Unavailable: As :func:`book`.
    """
    with ExitStack() as stack:
        reserved = _reserved(
            deps, actor, stack, lambda uow: booking.reserve_move(uow, practice_id, appointment_id, start)
        )
        return _finish(deps, actor, practice_id, reserved)


def cancel(
    deps: SchedulingDeps, actor: Actor, practice_id: UUID, appointment_id: UUID, reason: str = ""
) -> AppointmentCard:
    """Cancel an appointment; its time is free once the calendar says it is gone.

    Raises:
        Refused, CalendarConflictError, Unavailable: As :func:`book`.
    """
    with ExitStack() as stack:
        reserved = _reserved(
            deps, actor, stack, lambda uow: booking.reserve_cancel(uow, practice_id, appointment_id, reason)
        )
        return _finish(deps, actor, practice_id, reserved)


def refresh(
    deps: SchedulingDeps,
    practice_id: UUID,
    schedule_id: UUID,
    wanted: Interval | None = None,
    *,
    follow: bool = False,
) -> bool:
    """Read one calendar and keep what it said; returns whether it could be read.

    Args:
        deps: The calendars and the database.
        practice_id, schedule_id: Whose.
        wanted: What is searched for, where that reaches beyond the weeks ahead.
        follow: Whether to look for each appointment of ours it does not show, and to follow the practice
            where it took it out or elsewhere; nobody who waits for slots waits for that.
    """
    actor = system_actor(Purpose.SETTLE_CALENDARS, practice_id)
    with deps.unit_of_work(actor) as uow:
        read = syncing.begin_reading(uow, practice_id, schedule_id)
        uow.commit()
    span = _span_to_read(read.at, wanted)
    gateway = deps.calendars.open(read.address)
    try:
        reading = as_reading(gateway.read(span.start, span.end))
    except Unavailable as error:
        with deps.unit_of_work(actor) as uow:
            syncing.record_failure(uow, read, error)
            uow.commit()
        return False
    with deps.unit_of_work(actor) as uow:
        syncing.record_reading(uow, read, reading)
        strays = syncing.strays(uow, read, reading) if follow else ()
        uow.commit()
    for stray in strays:
        _follow(deps, actor, gateway, stray)
    return True


def settle_due(deps: SchedulingDeps) -> int:
    """Take up every appointment whose attempt is due and not held by anybody alive."""
    with deps.unit_of_work(system_actor(Purpose.SETTLE_CALENDARS)) as uow:
        due = _due(uow, "settlements", deps.clock.now())
    return sum(_take_up(deps, practice_id, appointment_id) for practice_id, appointment_id in due)


def free_due_holds(deps: SchedulingDeps) -> int:
    """Free every hold that is over."""
    with deps.unit_of_work(system_actor(Purpose.FREE_HOLDS)) as uow:
        due = _due(uow, "holds", deps.clock.now())
    freed = 0
    for practice_id in dict.fromkeys(practice for practice, _ in due):
        with deps.unit_of_work(system_actor(Purpose.FREE_HOLDS, practice_id)) as uow:
            freed += service.free_expired(uow, practice_id)
            uow.commit()
    return freed


def refresh_due(deps: SchedulingDeps) -> int:
    """Read again every calendar that was not read for almost a minute."""
    with deps.unit_of_work(system_actor(Purpose.SETTLE_CALENDARS)) as uow:
        due = _due(uow, "readings", deps.clock.now() - READ_EVERY)
    for practice_id, schedule_id in due:
        refresh(deps, practice_id, schedule_id, follow=True)
    return len(due)


def offer_due(deps: SchedulingDeps) -> int:
    """Offer every time that came free to whoever waits for it, by day; returns how many were offered."""
    with deps.unit_of_work(system_actor(Purpose.OFFER_FREED)) as uow:
        due = _due(uow, "freed", deps.clock.now())
    offered = 0
    for practice_id, freed_id in due:
        with deps.unit_of_work(system_actor(Purpose.OFFER_FREED, practice_id)) as uow:
            offered += waiting_offers.offer_freed(uow, practice_id, freed_id)
            uow.commit()
    return offered


def _reserved(
    deps: SchedulingDeps, actor: Actor, stack: ExitStack, reserve: Callable[[UnitOfWork], Reserved]
) -> Reserved:
    """Reserve and take the attempt's lock, in this order and before the commit shows the row to sweeps."""
    with deps.unit_of_work(actor) as uow:
        reserved = reserve(uow)
        if reserved.attempt is not None:
            stack.enter_context(attempt_lock(deps.database, reserved.appointment_id))
            uow.commit()
    return reserved


def _finish(deps: SchedulingDeps, actor: Actor, practice_id: UUID, reserved: Reserved) -> AppointmentCard:
    if reserved.attempt is not None:
        outcome = carry_out(deps.calendars, reserved.attempt)
        _settle(deps, actor, reserved.attempt, outcome)
        _raise_unless_done(outcome)
    with deps.unit_of_work(actor) as uow:
        card = reads.appointment(uow, practice_id, reserved.appointment_id)
        uow.commit()
    return card


def _settle(deps: SchedulingDeps, actor: Actor, attempt: Attempt, outcome: Outcome) -> None:
    with deps.unit_of_work(actor) as uow:
        settling.settle(uow, attempt, outcome)
        uow.commit()


def _raise_unless_done(outcome: Outcome) -> None:
    match outcome:
        case Written() | Gone() | Unknown():
            return
        case Taken():
            raise slot_taken()
        case Disagrees():
            raise CalendarConflictError
        case Unreachable(error):
            raise Unavailable(
                "calendar_unavailable",
                say("The practice's calendar cannot be read, so nothing was changed. Your text is kept."),
                permanent=error.permanent,
            )
        case _:
            assert_never(outcome)


def _take_up(deps: SchedulingDeps, practice_id: UUID, appointment_id: UUID) -> bool:
    actor = system_actor(Purpose.SETTLE_CALENDARS, practice_id)
    with attempt_lock(deps.database, appointment_id) as mine:
        if not mine:
            return False
        try:
            with deps.unit_of_work(actor) as uow:
                attempt = booking.take_up(uow, practice_id, appointment_id)
                uow.commit()
        except NotFound:
            return False
        if attempt is None:
            return False
        _settle(deps, actor, attempt, carry_out(deps.calendars, attempt))
    return True


def _follow(deps: SchedulingDeps, actor: Actor, gateway: CalendarGateway, stray: Stray) -> None:
    """Ask the calendar for one appointment by its name, and write down where the practice put it."""
    with attempt_lock(deps.database, stray.appointment_id) as mine:
        if not mine:
            return
        try:
            found = gateway.find(stray.uid, stray.href)
        except Unavailable:
            return
        with deps.unit_of_work(actor) as uow:
            following.follow(uow, stray, found)
            uow.commit()


def _due(uow: UnitOfWork, what: str, at: datetime) -> list[tuple[UUID, UUID]]:
    look_ups = {
        "settlements": "select practice_id, id from sec.due_settlements(:at, :lim)",
        "holds": "select practice_id, id from sec.due_holds(:at, :lim)",
        "freed": "select practice_id, id from sec.due_freed_slots(:at, :lim)",
        "readings": "select practice_id, id from sec.due_readings(:at, :lim)",
    }
    rows = uow.session.execute(text(look_ups[what]), {"at": at, "lim": BATCH})
    return [(row.practice_id, row.id) for row in rows]


def _span_to_read(now: datetime, wanted: Interval | None) -> Interval:
    """Return what to read: the weeks ahead, and what is searched for where that reaches further."""
    ahead = Interval(now, now + syncing.AHEAD)
    if wanted is None or wanted.end <= ahead.end:
        return ahead
    return Interval(now if wanted.start <= ahead.end else wanted.start, wanted.end)
