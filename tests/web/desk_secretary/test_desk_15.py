"""The screen of the 15: what is read out to it, where the patient is, when it ends."""

import re

import pytest


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
