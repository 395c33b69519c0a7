from datetime import time

import pytest
from sqlalchemy import select

from telesec.foundation.errors import Forbidden, NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.scheduling import configuration, reads
from telesec.scheduling.configuration import CreateAppointmentType, CreateSchedule
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.models import Schedule
from telesec.scheduling.ports import CalendarAddress
from telesec.scheduling.rows import address_of
from telesec.testing.bookable import House
from telesec.triage.levels import Level

ADDRESS = CalendarAddress("memory", "memory:new", "lune", "un-secret-bien-gardé", {"server": "radicale"})


def test_secret_is_sealed_and_opens_for_the_connector(house: House) -> None:
    with house.deps.unit_of_work(house.cast.supervisor) as uow:
        configuration.set_calendar(uow, house.practice_id, house.schedule_id, ADDRESS)
        uow.commit()

    with house.deps.unit_of_work(house.cast.supervisor) as uow:
        row = uow.session.scalars(select(Schedule).where(Schedule.id == house.schedule_id)).one()
        assert ADDRESS.secret.encode() not in row.calendar_secret_sealed
        opened = address_of(uow, row)
    assert (opened.url, opened.secret) == (ADDRESS.url, ADDRESS.secret)
    assert opened.options == {"server": "radicale", "time_zone": "Europe/Paris"}


def test_new_calendar_offers_nothing_until_it_is_read(house: House) -> None:
    assert house.starts()
    with house.deps.unit_of_work(house.cast.supervisor) as uow:
        configuration.set_calendar(uow, house.practice_id, house.schedule_id, ADDRESS)
        uow.commit()

    assert house.known_offer().slots == ()


def test_opening_rules_are_replaced(house: House) -> None:
    with house.deps.unit_of_work(house.cast.supervisor) as uow:
        configuration.set_opening_rules(
            uow, house.practice_id, house.schedule_id, [OpeningRule(5, time(14), time(15))]
        )
        uow.commit()

    assert [start.hour for start in house.starts()] == [13, 13]


def test_secretary_may_not_configure(house: House) -> None:
    with house.deps.unit_of_work(house.ada) as uow, pytest.raises(Forbidden):
        configuration.create_schedule(uow, CreateSchedule(house.practice_id, house.cast.dr_lune_id, ADDRESS))


def test_schedule_needs_a_practitioner_of_the_practice(house: House) -> None:
    with house.deps.unit_of_work(house.cast.supervisor) as uow, pytest.raises(NotFound):
        configuration.create_schedule(uow, CreateSchedule(house.practice_id, house.cast.dr_iris_id, ADDRESS))


def test_schedule_refuses_no_lane(house: House) -> None:
    command = CreateSchedule(house.practice_id, house.cast.dr_lune_id, ADDRESS, lanes=0)
    with house.deps.unit_of_work(house.cast.supervisor) as uow, pytest.raises(Refused, match="bad_lanes"):
        configuration.create_schedule(uow, command)


def test_type_code_is_unique_in_a_practice(house: House) -> None:
    command = CreateAppointmentType(house.practice_id, "bilan", "Bilan", 45)
    with house.deps.unit_of_work(house.cast.supervisor) as uow:
        configuration.create_appointment_type(uow, command)

        with pytest.raises(Refused, match="type_exists"):
            configuration.create_appointment_type(uow, command)


def test_type_of_others_is_not_offered_by_this_schedule(house: House) -> None:
    command = CreateAppointmentType(
        house.practice_id, "kine", "Kiné", 30, practitioner_ids=(house.cast.dr_soleil_id,)
    )
    with house.deps.unit_of_work(house.cast.supervisor) as uow:
        type_id = configuration.create_appointment_type(uow, command)
        uow.commit()

    offer = house.offer(appointment_type_id=type_id)

    assert (offer.slots, offer.calendars) == ((), ())


def test_type_limited_to_routine_is_not_offered_the_same_day(house: House) -> None:
    command = CreateAppointmentType(house.practice_id, "kine", "Kiné", 30, max_level=Level.ROUTINE)
    with house.deps.unit_of_work(house.cast.supervisor) as uow:
        type_id = configuration.create_appointment_type(uow, command)
        uow.commit()

    assert house.offer(appointment_type_id=type_id, level=Level.SAME_DAY).too_urgent
    assert house.offer(appointment_type_id=type_id, level=Level.ROUTINE).slots


def test_catalogues_cover_the_practices_of_the_actor(house: House) -> None:
    with house.deps.unit_of_work(house.ada) as uow:
        found = reads.catalogues(uow)

    assert set(found) == {house.cast.lilas, house.cast.glycines}
    assert [kind.name for kind in found[house.cast.lilas].types] == ["Consultation"]
    assert [card.schedule_id for card in found[house.cast.lilas].calendars] == [house.schedule_id]


def test_appointments_of_nobody_are_nobodys(house: House) -> None:
    with house.deps.unit_of_work(house.ada) as uow, pytest.raises(NotFound):
        reads.appointment(uow, house.practice_id, new_id())
