"""The waiting list: who is on it, who is offered what came free, and when nobody is."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from telesec.callbacks import reads as callbacks
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import Forbidden, NotFound, Refused
from telesec.patients import service as patients
from telesec.patients.service import RegisterPatient
from telesec.scheduling import configuration, flow, waiting, waiting_reads
from telesec.scheduling.configuration import CreateAppointmentType
from telesec.scheduling.waiting import JoinWaitingList
from telesec.scheduling.waiting_models import FreedSlot
from telesec.testing.bookable import NINE
from telesec.vault import service as vault

ZOE, BRUNO, INES = "+33639980020", "+33639980010", "+33639980021"
LATE = date(2026, 12, 24)


@pytest.fixture
def booked(house):
    """Friday at nine is taken."""
    return flow.book(house.deps, house.ada, house.booking())


def join(house, phone=BRUNO, **more):
    with house.deps.unit_of_work(house.ada) as uow:
        entry = waiting.join(
            uow, JoinWaitingList(house.practice_id, **{"appointment_type_id": house.type_id, "phone": phone,
                                                       "until_on": LATE, **more})
        )  # fmt: skip
        uow.commit()
    return entry


def cancel(house, card):
    flow.cancel(house.deps, house.ada, house.practice_id, card.id, "asked")
    flow.refresh_due(house.deps)


def cards(house):
    """The open callback cards, opened."""
    with house.deps.unit_of_work(house.ada) as uow:
        rows = callbacks.waiting(uow).items
        return [callbacks.callback(uow, house.practice_id, row.id) for row in rows]


def freed(house):
    with house.deps.unit_of_work(house.ada) as uow:
        return uow.session.scalars(select(FreedSlot)).all()


def waits(house, patient_id=None, phone=BRUNO):
    with house.deps.unit_of_work(house.ada) as uow:
        index = vault.phone_index(uow, house.practice_id, phone) if phone else None
        return waiting_reads.waiting_for(uow, house.practice_id, patient_id, index)


def zoe(house):
    with house.deps.unit_of_work(house.ada) as uow:
        known = RegisterPatient(house.practice_id, "Lilas", "Zoé", date(1951, 3, 14), phones=(ZOE,))
        patient_id = patients.register(uow, known)
        uow.commit()
    return patient_id


def test_a_cancelled_time_is_offered_to_who_waits_within_half_a_minute(house, booked):
    join(house, wish="plutôt le matin")
    cancel(house, booked)
    house.clock.advance(seconds=15)

    assert flow.offer_due(house.deps) == 1

    (card,) = cards(house)
    assert card.phone == BRUNO
    assert "vendredi 27 novembre à 9:00" in card.note
    assert "Dr Lune" in card.note
    assert "Souhait : plutôt le matin" in card.note
    assert card.due_at <= house.clock.now() + timedelta(minutes=15)
    assert waits(house)[0].offered_start == NINE


def test_a_moved_appointment_frees_its_old_time(house, booked):
    join(house)
    flow.move(house.deps, house.ada, house.practice_id, booked.id, NINE + timedelta(hours=1))
    flow.refresh_due(house.deps)

    assert flow.offer_due(house.deps) == 1
    assert "à 9:00" in cards(house)[0].note


def test_who_has_waited_longest_is_offered_it_alone(house, booked):
    join(house, ZOE)
    house.clock.advance(seconds=1)
    join(house, INES)
    cancel(house, booked)

    assert (flow.offer_due(house.deps), flow.offer_due(house.deps)) == (1, 0)
    assert [card.phone for card in cards(house)] == [ZOE]


def test_the_next_freed_time_goes_to_the_next_one(house, booked):
    join(house, ZOE)
    join(house, INES)
    second = flow.book(house.deps, house.ada, house.booking(NINE + timedelta(minutes=30)))
    cancel(house, booked)
    flow.offer_due(house.deps)
    cancel(house, second)

    assert flow.offer_due(house.deps) == 1
    assert sorted(card.phone for card in cards(house)) == [ZOE, INES]


def test_nothing_is_offered_at_night_and_all_of_it_at_eight(house, booked):
    join(house)
    house.clock.advance(hours=11)
    cancel(house, booked)
    assert flow.offer_due(house.deps) == 0
    house.clock.advance(hours=10, minutes=59)
    flow.refresh_due(house.deps)
    assert flow.offer_due(house.deps) == 0

    house.clock.advance(minutes=1, seconds=1)

    assert flow.offer_due(house.deps) == 1


@pytest.mark.parametrize("until", [date(2026, 11, 26), date(2026, 11, 27)])
def test_only_a_day_still_wanted_is_offered(house, booked, until):
    join(house, until_on=until)
    cancel(house, booked)

    assert flow.offer_due(house.deps) == (until >= date(2026, 11, 27))
    assert flow.offer_due(house.deps) == 0


def test_another_practitioners_time_is_not_offered(house, booked):
    join(house, practitioner_id=house.cast.dr_soleil_id)
    cancel(house, booked)

    assert flow.offer_due(house.deps) == 0
    assert cards(house) == []


def test_an_appointment_too_long_for_the_freed_time_is_not_offered(house, booked):
    with house.deps.unit_of_work(system_actor(Purpose.SETUP, house.practice_id)) as uow:
        long = configuration.create_appointment_type(
            uow, CreateAppointmentType(house.practice_id, "bilan", "Bilan", 60)
        )
        uow.commit()
    join(house, ZOE, appointment_type_id=long)
    house.clock.advance(seconds=1)
    join(house, INES)
    cancel(house, booked)

    assert flow.offer_due(house.deps) == 1
    assert [card.phone for card in cards(house)] == [INES]


def test_an_unreadable_calendar_offers_nothing_until_it_can_be_read(house, booked):
    join(house)
    flow.cancel(house.deps, house.ada, house.practice_id, booked.id, "asked")
    house.fake.down()
    flow.refresh_due(house.deps)
    assert flow.offer_due(house.deps) == 0

    house.fake.heal()
    house.clock.advance(minutes=1)
    flow.refresh_due(house.deps)

    assert flow.offer_due(house.deps) == 1


def test_a_time_somebody_took_meanwhile_is_forgotten_in_the_end(house, booked):
    join(house)
    cancel(house, booked)
    flow.book(house.deps, house.ada, house.booking())
    flow.refresh_due(house.deps)

    assert flow.offer_due(house.deps) == 0
    assert len(freed(house)) == 1
    house.clock.advance(minutes=16)
    assert flow.offer_due(house.deps) == 0
    assert freed(house) == []
    assert cards(house) == []


def test_nothing_is_noted_where_nobody_waits(house, booked):
    cancel(house, booked)

    assert freed(house) == []


def test_a_booking_of_that_type_ends_the_wait_of_the_patient(house):
    patient_id = zoe(house)
    join(house, ZOE, patient_id=patient_id)
    join(house, BRUNO)
    command = house.booking()

    flow.book(house.deps, house.ada, command.__class__(**{**vars(command), "patient_id": patient_id}))

    assert waits(house, patient_id, phone="") == ()
    assert len(waits(house, patient_id)) == 1


def test_asking_again_keeps_the_place_and_takes_what_was_said_last(house):
    first = join(house)
    since = waits(house)[0].since
    house.clock.advance(days=1)
    again = join(house, until_on=date(2026, 12, 31), practitioner_id=house.cast.dr_lune_id)

    assert again == first
    (card,) = waits(house)
    assert (card.since, card.until_on, card.practitioner) == (since, date(2026, 12, 31), "Dr Lune")


def test_a_patient_with_the_same_number_waits_apart(house):
    patient_id = zoe(house)
    join(house, ZOE, patient_id=patient_id)

    assert waits(house, phone=ZOE) == ()
    assert len(waits(house, patient_id, phone="")) == 1
    assert waits(house, phone="") == ()


def test_who_is_taken_off_is_offered_nothing(house, booked):
    entry = join(house)
    for _ in range(2):
        with house.deps.unit_of_work(house.ada) as uow:
            waiting.leave(uow, house.practice_id, entry)
            uow.commit()
    cancel(house, booked)

    assert waits(house) == ()
    assert flow.offer_due(house.deps) == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"phone": "12"}, "phone"),
        ({"until_on": date(2026, 11, 25)}, "until"),
        ({"until_on": date(2027, 11, 25)}, "until"),
        ({"wish": "a" * 301}, "wish"),
    ],
)
def test_what_cannot_be_waited_for_is_refused_at_its_field(house, wrong, field):
    with pytest.raises(Refused) as error:
        join(house, **wrong)

    assert (error.value.status, error.value.field) == (422, field)


def test_what_is_kept_for_urgent_calls_is_not_waited_for(house):
    with pytest.raises(Refused) as error:
        join(house, appointment_type_id=house.keep_for_urgent())

    assert error.value.code == "reserved_for_urgent"


def test_the_list_is_closed_to_those_who_may_not_book_and_to_other_practices(house):
    with house.deps.unit_of_work(house.cast.manager) as uow, pytest.raises(Forbidden):
        waiting_reads.waiting_for(uow, house.practice_id, None, 1)
    entry = join(house)
    with house.deps.unit_of_work(house.cast.dr_iris) as uow, pytest.raises(NotFound):
        waiting.leave(uow, house.practice_id, entry)
