"""The clock is put back an hour: bookings in doubt, holds and readings do not wait until it has caught up."""

from sqlalchemy import select

from telesec.scheduling import flow, reads, service
from telesec.scheduling.models import CalendarReading, Schedule
from telesec.scheduling.ports import Health
from telesec.scheduling.rules import Status
from telesec.testing.bookable import NINE, House


def status_of(house: House, id_: object) -> Status:
    with house.deps.unit_of_work(house.ada) as uow:
        return reads.appointment(uow, house.practice_id, id_).status


def holds(house: House) -> int:
    with house.deps.unit_of_work(house.ada) as uow:
        return len(reads.holds(uow, house.practice_id))


def hold(house: House) -> None:
    with house.deps.unit_of_work(house.ada) as uow:
        service.hold(uow, house.slot())
        uow.commit()


def test_a_booking_in_doubt_is_taken_up_at_once(house: House) -> None:
    house.fake.lose_reply()
    card = flow.book(house.deps, house.ada, house.booking())
    house.clock.advance(hours=-1)

    taken = flow.settle_due(house.deps)

    assert (taken, status_of(house, card.id)) == (1, Status.BOOKED)


def test_a_booking_whose_calendar_is_away_is_asked_again_in_seconds(house: House) -> None:
    house.fake.lose_reply()
    card = flow.book(house.deps, house.ada, house.booking())
    house.fake.down()
    house.clock.advance(hours=-1)

    first, second = flow.settle_due(house.deps), flow.settle_due(house.deps)
    house.fake.heal()
    house.clock.advance(minutes=1)
    flow.settle_due(house.deps)

    assert (first, second) == (1, 0)
    assert status_of(house, card.id) is Status.BOOKED


def test_a_hold_nobody_keeps_ends_three_minutes_later(house: House) -> None:
    hold(house)
    house.clock.advance(hours=-1)

    flow.free_due_holds(house.deps)
    kept = holds(house)
    house.clock.advance(minutes=3)
    flow.free_due_holds(house.deps)

    assert (kept, holds(house)) == (1, 0)


def test_a_calendar_is_read_again_and_what_it_says_is_kept(house: House) -> None:
    house.offer()
    house.clock.advance(hours=-1)
    house.fake.write_foreign(NINE, NINE.replace(minute=30))

    read = flow.refresh_due(house.deps)

    with house.deps.unit_of_work(house.ada) as uow:
        read_at = uow.session.scalars(select(CalendarReading.read_at)).one()
        health = uow.session.scalars(select(Schedule.health)).one()
    assert (read, read_at, health) == (1, house.clock.now(), Health.OK.value)
    assert NINE not in {slot.start for slot in house.known_offer().slots}


def test_a_reading_of_later_than_now_is_not_taken_for_fresh(house: House) -> None:
    house.offer()
    house.clock.advance(hours=-1)

    offer = house.known_offer()

    assert not offer.slots
