"""A freed time that was offered: to whom it goes on, when, and when to nobody."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from telesec.callbacks import reads as callbacks
from telesec.callbacks import service as cards_of_desk
from telesec.callbacks.rules import CloseReason
from telesec.calls import service as calls
from telesec.calls.rules import Outcome
from telesec.calls.service import OpenCall
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import Refused
from telesec.scheduling import configuration, flow, waiting, waiting_offers, waiting_reads
from telesec.scheduling.configuration import CreateAppointmentType
from telesec.scheduling.intervals import Interval
from telesec.scheduling.waiting import JoinWaitingList
from telesec.scheduling.waiting_models import FreedSlot
from telesec.testing.bookable import NINE
from telesec.testing.installation import wait_for
from telesec.vault import service as vault

ZOE, BRUNO, INES = "+33639980020", "+33639980010", "+33639980021"
DECLINED, UNREACHED = CloseReason.NOT_WANTED, CloseReason.UNREACHABLE


def join(house, phone, type_id=None):
    with house.deps.unit_of_work(house.ada) as uow:
        wanted = JoinWaitingList(house.practice_id, type_id or house.type_id, phone, date(2026, 12, 24))
        entry = waiting.join(uow, wanted)
        uow.commit()
    house.clock.advance(seconds=1)
    return entry


@pytest.fixture
def two_wait(house):
    """Zoé, then Bruno, wait; Friday at nine was cancelled and is offered to Zoé."""
    card = flow.book(house.deps, house.ada, house.booking())
    join(house, ZOE)
    join(house, BRUNO)
    flow.cancel(house.deps, house.ada, house.practice_id, card.id, "asked")
    flow.refresh_due(house.deps)
    assert flow.offer_due(house.deps) == 1


def open_cards(house):
    with house.deps.unit_of_work(house.ada) as uow:
        return callbacks.open_cards(uow, house.practice_id).items


def called(house):
    return [card.phone for card in open_cards(house)]


def end(house, reason, *, no_longer=False):
    (card,) = open_cards(house)
    with house.deps.unit_of_work(house.ada) as uow:
        if reason is None:
            cards_of_desk.settle(uow, house.practice_id, card.id)
        else:
            cards_of_desk.close(uow, house.practice_id, card.id, reason)
        if no_longer:
            waiting_offers.leave_offered(uow, house.practice_id, card.id)
        uow.commit()
    return card.id


def later(house, **after):
    house.clock.advance(**(after or {"seconds": 11}))
    flow.refresh_due(house.deps)
    return flow.offer_due(house.deps)


def waits(house, phone):
    with house.deps.unit_of_work(house.ada) as uow:
        index = vault.phone_index(uow, house.practice_id, phone)
        return waiting_reads.waiting_for(uow, house.practice_id, None, index)


def in_play(house):
    with house.deps.unit_of_work(house.ada) as uow:
        return uow.session.scalars(select(FreedSlot)).all()


@pytest.mark.parametrize("reason", [DECLINED, UNREACHED, CloseReason.WRONG_NUMBER, None])
def test_a_card_ended_without_a_booking_lets_the_time_go_on_to_the_next(house, two_wait, reason):
    end(house, reason)

    assert later(house) == 1
    assert called(house) == [BRUNO]
    assert "à 9:00" in open_cards(house)[0].note


def test_whoever_declined_keeps_waiting_and_is_not_offered_the_same_time_again(house, two_wait):
    end(house, DECLINED)
    later(house)
    house.clock.advance(hours=3)
    end(house, UNREACHED)

    assert later(house) == 0
    assert called(house) == []
    assert in_play(house) == []
    assert [card.offered_start for card in waits(house, ZOE)] == [None]


def test_whoever_waits_no_longer_is_off_the_list_and_the_time_goes_on(house, two_wait):
    end(house, DECLINED, no_longer=True)

    assert later(house) == 1
    assert waits(house, ZOE) == ()
    assert called(house) == [BRUNO]


def test_waiting_no_longer_is_taken_back_for_ten_seconds(house, two_wait):
    card_id = end(house, DECLINED, no_longer=True)
    house.clock.advance(seconds=10)
    with house.deps.unit_of_work(house.ada) as uow:
        cards_of_desk.reopen(uow, house.practice_id, card_id)
        waiting_offers.stay_offered(uow, house.practice_id, card_id)
        uow.commit()

    assert len(waits(house, ZOE)) == 1
    assert later(house) == 0
    assert called(house) == [ZOE]


def test_who_was_listed_anew_meanwhile_is_not_put_back_beside(house, two_wait):
    card_id = end(house, DECLINED, no_longer=True)
    join(house, ZOE)

    with house.deps.unit_of_work(house.ada) as uow, pytest.raises(Refused) as error:
        waiting_offers.stay_offered(uow, house.practice_id, card_id)

    assert error.value.code == "waiting_already"


def test_an_end_that_may_still_be_taken_back_moves_nothing(house, two_wait):
    end(house, DECLINED)

    assert later(house, seconds=10) == 0
    assert later(house, seconds=1) == 1


def test_an_open_card_keeps_its_time(house, two_wait):
    assert later(house, hours=3) == 0
    assert called(house) == [ZOE]
    assert waits(house, ZOE)[0].offered_start == NINE


def test_a_time_that_was_booked_in_the_call_goes_to_nobody(house, two_wait):
    flow.book(house.deps, house.ada, house.booking())
    end(house, None)

    assert later(house) == 0
    assert later(house, minutes=16) == 0
    assert in_play(house) == []


@pytest.mark.parametrize(("minutes", "offered"), [(31, 1), (29, 0)])
def test_a_time_too_near_to_be_called_and_to_come_is_forgotten(house, two_wait, minutes, offered):
    house.clock.set(NINE - timedelta(minutes=minutes, seconds=11))
    end(house, UNREACHED)

    assert later(house) == offered
    assert called(house) == [BRUNO] * offered


def test_whoever_is_on_the_phone_keeps_the_time_until_the_call_is_over(house, two_wait):
    with house.deps.unit_of_work(house.ada) as uow:
        _, call_id = calls.open_call(uow, OpenCall(house.practice_id, from_number=ZOE))
        uow.commit()
    assert called(house) == []
    assert later(house, minutes=5) == 0
    assert waits(house, ZOE)[0].offered_start == NINE

    with house.deps.unit_of_work(house.ada) as uow:
        calls.close(uow, house.practice_id, call_id, Outcome.INFORMATION)
        uow.commit()

    assert later(house) == 1
    assert called(house) == [BRUNO]


def test_what_is_left_of_a_long_time_is_offered_too(house):
    with house.deps.unit_of_work(system_actor(Purpose.SETUP, house.practice_id)) as uow:
        long = CreateAppointmentType(house.practice_id, "bilan", "Bilan", 60)
        long_id = configuration.create_appointment_type(uow, long)
        uow.commit()
    command = house.booking()
    command = replace(command, slot=replace(command.slot, appointment_type_id=long_id))
    card = flow.book(house.deps, house.ada, command)
    join(house, ZOE)
    join(house, BRUNO)
    flow.cancel(house.deps, house.ada, house.practice_id, card.id, "asked")
    flow.refresh_due(house.deps)

    assert [flow.offer_due(house.deps), flow.offer_due(house.deps)] == [1, 1]
    assert sorted(card.note.split(" avec")[0][-4:] for card in open_cards(house)) == ["9:00", "9:30"]


def test_a_sweep_that_comes_second_offers_nothing_more(house, two_wait):
    (row,) = in_play(house)
    with house.deps.unit_of_work(system_actor(Purpose.OFFER_FREED, house.practice_id)) as uow:
        offered = waiting_offers.offer_freed(uow, house.practice_id, row.id)
        uow.commit()

    assert not offered
    assert called(house) == [ZOE]


def test_the_same_time_freed_twice_is_noted_once(house, two_wait):
    with house.deps.unit_of_work(system_actor(Purpose.SETTLE_CALENDARS, house.practice_id)) as uow:
        (row,) = in_play(house)
        span = Interval(row.start_at, row.end_at)
        waiting_offers.came_free(uow, house.practice_id, house.schedule_id, span, span)
        uow.commit()

    assert len(in_play(house)) == 1


def test_two_that_offer_one_time_at_the_same_moment_make_one_card(house, two_wait):
    end(house, DECLINED)
    house.clock.advance(seconds=11)
    flow.refresh_due(house.deps)
    (row,) = in_play(house)
    offering = system_actor(Purpose.OFFER_FREED, house.practice_id)

    with house.deps.unit_of_work(offering) as first, house.deps.unit_of_work(offering) as second:
        second.session.execute(text("set local lock_timeout = '5s'"))
        offered = [waiting_offers.offer_freed(uow, house.practice_id, row.id) for uow in (first, second)]
        first.commit()
        second.commit()

    assert offered == [True, False]
    assert called(house) == [BRUNO]


def test_two_desks_that_list_somebody_at_the_same_moment_list_them_once(house):
    join(house, BRUNO)  # the practice's index of numbers is there
    wanted = JoinWaitingList(house.practice_id, house.type_id, ZOE, date(2026, 12, 24))

    def press(_desk):
        with house.deps.unit_of_work(house.ada) as uow:
            entry = waiting.join(uow, wanted)
            uow.commit()
        return entry

    with ThreadPoolExecutor(1) as pool, house.deps.unit_of_work(house.ada) as first:
        entry = waiting.join(first, wanted)
        second = pool.submit(press, 2)
        assert wait_for(lambda: blocked(house), 30)
        first.commit()

        assert second.result(timeout=30) == entry
    assert len(waits(house, ZOE)) == 1


def blocked(house):
    """Return whether somebody waits for the row another transaction has added."""
    with house.deps.unit_of_work(house.ada) as uow:
        return uow.session.scalar(text("select count(*) from pg_locks where not granted"))


def test_the_offered_time_booked_under_the_number_it_was_offered_to_ends_their_wait(house, two_wait):
    flow.book(house.deps, house.ada, house.booking())

    assert waits(house, ZOE) == ()
    assert len(waits(house, BRUNO)) == 1


def test_another_time_booked_under_a_number_ends_nobodys_wait(house, two_wait):
    flow.book(house.deps, house.ada, house.booking(NINE + timedelta(hours=1)))

    assert len(waits(house, ZOE)) == 1


def test_the_offered_time_booked_by_somebody_else_ends_nobodys_wait(house, two_wait):
    flow.book(house.deps, house.ada, replace(house.booking(), phone=INES))

    assert len(waits(house, ZOE)) == 1
