from datetime import timedelta

import pytest
from sqlalchemy import select

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Forbidden, NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.practices import service as practices
from telesec.practices.service import SetAbsence
from telesec.scheduling import configuration, flow, reads, service
from telesec.scheduling.availability import Reason
from telesec.scheduling.models import SlotClaim
from telesec.scheduling.ports import CalendarAddress
from telesec.scheduling.service import Held, HoldSlot
from telesec.testing.bookable import NINE, House
from telesec.triage.levels import Level

HALF_HOUR = timedelta(minutes=30)


def hold(house: House, slot: HoldSlot, actor: object = None) -> Held:
    with house.deps.unit_of_work(actor or house.ada) as uow:  # type: ignore[arg-type]
        held = service.hold(uow, slot)
        uow.commit()
    return held


def test_hold_takes_the_slot_out_of_the_offer_and_names_the_holder(house: House) -> None:
    call_id = new_id()

    held = hold(house, house.slot(call_id=call_id))

    assert NINE not in house.starts()
    with house.deps.unit_of_work(house.cast.ines) as uow:
        (card,) = reads.holds(uow, house.practice_id)
    assert (card.claim_id, card.held_by_name, card.held_since) == (held.claim_id, "Ada", house.clock.now())


def test_hold_refuses_when_slot_overlaps(house: House) -> None:
    hold(house, house.slot(call_id=new_id()))

    with pytest.raises(Refused, match="slot_taken"):
        hold(house, house.slot(NINE + timedelta(minutes=10), new_id()), house.cast.ines)


def test_hold_by_the_same_call_is_renewed(house: House) -> None:
    slot = house.slot(call_id=new_id())
    first = hold(house, slot)
    house.clock.advance(minutes=2)

    again = hold(house, slot)

    assert again.claim_id == first.claim_id
    assert again.expires_at == house.clock.now() + timedelta(minutes=3)


def test_hold_without_a_sign_of_life_is_freed_after_three_minutes(house: House) -> None:
    hold(house, house.slot(call_id=new_id()))
    house.clock.advance(seconds=179)
    assert flow.free_due_holds(house.deps) == 0

    house.clock.advance(seconds=1)

    assert NINE in house.starts()
    assert flow.free_due_holds(house.deps) == 1


def test_touched_hold_lives_on(house: House) -> None:
    call_id = new_id()
    hold(house, house.slot(call_id=call_id))

    for _ in range(3):
        house.clock.advance(minutes=2)
        with house.deps.unit_of_work(house.ada) as uow:
            assert service.touch_holds(uow, house.practice_id, call_id) == 1
            uow.commit()

    assert flow.free_due_holds(house.deps) == 0


def test_hold_is_freed_ten_seconds_after_its_call(house: House) -> None:
    call_id = new_id()
    hold(house, house.slot(call_id=call_id))
    with house.deps.unit_of_work(house.ada) as uow:
        service.release_call(uow, house.practice_id, call_id)
        uow.commit()

    house.clock.advance(seconds=9)
    assert flow.free_due_holds(house.deps) == 0
    house.clock.advance(seconds=1)
    assert flow.free_due_holds(house.deps) == 1


def test_expired_hold_does_not_wait_for_the_sweep(house: House) -> None:
    hold(house, house.slot(call_id=new_id()))
    house.clock.advance(minutes=4)

    assert hold(house, house.slot(call_id=new_id()), house.cast.ines).start == NINE


def test_release_gives_the_slot_back(house: House) -> None:
    held = hold(house, house.slot(call_id=new_id()))

    with house.deps.unit_of_work(house.ada) as uow:
        service.release(uow, house.practice_id, held.claim_id)
        uow.commit()

    assert NINE in house.starts()


