"""What people type and paste, told to the desk: a clear sentence, and nothing lost."""

import pytest

from telesec.calls import reads as calls
from telesec.calls.rules import CallState, DraftKind

LONG = "é" * 50_000
RIGHT_TO_LEFT = "\u202bمريم الزهراء\u202c"
COMBINING = "Zoe\u0301 Be\u0301ranger"


def test_number_nobody_can_dial_stands_beside_its_field(ada, cast):
    typed = {"practice_id": str(cast.lilas), "from_number": "douze"}

    answer = ada.post("/desk/calls", typed)

    assert answer.status_code == 422
    assert 'value="douze" aria-invalid="true" aria-describedby="wrong-from_number"' in answer.text
    assert answer.text.count('role="alert" id="wrong-from_number"') == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("06.39.98.00.10", "+33639980010"),
        ("06 39 98 00 10", "+33639980010"),
        ("+33 (0)6-39-98-00-10", "+33639980010"),
        ("+44 20 7946 0018", "+442079460018"),
        ("0044 20 7946 0018", "+442079460018"),
        ("+32 2 555 12 12", "+3225551212"),
    ],
)
def test_number_is_taken_as_people_type_it(house, ada, cast, typed, kept):
    answer = ada.post("/desk/calls", {"practice_id": str(cast.lilas), "from_number": typed})

    assert answer.status_code == 303
    call_id = answer.location.rstrip("/").rsplit("/", 1)[1].split("?")[0]
    with house.deps.unit_of_work(cast.ada) as uow:
        (row,) = [one for one in calls.queue(uow) if str(one.id) == call_id]
        assert calls.call(uow, cast.lilas, row.id).from_number == kept


@pytest.mark.parametrize(
    ("family", "given"),
    [
        ("O'Neill", "Zoé"),
        ("D’Aubigné", "Jean-Noël"),
        ("Lefèvre-Œuvrard", "Anne"),
        (RIGHT_TO_LEFT, "مريم"),
        (COMBINING, "Zoe\u0301"),
    ],
)
def test_name_is_kept_as_it_was_typed(desk, house, cast, family, given):
    assert desk.register(family_name=family, given_name=given).status_code == 303

    found = desk.post("/patient/search", {"birth_date": "14/03/1951", "letters": family[:4].strip("\u202b")})

    assert found.status_code == 200
    assert given.replace("'", "&#39;") in found.text


@pytest.mark.parametrize(
    ("born", "why"),
    [
        ("14/03/2051", "dans l’avenir"),
        ("14/03/1899", "trop ancienne"),
        ("29/02/2023", "Ce jour n’existe pas"),
        ("31/02/1990", "Ce jour n’existe pas"),
        ("hier", "jour, mois, année"),
    ],
)
def test_birth_date_nobody_can_have_stands_beside_its_field(desk, born, why):
    answer = desk.register(birth_date=born)

    assert answer.status_code == 422
    assert 'id="wrong-birth_date"' in answer.text
    assert why in answer.text
    assert f'value="{born}"' in answer.text
    assert 'value="Zoé"' in answer.text


@pytest.mark.parametrize("field", ["family_name", "given_name", "phone"])
def test_paste_of_fifty_thousand_characters_is_refused_and_kept(desk, field):
    answer = desk.register(**{field: LONG})

    assert answer.status_code == 422
    assert f'id="wrong-{field}"' in answer.text
    assert LONG in answer.text


def test_register_sent_twice_makes_no_second_patient(desk):
    assert desk.register().status_code == 303

    again = desk.register()

    assert again.status_code == 409
    assert 'value="Zoé"' in again.text


def test_close_sent_twice_is_one_close(desk):
    for _ in range(2):
        assert desk.post("/close", {"outcome": "information"}).status_code == 303


def test_form_sent_again_after_the_close_says_the_call_is_over(desk):
    desk.post("/close", {"outcome": "information"})

    answer = desk.register()

    assert answer.status_code == 409
    assert 'role="alert"' in answer.text


def note(desk, text="Douleur depuis hier.", **headers):
    path, form = desk.url("/draft"), {"text": text, "seen": "0"}
    return desk.browser.post(path, form, headers={"Accept": "application/json", **headers})


def test_note_of_a_session_that_ended_answers_a_problem(desk):
    desk.browser.post("/logout")

    answer = note(desk)

    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


def test_note_of_a_locked_session_answers_a_problem(desk):
    desk.browser.post("/lock")

    answer = note(desk)

    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


def test_note_is_saved_by_the_session_that_follows(desk, log_in, house, cast):
    desk.browser.post("/logout")
    fresh = log_in(cast.ada)
    told = fresh.get(desk.url("/draft"), headers={"Accept": "application/json"}).json

    answer = fresh.client.post(
        desk.url("/draft"),
        data={"text": "Douleur depuis hier.", "seen": str(told["version"])},
        headers={"X-CSRF-Token": told["token"], "Sec-Fetch-Site": "same-origin"},
    )

    assert answer.status_code == 200
    with house.deps.unit_of_work(cast.ada) as uow:
        kept = calls.call(uow, *desk.call).drafts[DraftKind.NOTE]
    assert kept.text == "Douleur depuis hier."


def test_note_of_fifty_thousand_characters_is_answered_with_a_sentence(desk):
    answer = note(desk, LONG)

    assert answer.status_code in {200, 422}
    assert answer.json.get("version") or "caractères" in answer.json["detail"]


def test_double_press_on_the_next_call_takes_one(ring, ada, house, cast):
    ring(name="CA1")

    first, second = ada.post("/desk/next"), ada.post("/desk/next")

    assert (first.status_code, second.status_code) == (303, 409)
    with house.deps.unit_of_work(cast.ada) as uow:
        assert [row.state for row in calls.queue(uow)] == [CallState.OPEN]
