"""Ended with -9 at each point of an attempt: another process leaves one appointment and one event."""

from datetime import timedelta

import pytest

from telesec.foundation.clock import Clock
from telesec.foundation.ids import new_id
from telesec.scheduling import booking, flow, reads
from telesec.scheduling.reads import AppointmentCard
from telesec.scheduling.rules import Status
from telesec.testing.bookable import NINE, House
from telesec.testing.calendars import Killed

LATER = NINE + timedelta(hours=1)
POINTS = ("before_read", "before_put", "after_put", "before_find")


def the_appointments(house: House) -> list[AppointmentCard]:
    with house.deps.unit_of_work(house.ada) as uow:
        return list(reads.appointments(uow, house.practice_id, NINE, NINE + timedelta(hours=4)))


@pytest.mark.parametrize("point", POINTS)
def test_killed_while_booking_the_sweep_books_once(house: House, point: str) -> None:
    house.fake.die_at(point)
    with pytest.raises(Killed):
        flow.book(house.deps, house.ada, house.booking())
    assert NINE not in house.starts()

    flow.settle_due(house.deps)

    (card,) = the_appointments(house)
    (entry,) = house.fake.live_entries()
    assert (card.status, card.uid) == (Status.BOOKED, entry.uid)
    assert house.fake.writes == 1


def test_killed_after_the_reservation_the_sweep_books_once(house: House) -> None:
    with house.deps.unit_of_work(house.ada) as uow:
        booking.reserve(uow, house.booking())
        uow.commit()

    flow.settle_due(house.deps)

    (card,) = the_appointments(house)
    assert card.status is Status.BOOKED
    assert len(house.fake.live_entries()) == 1


def test_killed_before_the_settling_the_sweep_books_once(house: House) -> None:
    class DyingClock:
        """Ends the process when the time is asked for after the write."""

        def __init__(self, clock: Clock) -> None:
            self.clock = clock

        def now(self) -> object:
            if house.fake.writes:
                raise Killed
            return self.clock.now()

    dying = house.deps.with_parts(clock=DyingClock(house.clock))
    with pytest.raises(Killed):
        flow.book(dying, house.ada, house.booking())

    flow.settle_due(house.deps)

    (card,) = the_appointments(house)
    assert card.status is Status.BOOKED
    assert house.fake.writes == 1


@pytest.mark.parametrize("point", POINTS)
def test_killed_while_moving_the_sweep_moves_once(house: House, point: str) -> None:
    card = flow.book(house.deps, house.ada, house.booking())
    house.fake.die_at(point)
    with pytest.raises(Killed):
        flow.move(house.deps, house.ada, house.practice_id, card.id, LATER)

    flow.settle_due(house.deps)

    (after,) = the_appointments(house)
    (entry,) = house.fake.live_entries()
    assert (after.status, after.start, entry.start) == (Status.BOOKED, LATER, LATER)
    assert house.fake.writes == 2
    assert NINE in house.starts()


@pytest.mark.parametrize("point", ["before_find", "before_remove", "after_remove"])
def test_killed_while_cancelling_the_sweep_cancels(house: House, point: str) -> None:
    card = flow.book(house.deps, house.ada, house.booking())
    house.fake.die_at(point)
    with pytest.raises(Killed):
        flow.cancel(house.deps, house.ada, house.practice_id, card.id)

    flow.settle_due(house.deps)

    assert the_appointments(house) == []
    assert house.fake.live_entries() == []
    assert NINE in house.starts()


def test_sweep_leaves_an_attempt_alone_while_somebody_is_at_it(house: House) -> None:
    seen = []

    class Watching:
        """Runs the sweep in the middle of the live attempt."""

        def open(self, address: object) -> object:
            seen.append(flow.settle_due(house.deps))
            return house.deps.calendars.open(address)  # type: ignore[arg-type]

    live = house.deps.with_parts(calendars=Watching())

    card = flow.book(live, house.ada, house.booking(call_id=new_id()))

    assert seen == [0]
    assert card.status is Status.BOOKED
    assert house.fake.writes == 1