def test_release_refuses_the_claim_of_an_appointment(house: House) -> None:
    flow.book(house.deps, house.ada, house.booking())
    with house.deps.unit_of_work(house.ada) as uow:
        row = uow.session.execute(select(SlotClaim.id)).one()

        with pytest.raises(Refused, match="not_a_hold"):
            service.release(uow, house.practice_id, row.id)


def test_booking_uses_the_hold_of_its_call(house: House) -> None:
    call_id = new_id()
    hold(house, house.slot(call_id=call_id))

    card = flow.book(house.deps, house.ada, house.booking(call_id=call_id))

    assert card.status == "booked"
    house.clock.advance(minutes=10)
    assert flow.free_due_holds(house.deps) == 0
    assert NINE not in house.starts()


def test_booking_refuses_a_slot_another_call_holds(house: House) -> None:
    hold(house, house.slot(call_id=new_id()), house.cast.ines)

    with pytest.raises(Refused, match="slot_taken"):
        flow.book(house.deps, house.ada, house.booking(call_id=new_id()))


def test_strangers_find_nothing(house: House) -> None:
    with house.deps.unit_of_work(house.cast.stranger) as uow, pytest.raises(NotFound):
        service.hold(uow, house.slot())


def test_manager_may_not_book(house: House) -> None:
    with house.deps.unit_of_work(house.cast.manager) as uow, pytest.raises(Forbidden):
        authorize(uow, Permission.APPOINTMENT_WRITE, on=Facts(house.practice_id))


def test_sweeps_see_two_practices(house: House) -> None:
    with house.deps.unit_of_work(house.cast.supervisor) as uow:
        schedule_id = configuration.create_schedule(
            uow,
            configuration.CreateSchedule(
                house.cast.glycines,
                house.cast.dr_iris_id,
                CalendarAddress("memory", "memory:iris", "iris", "other"),
            ),
        )
        uow.commit()

    assert flow.refresh_due(house.deps) == 2
    assert {a.url for a in house.deps.calendars.opened} == {"memory:lune", "memory:iris"}  # type: ignore[attr-defined]
    assert flow.refresh_due(house.deps) == 0
    with house.deps.unit_of_work(house.cast.supervisor) as uow:
        assert [c.schedule_id for c in reads.calendars(uow, house.cast.glycines)] == [schedule_id]


def test_reading_older_than_ten_minutes_offers_nothing(house: House) -> None:
    assert house.starts()
    house.clock.advance(minutes=11)

    offer = house.known_offer()

    assert offer.slots == ()
    assert (offer.calendars[0].health, offer.calendars[0].reason) == ("stale", Reason.STALE)


def test_search_reads_only_what_is_old(house: House) -> None:
    house.offer()
    house.offer()
    assert house.fake.reads == 1

    house.clock.advance(seconds=3)
    house.offer()
    assert house.fake.reads == 2


def test_calendar_never_read_offers_nothing(house: House) -> None:
    offer = house.known_offer()

    assert offer.slots == ()
    assert offer.calendars[0].reason is Reason.NEVER_READ


def test_same_day_offers_only_today(house: House) -> None:
    starts = [slot.start for slot in house.offer(level=Level.SAME_DAY).slots]

    assert starts
    assert all(start.date() == house.clock.now().date() for start in starts)


def test_life_threatening_is_never_offered_a_slot(house: House) -> None:
    offer = house.offer(level=Level.CALL15_NOW)

    assert offer.slots == ()
    assert offer.too_urgent


def test_absence_closes_the_day(house: House) -> None:
    with house.deps.unit_of_work(house.cast.supervisor) as uow:
        practices.set_absence(
            uow,
            SetAbsence(
                practice_id=house.practice_id,
                start=NINE - timedelta(hours=1),
                end=NINE + timedelta(hours=6),
                author_name="Dr Lune",
                practitioner_id=house.cast.dr_lune_id,
            ),
        )
        uow.commit()

    assert all(start.date() != NINE.date() for start in house.starts())
    with pytest.raises(Refused, match="outside_hours"):
        hold(house, house.slot())
