"""The page after an act: a script is given it at once, anybody else is sent to it."""

import re


def start(desk):
    return desk.post("/triage/start", {"words": "mal à la poitrine", "age": "75", "sex": "F"})


SCRIPT = {"HX-Request": "true"}


def given(desk):
    return {name: desk.hidden(name) for name in ("session_id", "question_id")} | {"answer": "no"}


def shown(text):
    """Return the desk's part of a page without what differs each time: its moment, its nonce."""
    return re.sub(r'(data-now|hx-nonce)="[^"]*"', "", text[text.index('id="desk"') :])


def test_an_answer_sent_by_the_script_is_answered_by_the_next_page_itself(desk, adopted):
    start(desk)

    answer = desk.browser.post(desk.url("/triage/answer"), given(desk), headers=SCRIPT)

    assert answer.status_code == 200
    assert answer.headers["HX-Push-Url"] == desk.url()
    assert shown(answer.text) == shown(desk.page())


def test_an_answer_sent_without_script_is_redirected(desk, adopted):
    start(desk)

    answer = desk.browser.post(desk.url("/triage/answer"), given(desk))

    assert (answer.status_code, answer.location) == (303, desk.url())


def test_an_answer_sent_twice_by_the_script_counts_once(desk, adopted):
    start(desk)
    form = given(desk)
    desk.browser.post(desk.url("/triage/answer"), form, headers=SCRIPT)
    next_question = desk.hidden("question_id")

    desk.browser.post(desk.url("/triage/answer"), form, headers=SCRIPT)

    assert desk.hidden("question_id") == next_question


def test_what_was_typed_into_an_act_that_was_done_is_not_on_the_page_it_brings(desk):
    form = {"caller_name": "Mme Serin", "text": "de la fièvre", "view": "message"}

    answer = desk.browser.post(desk.url("/details"), form, headers=SCRIPT)

    assert answer.headers["HX-Push-Url"] == desk.url("?view=message")
    assert "Mme Serin" in answer.text
    assert "de la fièvre" not in answer.text


def test_a_call_closed_by_the_script_leaves_for_the_queue(desk):
    answer = desk.browser.post(desk.url("/close"), {"outcome": "information"}, headers=SCRIPT)

    assert (answer.status_code, answer.location) == (303, "/desk")
