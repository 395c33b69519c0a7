"""Red flags in what was typed as a mere request, and what is known of the caller."""

import pytest

from telesec.messages import reads as messages
from telesec.triage import reads as triage
from telesec.triage.levels import Level

NOTE = "Rappeler pour un renouvellement. Dit avoir mal à la poitrine depuis ce matin."


def message(cast, **more):
    typed = {"practitioner_id": cast.dr_lune_id, "level": "routine", "text": NOTE, "view": "message"}
    return typed | {"callback_number": "06 39 98 00 10", "number_was": "06 39 98 00 10"} | more


def filed(desk, cast):
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        return messages.of_call(uow, *desk.call)


def session(desk, cast):
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        return triage.latest_of_call(uow, desk.house.deps.library, *desk.call)


def test_a_message_that_names_a_red_flag_asks_for_the_questions_first(desk, adopted, cast):
    answer = desk.post("/message", message(cast))

    assert answer.status_code == 422
    assert "Poser les questions" in answer.text
    assert NOTE in answer.text
    assert filed(desk, cast) == ()


def test_pressing_again_goes_on(desk, adopted, cast):
    desk.post("/message", message(cast))

    assert desk.post("/message", message(cast, unasked="1")).status_code == 303

    assert [card.text for card in filed(desk, cast)] == [NOTE]


def test_the_questions_open_on_the_words_and_keep_the_note(desk, adopted, cast):
    desk.post("/triage/start", {"words": NOTE, "text": NOTE})

    assert session(desk, cast).question.id == "tronc_commun.douleur_poitrine"
    assert desk.browser.get(desk.url("/draft")).json["text"] == NOTE


def test_a_call_that_was_triaged_is_not_asked_again(desk, adopted, cast):
    desk.post("/triage/start", {"words": "renouvellement", "age": "40"})

    assert desk.post("/message", message(cast)).status_code == 303


@pytest.mark.parametrize(
    "text", ["Demande ses résultats.", "Renouvellement, pas de fièvre.", "Facture à renvoyer."]
)
def test_a_mere_request_is_filed_at_once(desk, adopted, cast, text):
    assert desk.post("/message", message(cast, text=text)).status_code == 303


def test_an_urgent_message_is_never_held_back(desk, adopted, cast):
    assert desk.post("/message", message(cast, level="doctor_now")).status_code == 303


def test_a_reason_of_an_appointment_is_read_too(desk, adopted):
    assert (
        "Poser les questions" in desk.post("/book", {"reason": "mal à la poitrine", "view": "booking"}).text
    )


def test_a_note_left_at_the_end_of_a_call_is_read_too(desk, adopted):
    desk.post("/draft", {"text": NOTE, "seen": 0})

    assert desk.post("/close", {"outcome": "information", "view": "outcome"}).status_code == 422
    assert desk.post("/close", {"outcome": "information", "unasked": "1"}).status_code == 303


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ({}, Level.H48_72),
        ({"repeat": "better"}, Level.SAME_DAY),
        ({"repeat": "worse"}, Level.DOCTOR_NOW),
        ({"frail": "1"}, Level.SAME_DAY),
        ({"vulnerable": "1"}, Level.DOCTOR_NOW),
        ({"pregnant": "yes"}, Level.SAME_DAY),
    ],
)
def test_what_is_said_of_the_person_and_the_call_raises(desk, adopted, cast, said, level):
    desk.post("/triage/start", {"protocol": "toux_rhume", "age": "30", "sex": "F", "pregnant": "no", **said})
    while session(desk, cast).question:
        desk.answer("no")

    assert session(desk, cast).level is level
