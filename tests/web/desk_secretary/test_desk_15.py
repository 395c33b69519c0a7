"""The screen of the 15: what is read out to it, where the patient is, when it ends."""

import re

import pytest

from telesec.messages import reads as messages


def start(desk, words="mal à la poitrine"):
    return desk.post("/triage/start", {"words": words, "age": "75", "sex": "F"})


def test_words_that_call_the_15_by_themselves_are_read_out_to_it(desk, adopted):
    start(desk, "elle ne respire plus")

    page = desk.page()
    assert "desk-15" in page
    read_out = page[page.index("<dt>Quoi</dt>") :]
    assert re.search(r"<dd>.*« elle ne respire plus ».*</dd>", read_out.split("<dt>")[1])


@pytest.mark.parametrize(("voice", "asked"), [("you", "Où êtes-vous"), ("she", "Où est le patient")])
def test_the_15_is_told_where_the_patient_is_not_who_calls_for_them(desk, adopted, voice, asked):
    desk.post("/triage/start", {"words": "je ne respire plus", "sex": "F", "voice": voice})

    page = desk.page()

    assert f'placeholder="{asked}' in page
    assert ("dites d’abord sa commune" in page) == (voice != "you")


def test_the_15_screen_ends_when_the_15_has_taken_over(desk, adopted):
    start(desk)
    desk.answer("yes")
    desk.post("/details", {"handover": "transfer"})
    assert "desk-15" in desk.page()

    desk.post("/details", {"handover": "done"})

    assert "desk-15" not in desk.page()


def test_the_address_read_to_the_15_is_kept(desk, adopted):
    start(desk)
    desk.answer("yes")

    desk.post("/details", {"address": "8 chemin des Glycines", "address_read_back": "1"})

    assert 'value="8 chemin des Glycines"' in desk.page()


def test_who_is_elsewhere_gives_the_number_where_the_patient_answers(desk, adopted):
    desk.post("/triage/start", {"words": "elle ne respire plus", "sex": "F", "voice": "away"})

    desk.post("/details", {"beside": "no", "patient_phone": "06 39 98 00 20"})

    read_out = desk.page().split("<dt>Numéro</dt>")[1].split("<dt>")[0]
    assert 'value="06 39 98 00 20"' in read_out
    assert "il n’est pas auprès du patient" in read_out


def test_who_is_beside_the_patient_is_asked_for_no_other_number(desk, adopted):
    desk.post("/triage/start", {"words": "elle ne respire plus", "sex": "F", "voice": "beside"})

    assert 'name="patient_phone"' not in desk.page()


def test_a_number_that_is_none_is_refused_and_stays_typed(desk, adopted):
    desk.post("/triage/start", {"words": "elle ne respire plus", "sex": "F", "voice": "away"})

    answer = desk.post("/details", {"beside": "no", "patient_phone": "chez sa voisine"})

    assert answer.status_code == 422
    assert "Vérifiez le numéro" in answer.text
    assert 'value="chez sa voisine"' in answer.text


def test_the_doctor_reads_the_sign_nobody_knew_as_it_was_asked(desk, adopted, cast):
    start(desk, "mal de tête")
    while "/triage/answer" in (page := desk.page()) and 'data-view="15"' not in page:
        desk.answer("unknown")

    with desk.house.deps.unit_of_work(cast.ada) as uow:
        (letter,) = messages.of_call(uow, *desk.call)
    assert letter.text.count("Ne sait pas.") == 1


def test_what_was_not_asked_is_not_read_to_the_15(desk, adopted):
    desk.register(birth_date="12/10/2026", given_name="Jules", sex="male")
    start(desk, "fièvre")
    while 'data-view="15"' not in desk.page():
        desk.answer("no")

    page = desk.page()
    assert "non demandé" not in page
    assert "« fièvre »" in page.replace("\u202f", " ").replace("\xa0", " ")


def test_the_15_counts_from_the_sign_not_from_an_earlier_alert(desk, adopted, cast, clock):
    number = "06 39 98 00 10"
    letter = {
        "practitioner_id": cast.dr_lune_id,
        "level": "doctor_now",
        "text": "A mal.",
        "number_was": number,
    }
    desk.post("/message", {**letter, "callback_number": number})
    clock.advance(seconds=40)
    start(desk, "ne respire plus")

    assert re.search(r'data-since="[^"]*">0:00<', desk.page())


def test_a_small_child_does_not_speak_for_itself(desk):
    desk.register(birth_date="12/10/2026", given_name="Jules", sex="male")
    assert '<option value="you">' in desk.page()
