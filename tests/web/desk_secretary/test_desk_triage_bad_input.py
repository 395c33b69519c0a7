"""Bad input to the triage sheet: a clear sentence, what was typed kept, the session as it was."""

import pytest

from telesec.accounts.step_up import Act
from telesec.testing.logins import stepped_up
from telesec.triage import drafts, signing
from telesec.triage.signing import Sign

LONG = "é" * 10_000


@pytest.mark.parametrize(
    ("age", "unit"),
    [("-1", "years"), ("200", "years"), ("121", "years"), ("1500", "months"), ("douze", "years")],
)
def test_an_absurd_age_is_told_beside_what_was_typed(desk, adopted, age, unit):
    typed = {"words": "mal à la poitrine", "age": age, "age_unit": unit}

    answer = desk.post("/triage/start", typed)

    assert answer.status_code == 422
    assert "Écrivez un âge de 0 à 120 ans" in answer.text
    assert f'value="{age}" aria-invalid="true"' in answer.text
    assert 'value="mal à la poitrine"' in answer.text
    assert 'name="question_id"' not in desk.page()


@pytest.mark.parametrize(
    ("age", "unit"), [("0", "years"), ("120", "years"), ("1440", "months"), ("", "years")]
)
def test_any_age_of_a_person_starts(desk, adopted, age, unit):
    typed = {"words": "mal à la poitrine", "age": age, "age_unit": unit}

    assert desk.post("/triage/start", typed).status_code == 303


@pytest.mark.parametrize("words", ["🤕🤮", "…!?", "   "])
def test_signs_are_no_words_and_it_is_said(desk, adopted, words):
    answer = desk.post("/triage/start", {"words": words})

    assert answer.status_code == 422
    assert 'id="words"' in answer.text


@pytest.mark.parametrize("words", ["ألم في الصدر", "болит голова", LONG])
def test_words_nobody_can_read_start_the_questions(desk, adopted, words):
    assert desk.post("/triage/start", {"words": words}).status_code in {303, 422}
    answer = desk.post("/triage/start", {"words": words[:900]})

    assert answer.status_code == 303
    assert desk.hidden("question_id")


@pytest.mark.parametrize("asked", ["tronc_commun.inconnue", "é🤕", ""])
def test_an_unknown_question_changes_nothing(desk, adopted, asked):
    desk.post("/triage/start", {"words": "mal à la poitrine"})
    now = desk.hidden("question_id")

    answer = desk.post(
        "/triage/answer", {"session_id": desk.hidden("session_id"), "question_id": asked, "answer": "yes"}
    )

    assert answer.status_code == 409
    assert "Répondez à celle qui est affichée" in answer.text
    assert desk.hidden("question_id") == now


def test_two_tabs_answer_one_question_once(desk, adopted):
    desk.post("/triage/start", {"words": "mal à la poitrine"})
    seen = {name: desk.hidden(name) for name in ("session_id", "question_id")}

    first = desk.post("/triage/answer", {**seen, "answer": "no"})
    after = desk.hidden("question_id")
    same = desk.post("/triage/answer", {**seen, "answer": "no"})
    other = desk.post("/triage/answer", {**seen, "answer": "yes"})

    assert (first.status_code, same.status_code, other.status_code) == (303, 303, 409)
    assert desk.hidden("question_id") == after


def test_a_session_nobody_knows_is_not_found(desk, adopted):
    unknown = {"session_id": "018f0000-0000-7000-8000-000000000000", "question_id": "x.y", "answer": "no"}

    assert desk.post("/triage/answer", unknown).status_code == 404


def test_a_protocol_replaced_in_mid_call_says_to_start_again(desk, adopted, house, cast):
    desk.post("/triage/start", {"words": "bouche de travers"})
    desk.answer("no")
    seen = {name: desk.hidden(name) for name in ("session_id", "question_id")}
    with house.deps.unit_of_work(stepped_up(house.deps, cast.dr_lune, Act.SIGN_PROTOCOL)) as uow:
        draft = drafts.begin(uow, house.deps.library, cast.lilas, "signes_avc")
        document = draft.document.model_dump(mode="json")
        drafts.save(uow, house.deps.library, cast.lilas, document, 0)
        found = signing.review(uow, house.deps.library, cast.lilas, "signes_avc")
        signing.sign(uow, house.deps.library, Sign(cast.lilas, "signes_avc", found.mark))
        uow.commit()

    answer = desk.post("/triage/answer", {**seen, "answer": "no"})

    assert answer.status_code == 409
    assert "Recommencez le tri" in answer.text
    assert desk.post("/triage/start", {"words": "bouche de travers"}).status_code == 303


TOO_LONG = "mal à la poitrine " + "et encore autre chose " * 60


def test_words_that_are_too_long_are_refused_and_stay_whole(desk, adopted):
    answer = desk.post("/triage/start", {"words": TOO_LONG})

    assert answer.status_code == 422
    assert f"Ce texte compte {len(TOO_LONG.strip())} caractères, 1000 au plus" in answer.text
    assert f'value="{TOO_LONG}" aria-invalid="true"' in answer.text
    assert 'name="question_id"' not in desk.page()


def test_other_words_that_are_too_long_stay_in_their_field(desk, adopted):
    desk.post("/triage/start", {"words": "mal à la poitrine"})

    answer = desk.post("/triage/start", {"words": TOO_LONG})

    assert answer.status_code == 422
    assert f'value="{TOO_LONG}"' in answer.text


def test_the_passage_of_a_long_note_that_names_a_sign_is_asked_about(desk, adopted):
    note = "Rappeler pour le dossier. " * 60 + "Il a très mal à la poitrine. " + "Merci à vous. " * 60

    answer = desk.post("/triage/start", {"named": note})

    assert answer.status_code == 303
    assert "mal à la poitrine" in desk.page()


@pytest.mark.parametrize("field", ["caller_name", "relation", "address"])
def test_a_fact_that_is_too_long_is_not_cut(desk, field):
    answer = desk.post("/details", {field: "é" * 301})

    assert answer.status_code == 422
    assert "é" * 301 in answer.text
    assert "300 au plus" in answer.text
