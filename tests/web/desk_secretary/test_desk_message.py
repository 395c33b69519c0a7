"""Telling a practitioner: a sealed message, an urgent one, an alert without words; promising a callback."""

from telesec.alerts import reads as alerts
from telesec.messages import reads as messages

BRUNO = "06 39 98 00 10"


def form(cast, **more):
    return {
        "practitioner_id": cast.dr_lune_id,
        "level": "routine",
        "text": "Demande un rappel pour ses résultats.",
        "callback_number": BRUNO,
        "number_was": BRUNO,
        **more,
    }


def filed(desk, cast):
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        return messages.of_call(uow, *desk.call)


def raised(desk, cast):
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        return alerts.of_call(uow, *desk.call)


def test_a_message_is_filed_and_its_draft_forgotten(desk, cast):
    desk.post("/draft", {"text": "Demande un rappel", "seen": 0})

    assert desk.post("/message", form(cast)).status_code == 303

    assert [card.text for card in filed(desk, cast)] == ["Demande un rappel pour ses résultats."]
    assert desk.browser.get(desk.url("/draft")).json["text"] == ""


def test_a_message_without_words_is_refused(desk, cast):
    assert desk.post("/message", form(cast, text=" ", view="message")).status_code == 422


def test_another_number_must_be_read_back(desk, cast):
    typed = form(cast, callback_number="06 39 98 00 20", view="message")

    answer = desk.post("/message", typed)

    assert answer.status_code == 422
    assert "06 39 98 00 20" in answer.text
    assert "Demande un rappel pour ses résultats." in answer.text


def test_another_number_read_back_is_filed(desk, cast):
    desk.post("/message", form(cast, callback_number="06 39 98 00 20", read_back="1"))

    assert filed(desk, cast)[0].callback_number == "+33639980020"


def test_a_message_needs_a_level(desk, cast):
    assert desk.post("/message", form(cast, level="soon", view="message")).status_code == 422


def test_an_urgent_message_raises_its_alert(desk, cast):
    desk.post("/alert", form(cast, level="doctor_now"))

    assert filed(desk, cast)[0].alert_id == raised(desk, cast)[0].id


def test_an_alert_may_go_out_before_a_word_is_written(desk, cast):
    desk.post("/alert", form(cast, level="doctor_now", text=""))

    assert len(raised(desk, cast)) == 1
    assert filed(desk, cast) == ()


def test_an_alert_is_never_routine(desk, cast):
    assert desk.post("/alert", form(cast, level="routine", text="", view="alert")).status_code == 422


def test_the_ladder_shows_on_the_call(desk, cast):
    desk.post("/alert", form(cast, level="doctor_now"))

    assert "Alerte au médecin" in desk.page()


def test_a_callback_is_promised_at_a_time(desk):
    answer = desk.post("/callback", {"phone": BRUNO, "at": "14:30", "note": "résultats"})

    assert answer.status_code == 303
    assert "14:30" in desk.browser.get("/desk").text


def test_a_callback_without_a_time_is_refused(desk):
    answer = desk.post("/callback", {"phone": BRUNO, "at": "tantôt", "view": "callback"})

    assert answer.status_code == 422
    assert 'value="tantôt"' in answer.text


def card_of(desk):
    page = desk.browser.get("/desk").text
    start = page.index("/desk/callbacks/")
    return page[start : page.index('"', start)]


def test_a_callback_card_shows_number_and_note_and_is_settled(desk):
    desk.post("/callback", {"phone": BRUNO, "minutes": "30", "note": "résultats"})
    card = card_of(desk)

    page = desk.browser.get(card).text
    assert BRUNO in page
    assert "résultats" in page

    assert desk.browser.post(f"{card}/end", {"how": "settled"}).status_code == 303
    assert card not in desk.browser.get("/desk").text


def test_calling_back_opens_a_call(desk):
    desk.post("/callback", {"phone": BRUNO, "minutes": "30"})

    answer = desk.browser.post(f"{card_of(desk)}/call")

    assert "/desk/calls/" in answer.headers["Location"]


def test_an_open_loop_shows_its_ladder(desk, cast):
    desk.post("/alert", form(cast, level="doctor_now"))
    alert = raised(desk, cast)[0].id

    page = desk.browser.get(f"/desk/loops/{alert}")

    assert page.status_code == 200
    assert "Médecin maintenant" in page.text


def test_a_loop_of_another_service_is_not_found(desk, cast, log_in):
    desk.post("/alert", form(cast, level="doctor_now"))
    alert = raised(desk, cast)[0].id

    assert log_in(cast.stranger).get(f"/desk/loops/{alert}").status_code in {403, 404}
