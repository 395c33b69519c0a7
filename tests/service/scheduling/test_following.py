"""What a practice does in its own calendar: what it gives free is offered, what it moves is followed."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from telesec.callbacks import reads as callbacks
from telesec.foundation.access import Purpose, system_actor
from telesec.practices import service as practices
from telesec.practices.service import SetAbsence
from telesec.scheduling import configuration, flow, reads, settling, waiting
from telesec.scheduling.configuration import CreateAppointmentType
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.waiting import JoinWaitingList
from telesec.testing.bookable import NINE
from telesec.triage.levels import Level

BRUNO = "+33639980010"
HALF_HOUR = timedelta(minutes=30)
TEN = NINE + 2 * HALF_HOUR


def wait(house):
    with house.deps.unit_of_work(house.ada) as uow:
        wanted = JoinWaitingList(house.practice_id, house.type_id, BRUNO, date(2026, 12, 24))
        waiting.join(uow, wanted)
        uow.commit()


def sync(house):
    """Let a minute pass, and the sweeps do their work; return the notes of the cards there are."""
    house.clock.advance(minutes=1)
    flow.refresh_due(house.deps)
    flow.offer_due(house.deps)
    with house.deps.unit_of_work(house.ada) as uow:
        return [card.note.split(" avec")[0] for card in callbacks.open_cards(uow, house.practice_id).items]


def card_of(house, card):
    with house.deps.unit_of_work(house.ada) as uow:
        return reads.appointment(uow, house.practice_id, card.id)


def theirs(house, start=NINE, end=NINE + HALF_HOUR):
    house.fake.write_foreign(start, end)
    return house.fake.foreign[-1]


@pytest.fixture
def booked(house):
    card = flow.book(house.deps, house.ada, house.booking())
    theirs(house, TEN + HALF_HOUR, TEN + 2 * HALF_HOUR)
    wait(house)
    assert sync(house) == []
    return card


def test_an_entry_the_doctor_deletes_is_offered(house):
    entry = theirs(house)
    wait(house)
    before = sync(house)
    house.fake.foreign.remove(entry)

    assert before == []
    assert sync(house) == ["Liste d’attente : un créneau s’est libéré, vendredi 27 novembre à 9:00"]


def test_an_entry_the_doctor_moves_gives_its_old_time_free_and_takes_the_new_one(house):
    entry = theirs(house)
    wait(house)
    sync(house)
    house.fake.foreign[:] = [replace(entry, start=TEN, end=TEN + HALF_HOUR)]

    (note,) = sync(house)
    assert note.endswith("à 9:00")
    assert TEN not in house.starts()


def test_an_appointment_the_doctor_deletes_is_cancelled_and_its_time_offered(house, booked):
    house.fake.entries.pop(booked.uid)

    (note,) = sync(house)
    card = card_of(house, booked)
    assert note.endswith("à 9:00")
    assert (card.status, card.ended_because) == ("cancelled", "in_calendar")


def test_an_appointment_the_doctor_moves_is_followed_and_its_old_time_offered(house, booked):
    house.fake.touch(booked.uid, shift=2 * HALF_HOUR)

    (note,) = sync(house)
    assert note.endswith("à 9:00")
    assert (card_of(house, booked).status, card_of(house, booked).start) == ("booked", TEN)
    assert TEN not in house.starts()
    moved = flow.move(house.deps, house.ada, house.practice_id, booked.id, TEN + 3 * HALF_HOUR)
    assert moved.start == TEN + 3 * HALF_HOUR


def test_an_appointment_moved_onto_another_of_ours_stays_for_a_human(house, booked):
    flow.book(house.deps, house.ada, house.booking(TEN))
    sync(house)
    house.fake.touch(booked.uid, shift=2 * HALF_HOUR)

    assert sync(house) == sync(house) == []
    with house.deps.unit_of_work(house.ada) as uow:
        (conflict,) = reads.conflicts(uow, house.practice_id)
    assert (conflict.kind, card_of(house, booked).start) == ("moved", NINE)


@pytest.fixture
def disputed(house, booked):
    """An appointment the doctor put onto another one of ours."""
    other = flow.book(house.deps, house.ada, house.booking(TEN))
    sync(house)
    house.fake.touch(booked.uid, shift=2 * HALF_HOUR)
    sync(house)
    return other


def conflicts(house):
    with house.deps.unit_of_work(house.ada) as uow:
        return reads.conflicts(uow, house.practice_id)


def test_what_a_human_settled_is_not_asked_again_until_it_moves_again(house, booked, disputed):
    with house.deps.unit_of_work(house.ada) as uow:
        settling.settle_conflict(uow, house.practice_id, reads.conflicts(uow, house.practice_id)[0].id)
        uow.commit()

    sync(house)
    assert conflicts(house) == ()

    house.fake.touch(booked.uid, shift=HALF_HOUR / 2)
    sync(house)
    (again,) = conflicts(house)
    assert again.theirs.start == TEN + HALF_HOUR / 2


def test_a_conflict_that_is_none_any_more_settles_itself(house, booked, disputed):
    assert len(conflicts(house)) == 1

    flow.cancel(house.deps, house.ada, house.practice_id, disputed.id)
    sync(house)

    assert conflicts(house) == ()
    assert card_of(house, booked).start == TEN


def test_moving_it_ourselves_settles_a_conflict_once_the_calendar_took_it(house, booked, disputed):
    house.fake.touch(booked.uid, shift=-2 * HALF_HOUR)

    moved = flow.move(house.deps, house.ada, house.practice_id, booked.id, TEN + 3 * HALF_HOUR)

    assert moved.start == TEN + 3 * HALF_HOUR
    assert conflicts(house) == ()


def test_a_calendar_emptied_at_once_cancels_nobody(house, booked):
    flow.book(house.deps, house.ada, house.booking(TEN))
    sync(house)
    house.fake.entries.clear()
    house.fake.foreign.clear()

    sync(house)
    assert card_of(house, booked).status == "booked"
    assert NINE not in house.starts()


def test_what_the_reading_missed_but_the_calendar_holds_stays(house, booked):
    entry = house.fake.entries.pop(booked.uid)
    reading = house.fake.live_entries
    house.fake.entries[booked.uid] = entry
    house.fake.live_entries = lambda: [one for one in reading() if one.uid != booked.uid]

    assert sync(house) == []
    assert card_of(house, booked).status == "booked"


def test_an_entry_not_yet_in_the_reading_is_not_missed(house, booked):
    with house.deps.unit_of_work(system_actor(Purpose.SETTLE_CALENDARS, house.practice_id)) as uow:
        read = flow.syncing.begin_reading(uow, house.practice_id, house.schedule_id)
        uow.commit()
    gateway = house.deps.calendars.open(read.address)
    said = flow.as_reading(gateway.read(read.at, read.at + timedelta(days=2)))
    house.clock.advance(seconds=1)
    flow.book(house.deps, house.ada, house.booking(TEN))

    with house.deps.unit_of_work(system_actor(Purpose.SETTLE_CALENDARS, house.practice_id)) as uow:
        assert flow.syncing.strays(uow, read, said) == ()


def test_a_calendar_that_cannot_be_asked_cancels_nobody(house, booked):
    house.fake.entries.pop(booked.uid)
    house.clock.advance(minutes=1)
    house.fake.down()
    flow.refresh_due(house.deps)

    assert card_of(house, booked).status == "booked"


def test_what_may_not_be_booked_is_not_offered(house):
    with house.deps.unit_of_work(system_actor(Purpose.SETUP, house.practice_id)) as uow:
        urgent = CreateAppointmentType(house.practice_id, "urg", "Urgence", 30, min_level=Level.SAME_DAY)
        kept = configuration.create_appointment_type(uow, urgent)
        friday = [OpeningRule(5, time(9), time(9, 30))]
        configuration.set_hours_of(uow, house.practice_id, house.schedule_id, kept, friday)
        away = SetAbsence(house.practice_id, TEN, TEN + HALF_HOUR, "Dr Lune")
        practices.set_absence(uow, away)
        uow.commit()
    evening = NINE + timedelta(hours=9)
    for start in (NINE, TEN, evening):
        theirs(house, start, start + HALF_HOUR)
    wait(house)
    sync(house)
    house.fake.foreign.clear()

    assert sync(house) == []


def test_a_time_that_went_by_is_not_offered(house):
    theirs(house)
    wait(house)
    house.clock.set(NINE - timedelta(minutes=2))
    sync(house)
    house.fake.foreign.clear()
    house.clock.advance(minutes=10)

    assert sync(house) == []


def test_nobody_waits_and_nothing_is_noted_but_ours_is_followed(house):
    card = flow.book(house.deps, house.ada, house.booking())
    sync(house)
    house.fake.entries.pop(card.uid)

    assert sync(house) == []
    assert NINE in house.starts()
