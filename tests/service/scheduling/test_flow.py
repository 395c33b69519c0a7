from datetime import timedelta

import pytest

from telesec.foundation.errors import Refused, Unavailable
from telesec.foundation.ids import new_id
from telesec.scheduling import flow, reads
from telesec.scheduling.ports import CalendarConflictError
from telesec.scheduling.reads import AppointmentCard, ConflictCard, HoldCard
from telesec.scheduling.rules import Status
from telesec.testing.bookable import NINE, House

HALF_HOUR = timedelta(minutes=30)


def reread(house: House, card: AppointmentCard) -> AppointmentCard:
    with house.deps.unit_of_work(house.ada) as uow:
        return reads.appointment(uow, house.practice_id, card.id)


def conflicts(house: House) -> tuple[ConflictCard, ...]:
    with house.deps.unit_of_work(house.ada) as uow:
        return reads.conflicts(uow, house.practice_id)


def holds(house: House) -> tuple[HoldCard, ...]:
    with house.deps.unit_of_work(house.ada) as uow:
        return reads.holds(uow, house.practice_id)


def test_book_writes_reads_back_and_is_booked(house: House) -> None:
    card = flow.book(house.deps, house.ada, house.booking())

    (entry,) = house.fake.live_entries()
    assert card.status is Status.BOOKED
    assert (card.start, card.end, card.uid, card.href) == (NINE, NINE + HALF_HOUR, entry.uid, entry.href)
    assert card.settled_at == house.clock.now()
    assert house.fake.titles[entry.uid] == "Zoé Lilas · Consultation"
    assert NINE not in house.starts()


def test_book_registers_the_patient_once(house: House) -> None:
    first = flow.book(house.deps, house.ada, house.booking())
    second = flow.book(house.deps, house.ada, house.booking(NINE + HALF_HOUR))

    assert first.patient_id is not None
    assert first.patient_id == second.patient_id


def test_book_refuses_a_slot_that_is_booked(house: House) -> None:
    flow.book(house.deps, house.ada, house.booking())

    with pytest.raises(Refused) as caught:
        flow.book(house.deps, house.ada, house.booking())

    assert (caught.value.code, caught.value.status) == ("slot_taken", 409)
    assert len(house.fake.live_entries()) == 1


def test_book_refuses_what_the_doctor_wrote_after_the_offer(house: House) -> None:
    assert NINE in house.starts()
    house.fake.write_foreign(NINE, NINE + HALF_HOUR)

    with pytest.raises(Refused, match="slot_taken"):
        flow.book(house.deps, house.ada, house.booking())

    assert house.fake.live_entries() == []
    assert NINE not in house.starts()


@pytest.mark.parametrize(
    ("start", "code"),
    [(NINE - timedelta(days=2), "slot_past"), (NINE + timedelta(hours=5), "outside_hours")],
)
def test_book_refuses_the_past_and_closed_hours(house: House, start: object, code: str) -> None:
    with pytest.raises(Refused, match=code):
        flow.book(house.deps, house.ada, house.booking(start))  # type: ignore[arg-type]


def test_same_call_booking_twice_has_one_appointment(house: House) -> None:
    call_id = new_id()

    first = flow.book(house.deps, house.ada, house.booking(call_id=call_id))
    second = flow.book(house.deps, house.ada, house.booking(call_id=call_id))

    assert first.id == second.id
    assert house.fake.writes == 1


def test_lost_reply_is_pending_then_the_sweep_finds_it(house: House) -> None:
    house.fake.lose_reply()

    card = flow.book(house.deps, house.ada, house.booking())

    assert card.status is Status.PENDING
    assert flow.settle_due(house.deps) == 0
    house.clock.advance(seconds=5)
    assert flow.settle_due(house.deps) == 1
    assert reread(house, card).status is Status.BOOKED
    assert house.fake.writes == 1


def test_unknown_outcome_that_did_not_take_effect_is_written_by_the_sweep(house: House) -> None:
    house.fake.lose_reply()
    card = flow.book(house.deps, house.ada, house.booking())
    house.fake.entries.clear()

    house.clock.advance(seconds=5)
    flow.settle_due(house.deps)

    assert reread(house, card).status is Status.BOOKED
    assert len(house.fake.live_entries()) == 1


