"""Triage on the desk: words, one question at a time, the level, the 15."""

import re

from telesec.alerts import reads as alerts


def start(desk, words="mal à la poitrine"):
    return desk.post("/triage/start", {"words": words, "age": "75", "sex": "F"})


def test_words_lead_to_the_first_question(desk, adopted):
    assert start(desk).status_code == 303

    page = desk.page()
    assert 'name="question_id"' in page
    assert 'value="unknown"' in page


def test_no_words_and_no_protocol_is_refused_and_says_what_to_do(desk):
    answer = desk.post("/triage/start", {"words": "", "age": "75"})

    assert answer.status_code == 422
    assert 'value="75"' in answer.text


def test_figures_are_no_words(desk, adopted):
    answer = desk.post("/triage/start", {"words": " 4031951 "})

    assert answer.status_code == 422
    assert 'name="question_id"' not in desk.page()


def test_a_protocol_needs_no_words(desk, adopted):
    assert desk.post("/triage/start", {"words": "", "protocol": "symptome_non_liste"}).status_code == 303


def test_an_answer_brings_the_next_question(desk, adopted):
    start(desk)
    before = desk.hidden("question_id")

    desk.answer("no")

    assert desk.hidden("question_id") != before


def test_an_answer_to_an_old_question_changes_nothing(desk, adopted):
    start(desk)
    old = {name: desk.hidden(name) for name in ("session_id", "question_id")}
    desk.answer("no")
    now = desk.hidden("question_id")

    answer = desk.post("/triage/answer", {**old, "answer": "yes"})

    assert answer.status_code == 409
    assert desk.hidden("question_id") == now


def test_an_answer_must_be_one(desk, adopted):
    start(desk)

    assert desk.answer("perhaps").status_code == 422


def test_a_vital_sign_takes_the_screen_and_raises_one_alert(desk, adopted, cast):
    start(desk)
    desk.answer("yes")

    page = desk.page()
    assert "desk-15" in page
    with desk.house.deps.unit_of_work(cast.ada) as uow:
        raised = alerts.of_call(uow, *desk.call)
    assert [row.level.value for row in raised] == ["call15_now"]


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


def test_a_level_is_raised_with_a_reason_only(desk, adopted):
    start(desk, "ordonnance à renouveler")
    session = {"session_id": desk.hidden("session_id")}

    refused = desk.post("/triage/raise", {**session, "level": "doctor_now", "reason": ""})

    assert refused.status_code == 422


def test_raised_to_doctor_now_offers_the_alert_first(desk, adopted):
    start(desk, "ordonnance à renouveler")
    session = {"session_id": desk.hidden("session_id")}

    desk.post("/triage/raise", {**session, "level": "doctor_now", "reason": "très pâle"})
    while 'name="question_id"' in desk.page():
        desk.answer("no")

    assert "Alerter le médecin maintenant" in desk.page()


def test_an_unknown_level_is_refused(desk, adopted):
    start(desk)

    answer = desk.post(
        "/triage/raise", {"session_id": desk.hidden("session_id"), "level": "x", "reason": "y"}
    )

    assert answer.status_code == 422


def test_words_to_say_are_set_as_french_is_printed(desk, adopted):
    start(desk)

    desk.answer("yes")

    assert "C’est une situation pour le 15." in desk.page()
    assert "C&#39;est" not in desk.page()


def test_raise_without_a_reason_points_at_the_reason(desk, adopted):
    start(desk)
    form = {"session_id": desk.hidden("session_id"), "level": "call15_now", "reason": ""}

    answer = desk.post("/triage/raise", form)

    assert answer.status_code == 422
    assert '<details class="more" open>' in answer.text
    assert 'aria-invalid="true" aria-describedby="refusal" autofocus' in answer.text


def test_a_judged_triage_keeps_every_answer_and_the_notes_place(desk, adopted):
    start(desk)
    while 'id="question"' in (page := desk.page()):
        desk.answer("no")

    shown = page[page.index('class="qa"') :]
    folded = shown[shown.index('<details class="more"><summary>') :]

    asked = int(re.search(r"(\d+) réponses", page)[1])
    assert f"{asked - 2} autres réponses" in folded
    assert shown.count('class="ans"') == asked


def test_a_man_somebody_else_calls_for_is_spoken_of_as_one(desk, adopted):
    desk.post("/triage/start", {"words": "mal à la poitrine", "age": "75", "sex": "M", "voice": "she"})

    page = desk.page()

    assert re.search(r'class="q"[^>]*>[^<]*-il\b', page)
    assert not re.search(r'class="q"[^>]*>[^<]*-elle', page)


def test_doctor_reads_the_questions_as_they_were_asked(desk, adopted, house, cast, log_in):
    desk.post("/triage/start", {"words": "mal à la poitrine", "age": "75", "sex": "M", "voice": "you"})
    desk.answer("yes")
    with house.deps.unit_of_work(cast.ada) as uow:
        (row,) = alerts.under_way(uow).items

    page = log_in(cast.dr_lune).get(f"/phone/alerts/{row.id}").text

    assert "Avez-vous mal" in page
    assert "A-t-elle" not in page
