"""Ten seconds to take back: message, promise, end of the call, held slot; later or seen, nothing."""

import re

import pytest

from telesec.callbacks import reads as callbacks
from telesec.calls import reads as calls
from telesec.calls import service
from telesec.calls.service import OpenCall
from telesec.messages import reads as messages
from telesec.messages import service as message_acts

BRUNO = "06 39 98 00 10"


def message(desk, cast, level="routine"):
    form = {"practitioner_id": cast.dr_lune_id, "level": level, "text": "Résultats ?", "number_was": BRUNO}
    return desk.post("/message", {**form, "callback_number": BRUNO})


def filed(desk, cast):
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        return messages.of_call(uow, *desk.call)


def call_of(desk, cast):
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        return calls.call(uow, *desk.call)


def undo(desk):
    return desk.browser.post("/desk/undo", {})


def test_a_message_is_taken_back_and_its_text_is_the_note_again(desk, cast):
    message(desk, cast)

    answer = undo(desk)

    assert filed(desk, cast) == ()
    assert desk.browser.get(desk.url("/draft")).json["text"] == "Résultats ?"
    assert "le message est repris" in desk.browser.get(answer.headers["Location"]).text


def test_what_was_written_meanwhile_stays(desk, cast):
    message(desk, cast)
    desk.post("/draft", {"text": "Et une ordonnance.", "seen": 0})

    undo(desk)

    assert desk.browser.get(desk.url("/draft")).json["text"] == "Résultats ?\nEt une ordonnance."


def test_a_message_that_was_read_stays(desk, cast):
    message(desk, cast)
    with desk.house.deps.unit_of_work(cast.dr_lune) as uow:
        message_acts.read_message(uow, cast.lilas, filed(desk, cast)[0].id)
        uow.commit()

    answer = undo(desk)

    assert len(filed(desk, cast)) == 1
    assert "Rien n’a été annulé" in desk.browser.get(answer.headers["Location"]).text


def test_a_message_that_rings_somebody_is_never_offered_back(desk, cast):
    answer = message(desk, cast, "doctor_now")

    assert "telesec_undo" not in answer.headers.get("Set-Cookie", "")


def test_after_ten_seconds_nothing_is_undone(desk, cast, clock):
    message(desk, cast)
    clock.advance(seconds=11)

    undo(desk)

    assert len(filed(desk, cast)) == 1


def test_a_promise_is_taken_back(desk, cast):
    desk.post("/callback", {"phone": BRUNO, "minutes": "30"})

    undo(desk)

    with desk.house.deps.unit_of_work(cast.ada) as uow:
        assert callbacks.waiting(uow).items == ()


def test_a_closed_call_is_open_again(desk, cast):
    desk.post("/close", {"outcome": "information"})
    assert 'action="/desk/undo"' in desk.browser.get("/desk").text

    undo(desk)

    assert call_of(desk, cast).closed_at is None


def test_a_held_slot_is_given_back(desk, cast):
    page = desk.page("booking")
    slot = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page)[1]
        for name in ("schedule_id", "type", "start")
    }
    desk.post("/hold", slot)

    undo(desk)

    assert 'action="/desk/undo"' not in desk.page("booking")
    assert "tenu pour cet appel" not in desk.page("booking")


@pytest.mark.parametrize("cookie", ["", "x", "close.a.b.c.d", "close.1.2.3.99999999999999999999"])
def test_a_strange_cookie_offers_nothing(desk, cookie):
    desk.browser.client.set_cookie("telesec_undo", cookie, path="/desk")

    answer = undo(desk)

    assert answer.headers["Location"] == "/desk"
    assert "Rien n’a été annulé" in desk.browser.get("/desk").text


def test_what_was_undone_is_said_once(desk):
    desk.post("/callback", {"phone": BRUNO, "minutes": "30"})
    undo(desk)
    first = desk.page()

    assert "n’est plus promis" in first
    assert "n’est plus promis" not in desk.page()


def test_a_promise_made_twice_says_so_and_offers_nothing_to_undo(desk, cast):
    desk.post("/callback", {"phone": BRUNO, "minutes": "30", "note": "Résultats"})
    desk.browser.client.delete_cookie("telesec_undo", path="/desk")

    desk.post("/callback", {"phone": BRUNO, "minutes": "15", "note": "Ordonnance"})

    page = desk.page()
    assert "Déjà promis" in page
    assert 'action="/desk/undo"' not in page
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        (card,) = callbacks.open_cards(uow, cast.lilas).items
    assert card.note == "Résultats\nOrdonnance"