def test_unknown_outcome_stays_pending_while_the_server_is_away(house: House) -> None:
    house.fake.lose_reply()
    card = flow.book(house.deps, house.ada, house.booking())
    house.fake.down()

    for _ in range(8):
        house.clock.advance(minutes=1)
        flow.settle_due(house.deps)
    assert reread(house, card).status is Status.PENDING

    house.fake.heal()
    house.clock.advance(minutes=2)
    flow.settle_due(house.deps)
    assert reread(house, card).status is Status.BOOKED


def test_unknown_outcome_whose_slot_others_took_ends_with_a_conflict(house: House) -> None:
    house.fake.lose_reply()
    card = flow.book(house.deps, house.ada, house.booking())
    house.fake.entries.clear()
    house.fake.write_foreign(NINE, NINE + HALF_HOUR)

    house.clock.advance(seconds=5)
    flow.settle_due(house.deps)

    ended = reread(house, card)
    assert (ended.status, ended.ended_because) == (Status.CANCELLED, "slot_taken")
    assert [c.kind for c in conflicts(house)] == ["refused"]


def test_refused_write_frees_the_slot(house: House) -> None:
    house.fake.conflict(times=3)

    with pytest.raises(CalendarConflictError):
        flow.book(house.deps, house.ada, house.booking())

    assert NINE in house.starts()
    assert house.fake.live_entries() == []


def test_write_refused_once_while_there_is_room_is_tried_again(house: House) -> None:
    house.fake.conflict()

    assert flow.book(house.deps, house.ada, house.booking()).status is Status.BOOKED


@pytest.mark.parametrize("trouble", ["down", "slow", "unreadable", "refuse_login"])
def test_troubled_calendar_offers_nothing_books_nothing_and_says_why(house: House, trouble: str) -> None:
    assert NINE in house.starts()
    getattr(house.fake, trouble)()
    house.clock.advance(seconds=3)

    offered = house.offer()
    with pytest.raises(Unavailable) as caught:
        flow.book(house.deps, house.ada, house.booking())

    assert offered.slots == ()
    assert [c.reason for c in offered.calendars] == ["calendar_unreadable"]
    assert offered.calendars[0].health == ("refused" if trouble == "refuse_login" else "unreadable")
    assert caught.value.code == "calendar_unavailable"
    assert caught.value.permanent == (trouble == "refuse_login")
    assert house.fake.live_entries() == []
    house.fake.heal()
    house.clock.advance(seconds=3)
    assert NINE in house.starts()


def test_unavailable_keeps_the_hold_of_the_call(house: House) -> None:
    call_id = new_id()
    house.fake.down()

    with pytest.raises(Unavailable):
        flow.book(house.deps, house.ada, house.booking(call_id=call_id))

    assert [hold.call_id for hold in holds(house)] == [call_id]
    house.fake.heal()
    assert flow.book(house.deps, house.ada, house.booking(call_id=call_id)).status is Status.BOOKED


def test_move_takes_the_entry_along_under_one_uid(house: House) -> None:
    card = flow.book(house.deps, house.ada, house.booking())

    moved = flow.move(house.deps, house.ada, house.practice_id, card.id, NINE + 2 * HALF_HOUR)

    (entry,) = house.fake.live_entries()
    assert (moved.status, moved.start, moved.uid) == (Status.BOOKED, NINE + 2 * HALF_HOUR, card.uid)
    assert (entry.start, entry.uid) == (moved.start, card.uid)
    assert NINE in house.starts()
    assert moved.start not in house.starts()


def test_move_may_overlap_the_old_time(house: House) -> None:
    card = flow.book(house.deps, house.ada, house.booking())
    later = NINE + timedelta(minutes=10)

    moved = flow.move(house.deps, house.ada, house.practice_id, card.id, later)

    assert (moved.start, moved.end) == (later, later + HALF_HOUR)
    assert flow.move(house.deps, house.ada, house.practice_id, card.id, NINE).start == NINE


