"""The first free slots over several practitioners, each under its own name."""

from datetime import time

import pytest

from telesec.foundation.access import Purpose, system_actor
from telesec.scheduling import configuration
from telesec.scheduling.configuration import CreateSchedule
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.ports import CalendarAddress


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
