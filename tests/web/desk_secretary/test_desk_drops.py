"""A caller lost after a red flag, or who refuses the 15: a card at the top, and the doctor knows more."""

from dataclasses import replace
from uuid import UUID

import pytest

from telesec.alerts import reads as alerts
from telesec.callbacks import reads as callbacks
from telesec.callbacks import service as callback_acts
from telesec.callbacks.service import OpenCallback
from telesec.calls import flow
from telesec.calls import service as calls
from telesec.calls.ports import CallEvent, Progress
from telesec.calls.rules import SILENT_FOR
from telesec.calls.service import OpenCall
from telesec.desk.loops import Kind, open_ends
from telesec.messages import reads as messages
from telesec.testing.cast import BRUNO_PHONE, LILAS_LINE

ZOE_PHONE = "+33639980012"


def say_chest_pain(desk, given="yes"):
    desk.post("/triage/start", {"words": "mal à la poitrine", "age": "75", "sex": "F"})
    desk.answer(given)


def lost(desk, cast):
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        rows = open_ends(uow)[Kind.LOST]
        return [callbacks.callback(uow, row.practice_id, row.id) for row in rows]


def told_doctor(desk, cast):
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        (sent,) = messages.of_call(uow, *desk.call)
        assert alerts.of_call(uow, *desk.call)[0].level.value == "call15_now"
    return sent.text


def test_a_line_that_drops_after_a_vital_sign_is_first_to_be_called(desk, adopted, cast, clock, log_in):
    say_chest_pain(desk)
    desk.post("/details", {"address": "8 chemin des Glycines"})
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        callback_acts.open_callback(uow, OpenCallback(cast.lilas, ZOE_PHONE, clock.now()))
        uow.commit()
    clock.advance(minutes=30)

    desk.post("/dropped")

    (card,) = lost(desk, cast)
    assert (card.phone, card.due_at) == (BRUNO_PHONE, clock.now())
    assert "perdu il y a" in log_in(cast.supervisor).get("/supervisor").text
    assert card.note.startswith(
        "La ligne a coupé après un signe d’alerte.\nAdresse\u00a0: 8 chemin des Glycines"
    )
    assert "Oui." in card.note
    first = desk.browser.get("/desk").text.partition('id="resume"')[2].partition("</li>")[0]
    assert "Rappeler tout de suite" in first
    assert "La ligne a coupé à" in desk.page()


def test_a_card_after_a_red_flag_says_what_to_say_and_where(desk, adopted, cast):
    say_chest_pain(desk)
    desk.post("/dropped")
    (card,) = lost(desk, cast)

    page = desk.browser.get(f"/desk/callbacks/{cast.lilas}/{card.id}").text

    assert "Je vous rappelle tout de suite" in page
    assert "Adresse inconnue" in page


def test_the_carrier_tells_of_the_drop_by_itself(desk, adopted, cast, ring, house):
    practice, call_id = ring(name="CA9")
    desk.browser.post(f"/desk/calls/{practice}/{call_id}/answer")
    lost_desk = type(desk)(house, desk.browser, (practice, call_id))
    say_chest_pain(lost_desk)

    for _ in range(2):
        flow.receive(house.deps, CallEvent("CA9", Progress.ENDED, LILAS_LINE, BRUNO_PHONE))

    assert [card.call_id for card in lost(desk, cast)] == [call_id]


def test_a_caller_passed_to_the_15_hangs_up_as_expected(desk, adopted, cast):
    say_chest_pain(desk)
    desk.post("/details", {"handover": "transfer"})

    desk.post("/dropped")

    assert lost(desk, cast) == []


def test_a_call_without_a_red_flag_leaves_no_card(desk, adopted, cast):
    desk.post("/triage/start", {"words": "", "protocol": "symptome_non_liste"})

    desk.post("/close", {"outcome": "hung_up"})

    assert lost(desk, cast) == []


def test_a_call_closed_as_hung_up_is_a_drop(desk, adopted, cast):
    say_chest_pain(desk)

    desk.post("/close", {"outcome": "hung_up"})

    assert len(lost(desk, cast)) == 1


def test_refusing_the_15_promises_a_call_and_tells_the_doctor(desk, adopted, cast, clock):
    say_chest_pain(desk)

    for _ in range(2):
        desk.post("/details", {"handover": "refuses"})

    (card,) = lost(desk, cast)
    assert (card.due_at - clock.now()).total_seconds() == 600
    assert told_doctor(desk, cast).count("refuse le 15") == 1


def test_an_address_learnt_after_the_alert_reaches_the_doctor(desk, adopted, cast, log_in):
    say_chest_pain(desk)
    before = told_doctor(desk, cast)
    alert_page = f"/phone/alerts/{alert_of(desk, cast)}"
    doctor = log_in(cast.dr_lune)
    watched = doctor.get(alert_page).text.partition("/changed?mark=")[2].partition('"')[0]
    assert "HX-Refresh" not in doctor.get(f"{alert_page}/changed?mark={watched}").headers

    desk.post("/details", {"address": "8 chemin des Glycines"})

    assert told_doctor(desk, cast) == f"{before}\nAdresse\u00a0: 8 chemin des Glycines"
    assert doctor.get(f"{alert_page}/changed?mark={watched}").headers.get("HX-Refresh") == "true"
    assert "8 chemin des Glycines" in doctor.get(alert_page).text


