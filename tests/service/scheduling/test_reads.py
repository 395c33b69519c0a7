from datetime import timedelta

import pytest
from sqlalchemy import text

from telesec.foundation.errors import Refused
from telesec.foundation.ids import new_id
from telesec.scheduling import flow, reads, settling
from telesec.scheduling.reads import AppointmentCard
from telesec.testing.bookable import NINE, House

HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def card(house: House) -> AppointmentCard:
    return flow.book(house.deps, house.ada, house.booking(call_id=new_id()))


def test_appointments_of_a_day_leave_out_the_cancelled(house: House, card: AppointmentCard) -> None:
    other = flow.book(house.deps, house.ada, house.booking(NINE + HALF_HOUR))
    flow.cancel(house.deps, house.ada, house.practice_id, card.id)

    with house.deps.unit_of_work(house.ada) as uow:
        found = reads.appointments(uow, house.practice_id, NINE, NINE + timedelta(days=1))

    assert [c.id for c in found] == [other.id]
    assert found[0].details.given_name == "Zoé"


def test_appointments_of_a_call_and_of_a_patient(house: House, card: AppointmentCard) -> None:
    assert card.call_id is not None
    assert card.patient_id is not None
    with house.deps.unit_of_work(house.ada) as uow:
        of_call = reads.appointments_of_call(uow, house.practice_id, card.call_id)
        of_patient = reads.appointments_of_patient(uow, house.practice_id, card.patient_id)
        of_nobody = reads.appointments_of_patient(uow, house.practice_id, new_id())

    assert [c.id for c in of_call] == [c.id for c in of_patient] == [card.id]
    assert of_nobody == ()


def test_opening_appointments_is_audited(house: House, card: AppointmentCard) -> None:
    with house.deps.unit_of_work(house.ada) as uow:
        reads.appointments(uow, house.practice_id, NINE, NINE + timedelta(days=1))
        notes = [(note.action, note.detail) for note in uow._notes]

    assert notes == [("appointment.list", {"ids": [str(card.id)]})]


def test_nothing_readable_of_a_person_is_stored(house: House, card: AppointmentCard) -> None:
    with house.deps.unit_of_work(house.ada) as uow:
        rows = uow.session.execute(text("select a::text from appointment a")).scalars().all()

    assert rows
    assert all("Lilas" not in row and "Zo" not in row and "33639980020" not in row for row in rows)


def test_conflict_is_shown_until_a_human_settles_it(house: House, card: AppointmentCard) -> None:
    house.fake.touch(card.uid, shift=timedelta(hours=1))
    with pytest.raises(Exception, match="calendar_conflict"):
        flow.move(house.deps, house.ada, house.practice_id, card.id, NINE + HALF_HOUR)

    with house.deps.unit_of_work(house.ada) as uow:
        (conflict,) = reads.conflicts(uow, house.practice_id)
        settling.settle_conflict(uow, house.practice_id, conflict.id)
        settling.settle_conflict(uow, house.practice_id, conflict.id)
        uow.commit()

    with house.deps.unit_of_work(house.ada) as uow:
        assert reads.conflicts(uow, house.practice_id) == ()
        assert reads.conflict(uow, house.practice_id, conflict.id).settled_at is not None


def test_settling_is_taken_back_by_who_did_it_and_soon(house: House, card: AppointmentCard) -> None:
    house.fake.touch(card.uid, shift=timedelta(hours=1))
    with pytest.raises(Exception, match="calendar_conflict"):
        flow.move(house.deps, house.ada, house.practice_id, card.id, NINE + HALF_HOUR)
    with house.deps.unit_of_work(house.ada) as uow:
        (conflict,) = reads.conflicts(uow, house.practice_id)
        with pytest.raises(Refused, match="too_late"):
            settling.reopen_conflict(uow, house.practice_id, conflict.id)
        settling.settle_conflict(uow, house.practice_id, conflict.id)
        settling.reopen_conflict(uow, house.practice_id, conflict.id)
        assert reads.conflicts(uow, house.practice_id) == (conflict,)
        settling.settle_conflict(uow, house.practice_id, conflict.id)
        uow.commit()

    with (
        house.deps.unit_of_work(house.cast.supervisor) as uow,
        pytest.raises(Refused, match="too_late"),
    ):
        settling.reopen_conflict(uow, house.practice_id, conflict.id)
    house.clock.advance(seconds=11)
    with house.deps.unit_of_work(house.ada) as uow, pytest.raises(Refused, match="too_late"):
        settling.reopen_conflict(uow, house.practice_id, conflict.id)


def test_pending_appointment_is_not_moved_nor_cancelled(house: House) -> None:
    house.fake.lose_reply()
    pending = flow.book(house.deps, house.ada, house.booking())

    with pytest.raises(Refused, match="appointment_pending"):
        flow.move(house.deps, house.ada, house.practice_id, pending.id, NINE + HALF_HOUR)
    with pytest.raises(Refused, match="appointment_pending"):
        flow.cancel(house.deps, house.ada, house.practice_id, pending.id)


def test_pending_appointment_whose_time_has_come_ends(house: House) -> None:
    house.fake.lose_reply()
    pending = flow.book(house.deps, house.ada, house.booking())
    house.fake.entries.clear()
    house.clock.advance(days=2)

    flow.settle_due(house.deps)

    with house.deps.unit_of_work(house.ada) as uow:
        ended = reads.appointment(uow, house.practice_id, pending.id)
    assert (ended.status, ended.ended_because) == ("cancelled", "past")
    assert house.fake.live_entries() == []


def test_move_to_the_same_time_changes_nothing(house: House, card: AppointmentCard) -> None:
    assert flow.move(house.deps, house.ada, house.practice_id, card.id, NINE).start == NINE
    assert house.fake.writes == 1


def test_refused_overlapping_move_gives_the_rest_back(house: House, card: AppointmentCard) -> None:
    house.fake.write_foreign(NINE + HALF_HOUR, NINE + 2 * HALF_HOUR)

    with pytest.raises(Refused, match="slot_taken"):
        flow.move(house.deps, house.ada, house.practice_id, card.id, NINE + timedelta(minutes=10))

    house.fake.foreign.clear()
    house.clock.advance(seconds=3)
    assert NINE + HALF_HOUR in house.starts()


def test_move_overlapping_another_claim_is_refused(house: House, card: AppointmentCard) -> None:
    flow.book(house.deps, house.ada, house.booking(NINE + HALF_HOUR))

    with pytest.raises(Refused, match="slot_taken"):
        flow.move(house.deps, house.ada, house.practice_id, card.id, NINE + timedelta(minutes=10))


def test_move_while_the_calendar_is_down_gives_the_new_time_back(house: House, card: AppointmentCard) -> None:
    house.fake.down()
    with pytest.raises(Exception, match="calendar_unavailable"):
        flow.move(house.deps, house.ada, house.practice_id, card.id, NINE + HALF_HOUR)

    house.fake.heal()
    house.clock.advance(seconds=3)
    assert NINE + HALF_HOUR in house.starts()


def test_search_far_ahead_reads_what_it_needs(house: House) -> None:
    start = house.clock.now() + timedelta(days=60)
    far = house.offer(start=start, end=start + timedelta(days=7))

    assert far.slots
    assert house.starts()