def test_a_callback_ends_only_with_what_came_of_it(desk, cast):
    desk.post("/callback", {"phone": BRUNO, "minutes": "30"})
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        (card,) = callbacks.waiting(uow).items

    answer = desk.browser.post(f"/desk/callbacks/{cast.lilas}/{card.id}/end", {})

    assert answer.status_code == 422
    assert "Choisissez ce qu’a donné ce rappel" in answer.text
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        assert callbacks.waiting(uow).items == (card,)


def test_a_save_that_was_under_way_does_not_double_the_text(desk, cast):
    message(desk, cast)
    desk.post("/draft", {"text": "Résultats ?", "seen": 0})

    undo(desk)

    assert desk.browser.get(desk.url("/draft")).json["text"] == "Résultats ?"


@pytest.fixture
def booked(desk, house):
    """Zoé's appointment at 10:30, booked in this call; returns how its state is read."""
    desk.register()
    desk.browser.get(desk.url("/fresh-slots?view=booking"))
    chosen = slots(desk)[0]
    desk.post("/hold", chosen)
    desk.post("/book", {**chosen, "reason": "contrôle", "view": "booking"})

    def ahead():
        return re.findall(r"<b>auj\. ([0-9:]+)</b>", desk.page("booking"))

    assert ahead() == ["10:30"]
    return ahead


def slots(desk):
    forms = re.findall(r'id="slot-\d">(.*?)</form>', desk.page("booking"), re.DOTALL)
    return [dict(re.findall(r'name="(schedule_id|type|start)" value="([^"]*)"', form)) for form in forms]


def appointment_path(desk):
    found = re.search(r"/appointments/([0-9a-f-]+)/cancel", desk.page("booking"))
    assert found
    return f"/appointments/{found[1]}"


def test_a_booking_is_taken_back_in_the_calendar(desk, booked):
    assert "Rendez-vous réservé." in desk.page("booking")

    page = desk.browser.get(undo(desk).headers["Location"]).text

    assert "n’est plus réservé" in page
    assert booked() == []


def test_a_move_is_taken_back(desk, booked):
    later = slots(desk)[-1]
    desk.post(f"{appointment_path(desk)}/move", {**later, "view": "booking"})
    assert booked() != ["10:30"]

    page = desk.browser.get(undo(desk).headers["Location"]).text

    assert "revenu à son heure" in page
    assert booked() == ["10:30"]


def test_a_cancellation_is_taken_back_as_a_booking(desk, booked):
    desk.post(f"{appointment_path(desk)}/cancel", {"reason": "empêché", "view": "booking"})
    assert booked() == []

    page = desk.browser.get(undo(desk).headers["Location"]).text

    assert "de nouveau réservé" in page
    assert booked() == ["10:30"]


def test_a_calendar_that_does_not_answer_takes_nothing_back(desk, house, booked):
    house.fake.down()

    page = desk.browser.get(undo(desk).headers["Location"]).text

    assert "Rien n’a été annulé" in page
    assert booked() == ["10:30"]


def asked_on(desk, address):
    return desk.browser.post("/desk/undo", {}, headers={"HX-Current-URL": f"http://localhost{address}"})


def test_too_late_leaves_everybody_where_they_are(desk):
    assert asked_on(desk, desk.url("?view=booking")).headers["Location"] == desk.url("?view=booking")
    assert asked_on(desk, "/phone").headers["Location"] == "/desk"
    assert undo(desk).headers["Location"] == "/desk"


def test_who_is_in_the_next_call_by_now_stays_in_it(desk, cast):
    message(desk, cast)
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        practice_id, call_id = service.open_call(uow, OpenCall(cast.lilas, from_number=BRUNO))
        uow.commit()
    next_call = f"/desk/calls/{practice_id}/{call_id}"

    answer = asked_on(desk, next_call)

    assert answer.headers["Location"] == next_call
    assert filed(desk, cast) == ()
    assert "le message est repris" in desk.browser.get(next_call).text


def test_taken_back_in_its_own_call_it_leads_to_where_it_was_done(desk, cast):
    message(desk, cast)

    assert asked_on(desk, desk.url("?view=outcome")).headers["Location"] == desk.url()
