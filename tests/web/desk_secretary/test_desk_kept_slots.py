"""Slots kept for urgent calls: unseen and refused before the questions reached their level, first after."""

from datetime import UTC, datetime, time

import pytest

from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import Refused
from telesec.scheduling import configuration
from telesec.scheduling import service as scheduling
from telesec.scheduling.configuration import CreateAppointmentType
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.service import HoldSlot
from telesec.testing.bookable import NINE
from telesec.triage.levels import Level

ELEVEN = datetime(2026, 11, 26, 10, tzinfo=UTC)
"""Thursday 11:00 in Paris, an hour after the clock's start."""


@pytest.fixture
def urgent(house):
    """A type kept for the calls of the day, on Thursdays from 11 to 12; returns its id."""
    return house.keep_for_urgent()


@pytest.fixture
def today(desk, adopted):
    """Let the questions of the call end at today's level."""

    def to_the_end():
        desk.post("/triage/start", {"words": "mal au ventre", "age": "30", "sex": "F"})
        while 'name="question_id"' in desk.page():
            desk.answer("no")

    return to_the_end


def test_what_is_kept_is_not_shown_before_the_questions(desk, urgent):
    page = desk.page("booking")

    assert "Urgence du jour" not in page
    assert "Consultation" in page


def test_todays_level_chooses_what_is_kept_for_it(desk, urgent, today):
    today()

    page = desk.page()

    assert 'class="count">Urgence du jour' in page
    assert "11:00" in page


def test_without_a_slot_before_tonight_the_usual_type_is_chosen(desk, house, urgent, today, clock):
    clock.advance(hours=3)
    house.offer()

    today()

    assert 'class="count">Consultation' in desk.page()


def test_a_chosen_kept_slot_is_held_after_the_questions(desk, house, urgent, today):
    form = {"schedule_id": str(house.schedule_id), "type": str(urgent), "start": ELEVEN.isoformat()}
    early = desk.post("/hold", form)
    today()

    late = desk.post("/hold", form)

    assert early.status_code == 422
    assert "Ces créneaux sont réservés aux appels urgents" in early.text
    assert late.status_code == 303


def test_the_hours_kept_are_offered_to_no_other_type(house, cast, urgent):
    with house.deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        kept = [OpeningRule(5, time(9), time(10))]
        configuration.set_hours_of(uow, cast.lilas, house.schedule_id, urgent, kept)
        uow.commit()

    friday = [start for start in house.starts() if start >= NINE]

    assert friday[0] == datetime(2026, 11, 27, 9, tzinfo=UTC)
    with pytest.raises(Refused, match="outside_hours"), house.deps.unit_of_work(cast.ada) as uow:
        scheduling.hold(uow, house.slot(NINE))


def test_what_nobody_took_is_given_back_in_time(house, cast, clock):
    with house.deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        command = CreateAppointmentType(
            cast.lilas, "urgence", "Urgence", 30, min_level=Level.SAME_DAY, release_hours=2
        )
        type_id = configuration.create_appointment_type(uow, command)
        kept = [OpeningRule(5, time(9), time(10))]
        configuration.set_hours_of(uow, cast.lilas, house.schedule_id, type_id, kept)
        uow.commit()
    clock.advance(hours=20)
    before = house.starts()
    clock.advance(hours=2)

    after = house.starts()

    assert NINE not in before
    assert NINE in after


def test_a_program_is_refused_what_its_call_did_not_reach(house, cast, urgent):
    with pytest.raises(Refused, match="reserved_for_urgent"), house.deps.unit_of_work(cast.ada) as uow:
        scheduling.hold(uow, HoldSlot(cast.lilas, house.schedule_id, urgent, ELEVEN))


@pytest.mark.parametrize(
    ("level", "reserved", "found"),
    [(None, True, 0), (Level.ROUTINE, True, 0), (Level.H48_72, True, 0), (Level.SAME_DAY, False, 2)],
)
def test_a_search_says_what_is_kept(house, cast, urgent, level, reserved, found):
    offer = house.offer(appointment_type_id=urgent, level=level)

    assert offer.reserved is reserved
    assert len(offer.slots) == found


@pytest.mark.parametrize(
    ("level", "hours", "field"),
    [
        (Level.CALL15_NOW, None, "min_level"),
        (Level.ROUTINE, None, "min_level"),
        (None, 2, "release_hours"),
        (Level.SAME_DAY, 73, "release_hours"),
        (Level.SAME_DAY, 0, "release_hours"),
    ],
)
def test_a_reservation_that_means_nothing_is_refused(house, cast, level, hours, field):
    command = CreateAppointmentType(cast.lilas, "u", "U", 15, min_level=level, release_hours=hours)

    with (
        pytest.raises(Refused) as refusal,
        house.deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow,
    ):
        configuration.create_appointment_type(uow, command)

    assert refusal.value.field == field
