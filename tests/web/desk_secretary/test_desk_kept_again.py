"""A kept slot met again: moved in a later call without questions, and come back to while it is held."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest

from telesec.calls import reads as calls
from telesec.foundation.access import Purpose, system_actor
from telesec.scheduling import configuration
from telesec.scheduling.hours import OpeningRule

ELEVEN = datetime(2026, 11, 26, 10, tzinfo=UTC)
"""Thursday 11:00 in Paris, an hour after the clock's start."""
HALF_PAST = ELEVEN + timedelta(minutes=30)


@pytest.fixture
def urgent(house):
    """A type kept for the calls of the day, on Thursdays from 11 to 12; returns its id."""
    return house.keep_for_urgent()


@pytest.fixture
def held(desk, house, urgent, adopted):
    """The call after its questions, with a kept slot held; returns what is posted to confirm it."""
    desk.register()
    desk.post("/triage/start", {"words": "mal au ventre", "age": "30", "sex": "F"})
    while 'name="question_id"' in desk.page():
        desk.answer("no")
    form = {"schedule_id": str(house.schedule_id), "type": str(urgent), "start": ELEVEN.isoformat()}
    assert desk.post("/hold", form).status_code == 303
    return form


def confirm_form(page):
    form = re.search(r'class="ask confirm".*?</form>', page, re.DOTALL)
    assert form
    return dict(re.findall(r'name="(schedule_id|type|start)" value="([^"]*)"', form[0]))


def later_call(desk, house, cast):
    """Close the call and open another one about the same patient, without questions."""
    with house.deps.unit_of_work(cast.ada) as uow:
        patient_id = calls.call(uow, *desk.call).patient_id
    desk.post("/close", {"outcome": "appointment"})
    opened = desk.browser.post("/desk/calls", {"practice_id": cast.lilas}).headers["Location"]
    again = replace(desk, call=(cast.lilas, UUID(opened.rsplit("/", 1)[1])))
    again.post("/patient/choose", {"patient_id": patient_id})
    return again


def test_the_last_kept_slot_is_confirmed_as_what_it_was_held_for(desk, house, cast, held, urgent):
    with house.deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        only_that_one = [OpeningRule(4, time(11), time(11, 30))]
        configuration.set_hours_of(uow, cast.lilas, house.schedule_id, urgent, only_that_one)
        uow.commit()

    page = desk.page("booking")

    assert confirm_form(page) == held


def test_another_type_looked_at_does_not_change_what_is_held(desk, house, held):
    page = desk.browser.get(desk.url(f"?view=booking&type={house.type_id}")).text

    assert confirm_form(page) == held


def test_a_later_call_moves_a_kept_appointment_among_the_kept_slots(desk, house, cast, held, urgent):
    assert desk.post("/book", held | {"reason": "mal au ventre"}).status_code == 303
    again = later_call(desk, house, cast)
    plain = again.page("booking")
    link = re.search(r'href="([^"]*moving=[^"]*)"', plain)
    assert link
    which = re.search(r"moving=([0-9a-f-]{36})", link[1])[1]

    page = again.browser.get(link[1].replace("&amp;", "&")).text
    starts = re.findall(
        r'name="type" value="([^"]*)"><input type="hidden" name="start" value="([^"]*)"', page
    )
    moved = again.post(f"/appointments/{which}/move", {"start": HALF_PAST.isoformat()})

    assert (str(urgent), HALF_PAST.isoformat()) in starts
    assert {kind for kind, _ in starts} == {str(urgent)}
    assert moved.status_code == 303
    assert [entry.start for entry in house.fake.live_entries()] == [HALF_PAST]


def test_new_questions_in_its_call_do_not_hold_a_kept_appointment_where_it_is(desk, house, held):
    assert desk.post("/book", held | {"reason": "mal au ventre"}).status_code == 303
    desk.post("/triage/start", {"words": "mal au ventre", "age": "30", "sex": "F"})
    which = re.search(r"moving=([0-9a-f-]{36})", desk.page("booking"))[1]

    moved = desk.post(f"/appointments/{which}/move", {"start": HALF_PAST.isoformat()})

    assert moved.status_code == 303
    assert [entry.start for entry in house.fake.live_entries()] == [HALF_PAST]
