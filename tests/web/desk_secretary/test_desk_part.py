"""A script that answers a question is given the next one alone; anything else brings the whole page."""

import pytest

SCRIPT = {"HX-Request": "true", "X-Telesec-Part": "1"}
MOST = 27
"""Statements of an answer and the question after it: the edge, the act, the part."""


@pytest.fixture
def question(desk, adopted):
    desk.post("/triage/start", {"words": "mal de tête, nuque raide", "age": "35", "sex": "F"})
    return desk


def answer(desk, given, headers=SCRIPT, **more):
    form = {name: desk.hidden(name) for name in ("session_id", "question_id")} | more
    return desk.browser.post(desk.url("/triage/answer"), {**form, "answer": given}, headers=headers)


def is_part(found):
    return (
        "X-Telesec-Part" in found.headers and 'id="deciding"' in found.text and 'id="desk"' not in found.text
    )


def is_whole(found):
    return (
        "X-Telesec-Part" not in found.headers and 'id="desk"' in found.text and 'id="deciding"' in found.text
    )


def test_the_next_question_comes_alone_and_asks_little(question, asked):
    form = {name: question.hidden(name) for name in ("session_id", "question_id")}
    asked.clear()
    found = question.browser.post(question.url("/triage/answer"), {**form, "answer": "no"}, headers=SCRIPT)

    assert is_part(found)
    assert len(asked) <= MOST
    assert found.headers["HX-Push-Url"] == question.url()
    assert f'value="{form["question_id"]}"' not in found.text
    assert 'name="question_id"' in found.text


def test_the_part_is_what_the_page_shows(question):
    part = answer(question, "no").text.strip()

    page = question.page()
    assert part.split("csrf_token")[0] in page
    assert next(line for line in part.splitlines() if "aria-live" in line) in page


def test_a_sign_ticked_and_an_answer_taken_back_come_alone_too(question):
    answer(question, "no")
    session = {"session_id": question.hidden("session_id")}

    back = question.browser.post(question.url("/triage/undo"), session, headers=SCRIPT)
    sign = question.browser.post(question.url("/triage/sign"), {**session, "tick": "x.y"}, headers=SCRIPT)

    assert is_part(back)
    assert is_whole(sign)
    assert sign.status_code == 409


def test_an_older_page_is_given_the_whole_one(question):
    assert is_whole(answer(question, "no", {"HX-Request": "true"}))


def test_a_browser_without_script_is_sent_to_the_page(question):
    assert answer(question, "no", {}).status_code == 303


def test_a_vital_sign_takes_the_whole_screen(question):
    found = answer(question, "yes")

    assert "X-Telesec-Part" not in found.headers
    assert 'id="desk" data-view="15"' in found.text


def test_an_answer_to_a_question_that_has_passed_brings_the_page_with_the_reason(question):
    old = {"question_id": question.hidden("question_id")}
    answer(question, "no")
    answer(question, "no")

    found = answer(question, "yes", **old)
    assert is_whole(found)
    assert found.status_code == 409


def test_the_last_answer_brings_the_whole_page(question):
    for _ in range(60):
        found = answer(question, "no")
        if is_whole(found):
            break
        assert is_part(found)

    assert "/triage/told" in found.text
    assert 'name="question_id"' not in found.text
