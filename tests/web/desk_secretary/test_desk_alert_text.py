"""What an urgent message begins with: the caller's words, the person, what decided, what was not known."""

import html
import re
from dataclasses import replace

import pytest

from telesec.alerts import reads as alerts
from telesec.calls import service as calls
from telesec.calls.service import OpenCall
from telesec.messages import reads as messages

BRUNO, OTHER = "06 39 98 00 10", "06 39 98 00 20"
WORDS = "mal au ventre depuis hier"


def answer_all(desk, **given):
    """Answer by the question's own name, no for the others, until there is a result."""
    while 'name="question_id"' in desk.page():
        name = desk.hidden("question_id").rpartition(".")[2]
        desk.answer(given.get(name, "no"))


def proposed(desk):
    """Return the lines the page offers, none when it offers nothing."""
    found = re.search(r'<p id="proposal-[^>]*>([^<]*)</p>', desk.page("alert"))
    return html.unescape(found[1]).splitlines() if found else []


@pytest.fixture
def judged(desk, adopted):
    """Zoé, 40, belly: something the doctor must hear of now."""
    desk.post("/triage/start", {"words": WORDS, "age": "40", "sex": "F", "pregnant": "no"})
    answer_all(desk, fievre_jaune="yes")
    return desk


def filed(desk, cast):
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        return messages.of_call(uow, *desk.call)


def alert(desk, cast, **more):
    form = {"practitioner_id": cast.dr_lune_id, "level": "doctor_now", "view": "alert"}
    return desk.post("/alert", {**form, "callback_number": BRUNO, "number_was": BRUNO, **more})


def test_it_says_complaint_words_person_what_decided_and_the_number(judged):
    lines = proposed(judged)

    assert lines[0] == "Mal au ventre"
    assert lines[1] == f"Mots de l’appelant\u00a0: «\u00a0{WORDS}\u00a0»"
    assert lines[2] == "Femme, 40 ans"
    decided = [line for line in lines if line.startswith("Ce qui a décidé")]
    assert any("yeux jaunes" in line and line.endswith("Oui.") for line in decided)
    assert lines[-1] == f"À rappeler\u00a0: {BRUNO}"
    assert len(lines) == len(set(lines))


def test_it_says_that_the_caller_is_elsewhere_and_where_the_patient_answers(judged):
    judged.post("/details", {"beside": "no", "patient_phone": OTHER})

    assert proposed(judged)[-3:] == [
        "L’appelant n’est pas auprès du patient.",
        f"Le patient répond au\u00a0: {OTHER}",
        f"À rappeler\u00a0: {BRUNO}",
    ]


def test_a_yes_that_did_not_decide_is_told_after_what_did(desk, adopted):
    desk.post("/triage/start", {"words": WORDS, "age": "40", "sex": "F", "pregnant": "no"})
    session = {"session_id": desk.hidden("session_id")}
    answer_all(desk, habituel="yes")
    desk.post("/triage/raise", {**session, "level": "doctor_now", "reason": "très pâle"})

    lines = proposed(desk)

    plain = next(at for at, line in enumerate(lines) if "douleur habituelle" in line)
    assert lines[plain].startswith("Est-ce une douleur habituelle")
    assert lines[plain].endswith("Oui.")
    assert lines[plain - 1].startswith("Ce qui a décidé\u00a0: Relevé par le secrétariat")
    assert lines[plain - 1].endswith("très pâle")


@pytest.mark.parametrize(("given", "told"), [("unknown", "Ne sait pas"), ("refused", "Refuse de répondre")])
def test_what_was_asked_and_not_answered_is_told(desk, adopted, given, told):
    desk.post("/triage/start", {"words": WORDS, "age": "40", "sex": "F", "pregnant": "no"})
    answer_all(desk, habituel=given)

    lines = proposed(desk)

    [line] = [line for line in lines if "douleur habituelle" in line]
    assert line.startswith(f"{told}\u00a0: Est-ce une douleur habituelle")


def test_what_nobody_said_of_the_person_is_said_to_be_unknown(desk, adopted):
    desk.post("/triage/start", {"words": WORDS})
    answer_all(desk, fievre_jaune="yes")

    assert "Sexe inconnu, âge inconnu" in proposed(desk)


@pytest.mark.parametrize(("age", "unit", "told"), [("1", "months", "1 mois"), ("30", "months", "30 mois")])
def test_the_youngest_are_told_in_months(desk, adopted, age, unit, told):
    desk.post("/triage/start", {"words": WORDS, "age": age, "age_unit": unit, "sex": "M"})
    answer_all(desk)

    assert f"Homme, {told}" in desk.page("alert")


def test_nothing_is_offered_without_a_result_elsewhere_or_twice(desk, adopted, cast):
    assert proposed(desk) == []
    desk.post("/triage/start", {"words": WORDS, "age": "40", "sex": "F"})
    assert proposed(desk) == []

    answer_all(desk, fievre_jaune="yes")
    assert proposed(desk)
    assert "proposal-" not in re.sub(r'data-proposal="[^"]*"', "", desk.page("message"))

    alert(desk, cast, text="\r\n".join(proposed(desk)))
    assert proposed(desk) == []


def test_a_note_somebody_wrote_is_shown_as_it_is(judged):
    judged.post("/draft", {"text": "Très pâle, parle à peine.", "seen": 0})

    page = judged.page("alert")

    assert re.search(r"<textarea[^>]*>\s*Très pâle, parle à peine\.</textarea>", page)


def test_looking_writes_nothing(judged):
    assert proposed(judged)

    kept = judged.browser.get(judged.url("/draft")).json
    assert (kept["text"], kept["version"]) == ("", 0)


def test_it_arrives_sealed_with_the_alert_as_corrected(judged, cast):
    text = "\r\n".join(["Pâle depuis ce matin.", *proposed(judged)])

    assert alert(judged, cast, text=text).status_code == 303

    [card] = filed(judged, cast)
    assert card.text.splitlines() == text.splitlines()
    with judged.house.deps.unit_of_work(cast.ada) as uow:
        assert [row.id for row in alerts.of_call(uow, *judged.call)] == [card.alert_id]


def test_another_number_typed_and_read_back_is_the_one_in_the_text(judged, cast):
    text = "\r\n".join([*proposed(judged), f"Appelle du {BRUNO}."])

    alert(judged, cast, text=text, callback_number=OTHER, read_back="1")

    [card] = filed(judged, cast)
    assert card.callback_number == "+33639980020"
    assert card.text.splitlines()[-2:] == [f"À rappeler\u00a0: {OTHER}", f"Appelle du {BRUNO}."]


def test_without_a_known_number_it_never_holds_the_alert_up(desk, cast, adopted):
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        call = calls.open_call(uow, OpenCall(cast.lilas))
        uow.commit()
    desk = replace(desk, call=call)
    desk.post("/triage/start", {"words": WORDS, "age": "40", "sex": "F"})
    answer_all(desk, fievre_jaune="yes")

    assert "data-begins" not in desk.page("alert")
    assert not any(line.startswith("À rappeler") for line in proposed(desk))
