"""Promised calls on real PostgreSQL: one open card each, settled or closed once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from telesec.callbacks import reads
from telesec.callbacks import service as callbacks
from telesec.callbacks.rules import CallbackState, CloseReason, Urgency
from telesec.callbacks.service import OpenCallback
from telesec.foundation.errors import NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.patients import service as patients
from telesec.patients.service import RegisterPatient

BRUNO = "+33639980010"
ZOE = "+33639980011"


def promise(cast, clock, **changes):
    words = {"practice_id": cast.lilas, "phone": BRUNO, "due_at": clock.now() + timedelta(hours=1)}
    return OpenCallback(**{**words, **changes})


@pytest.fixture
def zoe_id(uow_as, cast):
    with uow_as(cast.ada) as uow:
        patient_id = patients.register(uow, RegisterPatient(cast.lilas, "Étoile", "Zoé"))
        uow.commit()
    return patient_id


def waiting(uow):
    return [row.id for row in reads.waiting(uow).items]


def test_open_callback_keeps_number_and_note(uow_as, cast, clock):
    with uow_as(cast.ada) as uow:
        callback_id = callbacks.open_callback(uow, promise(cast, clock, note="Résultats"))
        card = reads.callback(uow, cast.lilas, callback_id)

    assert (card.phone, card.note, card.state) == (BRUNO, "Résultats", CallbackState.OPEN)


def test_open_callback_returns_the_waiting_card_of_a_patient(uow_as, cast, clock, zoe_id):
    with uow_as(cast.ada) as uow:
        first = callbacks.open_callback(uow, promise(cast, clock, patient_id=zoe_id))
        again = callbacks.open_callback(uow, promise(cast, clock, patient_id=zoe_id, phone=ZOE))

    assert again == first


def test_open_callback_keeps_the_earlier_promise(uow_as, cast, clock):
    later = clock.now() + timedelta(hours=3)
    with uow_as(cast.ada) as uow:
        first = callbacks.open_callback(uow, promise(cast, clock))
        callbacks.open_callback(uow, promise(cast, clock, due_at=later))

        assert reads.callback(uow, cast.lilas, first).due_at == clock.now() + timedelta(hours=1)


def test_open_callback_opens_two_for_two_patients_of_one_number(uow_as, cast, clock, zoe_id):
    with uow_as(cast.ada) as uow:
        callbacks.open_callback(uow, promise(cast, clock, patient_id=zoe_id))
        callbacks.open_callback(uow, promise(cast, clock))

        assert len(waiting(uow)) == 2


def test_open_callback_wins_once_when_two_secretaries_promise(uow_as, cast, clock):
    def ask(actor):
        with uow_as(actor) as uow:
            callback_id = callbacks.open_callback(uow, promise(cast, clock))
            uow.commit()
        return callback_id

    with uow_as(cast.ada) as uow:
        callbacks.open_callback(uow, promise(cast, clock, phone=ZOE))
        uow.commit()

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(ask, [cast.ada, cast.ines] * 8))

    assert len(ids) == 1


def test_open_callback_refuses_a_time_that_is_past(uow_as, cast, clock):
    with uow_as(cast.ada) as uow, pytest.raises(Refused) as refusal:
        callbacks.open_callback(uow, promise(cast, clock, due_at=clock.now() - timedelta(hours=1)))

    assert refusal.value.code == "bad_due_at"


def test_open_callback_refuses_an_unknown_patient(uow_as, cast, clock):
    with uow_as(cast.ada) as uow, pytest.raises(NotFound):
        callbacks.open_callback(uow, promise(cast, clock, patient_id=new_id()))


def test_settle_frees_the_place_for_a_new_promise(uow_as, cast, clock):
    with uow_as(cast.ada) as uow:
        first = callbacks.open_callback(uow, promise(cast, clock))
        callbacks.settle(uow, cast.lilas, first)

        assert callbacks.open_callback(uow, promise(cast, clock)) != first


def test_settle_twice_is_once(uow_as, cast, clock):
    with uow_as(cast.ada) as uow:
        first = callbacks.open_callback(uow, promise(cast, clock))
        callbacks.settle(uow, cast.lilas, first)
        callbacks.close(uow, cast.lilas, first, CloseReason.UNREACHABLE)

        assert reads.callback(uow, cast.lilas, first).state is CallbackState.SETTLED


def test_got_through_closes_the_card_of_that_number(uow_as, cast, clock):
    with uow_as(cast.ada) as uow:
        callbacks.open_callback(uow, promise(cast, clock))

        assert callbacks.got_through(uow, cast.lilas, BRUNO) == 1
        assert waiting(uow) == []


def test_got_through_leaves_a_patients_card_to_who_knows_the_patient(uow_as, cast, clock, zoe_id):
    with uow_as(cast.ada) as uow:
        callbacks.open_callback(uow, promise(cast, clock, patient_id=zoe_id))

        assert callbacks.got_through(uow, cast.lilas, BRUNO) == 0
        assert callbacks.got_through(uow, cast.lilas, BRUNO, zoe_id) == 1


def test_waiting_lists_all_practices_by_promise(uow_as, cast, clock):
    with uow_as(cast.ada) as uow:
        later = callbacks.open_callback(uow, promise(cast, clock))
        soon = clock.now() + timedelta(minutes=5)
        first = callbacks.open_callback(uow, promise(cast, clock, practice_id=cast.glycines, due_at=soon))
        page = reads.waiting(uow)

    assert [row.id for row in page.items] == [first, later]
    assert page.items[0].urgency is Urgency.SOON


def test_waiting_goes_on_page_by_page(uow_as, cast, clock):
    with uow_as(cast.ada) as uow:
        ids = [
            callbacks.open_callback(
                uow, promise(cast, clock, phone=f"+3363998002{n}", due_at=clock.now() + timedelta(hours=n))
            )
            for n in range(5)
        ]
        first = reads.waiting(uow, limit=3)
        second = reads.waiting(uow, limit=3, cursor=first.next_cursor)

    assert [row.id for row in (*first.items, *second.items)] == ids
    assert second.next_cursor is None


def test_waiting_shows_nothing_of_other_practices(uow_as, cast, clock):
    with uow_as(cast.ada) as uow:
        callbacks.open_callback(uow, promise(cast, clock))
        uow.commit()

    with uow_as(cast.dr_iris) as uow:
        assert waiting(uow) == []


def test_reopen_takes_ones_own_end_back_for_ten_seconds(uow_as, cast, clock):
    with uow_as(cast.ada) as uow:
        card = callbacks.open_callback(uow, promise(cast, clock))
        callbacks.close(uow, cast.lilas, card, CloseReason.NOT_WANTED)
        callbacks.reopen(uow, cast.lilas, card)
        assert waiting(uow) == [card]
        callbacks.settle(uow, cast.lilas, card)
        uow.commit()

    with uow_as(cast.ines) as uow, pytest.raises(Refused, match="too_late"):
        callbacks.reopen(uow, cast.lilas, card)
    clock.advance(seconds=11)
    with uow_as(cast.ada) as uow, pytest.raises(Refused, match="too_late"):
        callbacks.reopen(uow, cast.lilas, card)


def test_reopen_refuses_when_another_card_waits_for_them(uow_as, cast, clock):
    with uow_as(cast.ada) as uow:
        card = callbacks.open_callback(uow, promise(cast, clock))
        callbacks.settle(uow, cast.lilas, card)
        callbacks.open_callback(uow, promise(cast, clock))
        uow.commit()

    with uow_as(cast.ada) as uow, pytest.raises(Refused, match="waiting"):
        callbacks.reopen(uow, cast.lilas, card)


def test_a_card_stands_without_a_number_only_after_a_red_flag_and_takes_it_later(uow_as, cast, clock):
    lost = promise(cast, clock, phone="", vital=True, call_id=new_id())
    with uow_as(cast.ada) as uow:
        card = callbacks.open_callback(uow, lost)
        assert callbacks.open_callback(uow, lost) == card
        assert callbacks.open_callback(uow, replace(lost, call_id=new_id())) != card
        callbacks.give_number(uow, cast.lilas, card, "06 39 98 00 10")
        assert reads.callback(uow, cast.lilas, card).phone == BRUNO
        uow.commit()

    for wrong in ({"vital": True}, {"call_id": new_id()}):
        with uow_as(cast.ada) as uow, pytest.raises(Refused, match="bad_number"):
            callbacks.open_callback(uow, promise(cast, clock, phone="", **wrong))


def test_a_lost_caller_without_a_number_keeps_the_number_of_the_waiting_card(uow_as, cast, clock, zoe_id):
    with uow_as(cast.ada) as uow:
        card = callbacks.open_callback(uow, promise(cast, clock, patient_id=zoe_id))
        lost = promise(cast, clock, phone="", vital=True, call_id=new_id(), patient_id=zoe_id)
        assert callbacks.open_callback(uow, lost) == card
        assert reads.callback(uow, cast.lilas, card).phone == BRUNO


def test_give_number_refuses_words_a_settled_card_and_a_number_that_waits(uow_as, cast, clock):
    with uow_as(cast.ada) as uow:
        callbacks.open_callback(uow, promise(cast, clock))
        lost = callbacks.open_callback(uow, promise(cast, clock, phone="", vital=True, call_id=new_id()))
        uow.commit()

    for number, code in (("demain", "bad_number"), (BRUNO, "waiting")):
        with uow_as(cast.ada) as uow, pytest.raises(Refused, match=code):
            callbacks.give_number(uow, cast.lilas, lost, number)
    with uow_as(cast.ada) as uow:
        callbacks.settle(uow, cast.lilas, lost)
        with pytest.raises(Refused, match="ended"):
            callbacks.give_number(uow, cast.lilas, lost, ZOE)