def test_who_is_elsewhere_and_where_the_patient_answers_reaches_the_doctor(desk, adopted, cast):
    desk.post("/triage/start", {"words": "mal à la poitrine", "age": "75", "sex": "F", "voice": "away"})
    desk.answer("yes")
    before = told_doctor(desk, cast)

    desk.post("/details", {"beside": "no", "patient_phone": "06 39 98 00 12"})

    assert before.endswith("\nL’appelant n’est pas auprès du patient.")
    assert told_doctor(desk, cast) == f"{before}\nLe patient répond au\u00a0: 06 39 98 00 12"


def alert_of(desk, cast):
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        return alerts.of_call(uow, *desk.call)[0].id


def test_a_ring_whose_end_nobody_told_becomes_a_missed_call(ada, ring, house, cast, clock):
    ring(name="CA7")
    clock.advance(seconds=SILENT_FOR.total_seconds() - 1)
    flow.receive(house.deps, CallEvent("CA7", Progress.WAITING, LILAS_LINE, BRUNO_PHONE))
    clock.advance(seconds=60)
    assert flow.end_silent(house.deps) == 0

    clock.advance(seconds=31)

    assert [flow.end_silent(house.deps), flow.end_silent(house.deps)] == [1, 0]
    assert "Personne n’attend" in ada.get("/desk/parts/queue").text
    with house.deps.unit_of_work(cast.ada) as uow:
        (card,) = callbacks.open_cards(uow, cast.lilas).items
    assert card.phone == BRUNO_PHONE


def dial(desk, cast):
    """Open the call of the first card and return the desk before it."""
    (card,) = lost(desk, cast)
    there = desk.browser.post(f"/desk/callbacks/{cast.lilas}/{card.id}/call").headers["Location"]
    return replace(desk, call=(cast.lilas, UUID(there.rsplit("/", 1)[1])))


def test_a_card_stays_while_nobody_answers_and_goes_once_they_spoke(desk, adopted, cast, clock):
    say_chest_pain(desk)
    desk.register()
    desk.post("/dropped")
    desk.post("/close", {"outcome": "hung_up"})
    clock.advance(seconds=30)

    for outcome, waits in (("hung_up", 1), ("hung_up", 1), ("information", 0)):
        clock.advance(seconds=30)
        again = dial(desk, cast)
        assert len(lost(desk, cast)) == 1
        again.post("/close", {"outcome": outcome})
        assert len(lost(desk, cast)) == waits


def test_a_promise_made_in_a_call_outlives_it(desk, cast):
    desk.post("/callback", {"phone": "06 39 98 00 10", "minutes": "30"})

    desk.post("/close", {"outcome": "callback"})

    with desk.house.deps.unit_of_work(cast.ada) as uow:
        assert len(callbacks.waiting(uow).items) == 1


def test_an_end_told_again_after_the_card_was_settled_makes_no_other(desk, adopted, cast, ring, house):
    practice, call_id = ring(name="CA9")
    desk.browser.post(f"/desk/calls/{practice}/{call_id}/answer")
    again = replace(desk, call=(practice, call_id))
    say_chest_pain(again)
    ended = CallEvent("CA9", Progress.ENDED, LILAS_LINE, BRUNO_PHONE)
    flow.receive(house.deps, ended)
    (card,) = lost(desk, cast)
    desk.browser.post(f"/desk/callbacks/{cast.lilas}/{card.id}/end", {"how": "settled"})

    flow.receive(house.deps, ended)

    assert lost(desk, cast) == []


@pytest.fixture
def withheld(desk, cast):
    """A call whose number is not shown, answered by Ada."""
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        call = calls.open_call(uow, OpenCall(cast.lilas))
        uow.commit()
    return replace(desk, call=call)


def test_a_caller_lost_without_a_number_leaves_a_card_that_says_what_to_do(withheld, adopted, cast):
    say_chest_pain(withheld)
    withheld.post("/details", {"address": "8 chemin des Glycines"})

    withheld.post("/dropped")

    (card,) = lost(withheld, cast)
    place = f"/desk/callbacks/{cast.lilas}/{card.id}"
    page = withheld.browser.get(place).text
    for words in ("Aucun numéro connu", "donnez tout de suite au 15 l’adresse", "8 chemin des Glycines"):
        assert words in page
    assert 'id="call-back"' not in page
    assert withheld.browser.post(f"{place}/number", {"phone": "demain"}).status_code == 422
    found = withheld.browser.post(f"{place}/number", {"phone": "06 39 98 00 12"}).headers["Location"]
    assert "06 39 98 00 12" in (page := withheld.browser.get(found).text)
    assert 'id="call-back"' in page
