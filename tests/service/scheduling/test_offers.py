"""The first free slots over several practitioners, each under its own name."""

from datetime import time, timedelta

import pytest

from telesec.foundation.access import Purpose, system_actor
from telesec.scheduling import configuration
from telesec.scheduling.configuration import CreateSchedule
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.offers import NEAR
from telesec.scheduling.ports import CalendarAddress
from telesec.testing.bookable import NINE


@pytest.fixture
def second(house):
    """Dr Soleil's schedule beside Dr Lune's, from 11 to 12 only; returns its id."""
    with house.deps.unit_of_work(system_actor(Purpose.SETUP, house.practice_id)) as uow:
        week = tuple(OpeningRule(day, time(11), time(12)) for day in range(1, 6))
        address = CalendarAddress("memory", "memory:soleil", "soleil", "secret")
        made = configuration.create_schedule(
            uow, CreateSchedule(house.practice_id, house.cast.dr_soleil_id, address, 1, week)
        )
        uow.commit()
    return made


def test_each_slot_is_offered_under_its_own_schedule_and_practitioner(house, second):
    slots = house.offer().slots

    by_schedule = {slot.schedule_id: slot.practitioner_id for slot in slots}
    assert by_schedule == {house.schedule_id: house.cast.dr_lune_id, second: house.cast.dr_soleil_id}


def test_no_slot_of_a_schedule_is_offered_twice(house, second):
    slots = house.offer().slots

    assert len({(slot.schedule_id, slot.start) for slot in slots}) == len(slots)


def test_a_slot_outside_ones_own_hours_is_offered_for_the_other_only(house, second):
    early = [slot for slot in house.offer().slots if slot.start.hour == 8]

    assert {slot.schedule_id for slot in early} == {house.schedule_id}


def test_the_first_slots_of_all_are_in_order_of_time(house, second):
    starts = [slot.start for slot in house.offer().slots]

    assert starts == sorted(starts)


@pytest.mark.parametrize("minutes", [60, 75])
def test_a_search_of_weeks_offers_what_its_days_offer_one_by_one(house, second, minutes):
    """The near days are looked at first; a slot may begin with their end, or lie across it."""
    first = NINE + timedelta(minutes=minutes)
    last = first + timedelta(days=14)
    weeks = house.offer(start=first, end=last).slots

    midnight = first.replace(hour=0, minute=0)
    days = [midnight + timedelta(days=day) for day in range(16)]
    found = [slot for day in days for slot in house.offer(start=day, end=day + timedelta(days=1)).slots]
    assert list(weeks) == [slot for slot in found if first <= slot.start and slot.end <= last]
    across = first + NEAR
    assert any(slot.start <= across < slot.end for slot in weeks)
    assert any(slot.start > across for slot in weeks)


def test_a_page_that_the_near_days_fill_is_the_earliest_one(house, second):
    start = house.clock.now()
    whole = house.offer(start=start, end=start + timedelta(days=14)).slots

    assert house.offer(start=start, end=start + timedelta(days=14), limit=7).slots == whole[:7]
    assert house.offer(start=start, end=start + timedelta(days=14), limit=60).slots == whole[:60]
    assert len(whole) > 60


def test_a_stretch_asked_for_whole_is_returned_whole_and_what_lies_behind_it_fills_the_page(house, second):
    start = house.clock.now()
    end, until = start + timedelta(days=14), start + timedelta(days=6)
    every = house.offer(start=start, end=end).slots

    found = house.offer(start=start, end=end, limit=9, whole_until=until).slots
    assert found == tuple(slot for slot in every if slot.start < until)
    assert len(found) > 9
    short = house.offer(start=start, end=end, limit=9, whole_until=start + timedelta(minutes=31)).slots
    assert short == every[:9]
