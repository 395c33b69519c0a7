"""Whom a call is about: found, recognised, registered, spoken for."""

import re
from dataclasses import replace
from datetime import date

from telesec.patients import service as patients
from telesec.patients.service import RegisterPatient
from telesec.testing.cast import BRUNO_PHONE


def test_search_by_birth_date_finds_and_shows_to_compare(desk):
    desk.register()
    answer = desk.post("/patient/search", {"birth_date": "14031951", "letters": "lil"})

    assert answer.status_code == 200
    assert "LILAS Zoé" in answer.text


def test_search_with_an_impossible_date_says_that_no_calendar_has_it(desk):
    answer = desk.post("/patient/search", {"birth_date": "31/02/1951"})

    assert answer.status_code == 422
    assert "Ce jour n’existe pas" in answer.text
    assert 'value="31/02/1951"' in answer.text


def test_search_never_puts_a_birth_date_into_an_address(desk):
    answer = desk.post("/patient/search", {"birth_date": "14/03/1951"})

    assert "1951" not in answer.headers["HX-Push-Url"]


def test_register_links_the_patient_to_the_call(desk):
    assert desk.register().status_code == 303

    assert "LILAS Zoé" in desk.page()


def test_register_again_asks_whether_it_is_somebody_else(desk):
    desk.register()

    desk.register(given_name="Bruno", birth_date="02/05/1978", sex="male")

    answer = desk.register(given_name="Zoe")

    assert answer.status_code == 409
    assert re.findall(r"<b>(LILAS \w+)</b>", answer.text) == ["LILAS Zoé"]
    assert 'name="confirmed"' in answer.text
    assert 'value="Lilas"' in answer.text


def test_a_wrong_birth_date_offers_no_somebody_else(desk):
    assert 'name="confirmed"' not in desk.register(birth_date="31/02/1990").text


def test_register_somebody_else_after_looking(desk):
    desk.register()

    assert desk.register(given_name="Zoe", confirmed="1").status_code == 303


def test_a_shared_number_lists_everybody_met_under_it(desk, house, cast, log_in):
    desk.register()
    desk.register(given_name="Bruno", birth_date="02/05/1978", sex="male")

    opened = desk.browser.post("/desk/calls", {"practice_id": cast.lilas, "from_number": "+33639980010"})
    page = desk.browser.get(opened.headers["Location"]).text

    assert "LILAS Zoé" in page
    assert "LILAS Bruno" in page


def test_choose_without_a_choice_is_refused(desk):
    assert desk.post("/patient/choose", {}).status_code == 422


def test_who_speaks_for_a_patient_is_kept_with_them(desk):
    desk.register()

    answer = desk.post("/patient/caller", {"caller_name": "Bruno", "relation": "son fils"})

    assert answer.status_code == 303
    assert 'value="Bruno"' in desk.page()


def test_whoever_a_new_patient_may_be_is_listed_although_their_number_is_another(desk, house, cast):
    with house.deps.unit_of_work(cast.ada) as uow:
        for given, born, number in (("Zoé", 14, "+33639980077"), ("Luc", 15, BRUNO_PHONE)):
            twin = RegisterPatient(cast.lilas, "Lilas", given, date(1951, 3, born), phones=(number,))
            patients.register(uow, twin)
        uow.commit()

    page = desk.register().text
    listed = page[page.index('class="results"') : page.index("</ol>", page.index('class="results"'))]

    assert "LILAS Zoé" in listed
    assert "LILAS Luc" not in listed
    assert "1 personne trouvée" in page


def test_homonyms_under_one_number_stand_with_their_birth_dates(desk, house, cast):
    with house.deps.unit_of_work(cast.ada) as uow:
        for given, born in (("Zoé", 14), ("Zoé", 15), ("Luc", 16)):
            known = RegisterPatient(cast.lilas, "Lilas", given, date(1951, 3, born), phones=(BRUNO_PHONE,))
            patients.register(uow, replace(known, confirmed=True))
        uow.commit()

    picks = re.findall(r'class="tag pick">(.*?)</button>', desk.page(), re.DOTALL)

    assert sorted(re.sub("<.*?>", "", one) for one in picks) == [
        "LILAS Luc",
        "LILAS Zoé 14/03/1951",
        "LILAS Zoé 15/03/1951",
    ]