def test_move_to_a_taken_slot_leaves_the_appointment(house: House) -> None:
    card = flow.book(house.deps, house.ada, house.booking())
    house.fake.write_foreign(NINE + HALF_HOUR, NINE + 2 * HALF_HOUR)

    with pytest.raises(Refused, match="slot_taken"):
        flow.move(house.deps, house.ada, house.practice_id, card.id, NINE + HALF_HOUR)

    assert (reread(house, card).status, reread(house, card).start) == (Status.BOOKED, NINE)
    assert [entry.start for entry in house.fake.live_entries()] == [NINE]


def test_move_of_what_the_doctor_moved_is_a_visible_conflict(house: House) -> None:
    card = flow.book(house.deps, house.ada, house.booking())
    house.fake.touch(card.uid, shift=timedelta(hours=1))

    with pytest.raises(CalendarConflictError):
        flow.move(house.deps, house.ada, house.practice_id, card.id, NINE + HALF_HOUR)

    (conflict,) = conflicts(house)
    assert conflict.kind == "moved"
    assert conflict.theirs is not None
    assert conflict.theirs.start == NINE + timedelta(hours=1)
    assert reread(house, card).start == NINE


def test_move_with_a_lost_reply_is_pending_then_settles(house: House) -> None:
    card = flow.book(house.deps, house.ada, house.booking())
    house.fake.lose_reply()

    pending = flow.move(house.deps, house.ada, house.practice_id, card.id, NINE + HALF_HOUR)
    assert (pending.status, pending.start, pending.moving_to) == (Status.PENDING, NINE, NINE + HALF_HOUR)
    house.clock.advance(seconds=5)
    flow.settle_due(house.deps)

    assert (reread(house, card).status, reread(house, card).start) == (Status.BOOKED, NINE + HALF_HOUR)


def test_cancel_takes_the_entry_away_and_frees_the_slot(house: House) -> None:
    card = flow.book(house.deps, house.ada, house.booking())

    cancelled = flow.cancel(house.deps, house.ada, house.practice_id, card.id, "ne peut plus")

    assert (cancelled.status, cancelled.ended_because) == (Status.CANCELLED, "asked")
    assert house.fake.live_entries() == []
    assert NINE in house.starts()
    assert flow.cancel(house.deps, house.ada, house.practice_id, card.id).status is Status.CANCELLED


def test_cancel_with_a_lost_reply_keeps_the_slot_until_it_is_known(house: House) -> None:
    card = flow.book(house.deps, house.ada, house.booking())
    house.fake.lose_reply()

    assert flow.cancel(house.deps, house.ada, house.practice_id, card.id).status is Status.PENDING
    assert NINE not in house.starts()
    house.clock.advance(seconds=5)
    flow.settle_due(house.deps)

    assert reread(house, card).status is Status.CANCELLED
    assert NINE in house.starts()


def test_cancel_while_the_calendar_is_down_changes_nothing(house: House) -> None:
    card = flow.book(house.deps, house.ada, house.booking())
    house.fake.down()

    with pytest.raises(Unavailable):
        flow.cancel(house.deps, house.ada, house.practice_id, card.id)

    assert reread(house, card).status is Status.BOOKED


def test_cancel_of_what_others_changed_takes_it_away_as_it_is(house: House) -> None:
    card = flow.book(house.deps, house.ada, house.booking())
    house.fake.touch(card.uid)

    assert flow.cancel(house.deps, house.ada, house.practice_id, card.id).status is Status.CANCELLED
    assert house.fake.live_entries() == []


def test_moving_a_cancelled_appointment_is_refused(house: House) -> None:
    card = flow.book(house.deps, house.ada, house.booking())
    flow.cancel(house.deps, house.ada, house.practice_id, card.id)

    with pytest.raises(Refused, match="appointment_cancelled"):
        flow.move(house.deps, house.ada, house.practice_id, card.id, NINE + HALF_HOUR)


def test_published_slots_alone_make_a_schedule_bookable(make_house: object) -> None:
    house: House = make_house(url="memory:fhir", rules=False)  # type: ignore[operator]
    afternoon = NINE + timedelta(hours=6)
    house.fake.open_slots = [(afternoon, afternoon + HALF_HOUR)]

    assert house.starts() == [afternoon]
    assert flow.book(house.deps, house.ada, house.booking(afternoon)).status is Status.BOOKED
    with pytest.raises(Refused, match="slot_taken"):
        flow.book(house.deps, house.ada, house.booking(afternoon + HALF_HOUR))
