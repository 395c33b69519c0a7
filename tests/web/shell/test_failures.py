"""Errors in the reader's language: a page for people, a problem document for programs (RFC 9457)."""

import pytest

from telesec.foundation.errors import NotFound, Refused, Stale, TooMany, Unavailable
from telesec.foundation.language import say
from telesec.web import failures, language
from telesec.web.access import public

RAISED = [
    (NotFound(), 404),
    (Refused("slot_taken", say("The request cannot be read.")), 409),
    (Stale(), 409),
    (Unavailable("calendar_unavailable", say("The request cannot be read.")), 503),
]


@pytest.mark.parametrize(("tongue", "word"), [("fr", "n’existe pas"), ("en", "does not exist")])
def test_a_page_not_found_speaks_the_browsers_language(client, tongue, word):
    answer = client.get("/nothing", headers={"Accept-Language": tongue})

    assert answer.status_code == 404
    assert f'<html lang="{tongue}">' in answer.text
    assert word in answer.text


def test_every_word_of_the_shell_has_its_french():
    assert language.untranslated(sentence.msgid for sentence in failures.WORDS.values()) == []


def test_a_program_gets_a_problem_document(client):
    answer = client.get("/api/v1/nothing", headers={"Accept-Language": "en"})

    assert answer.content_type == "application/problem+json"
    assert answer.json == {
        "type": "about:blank", "title": "not_found", "status": 404, "code": "not_found",
        "detail": "This does not exist or is not open to you.",
    }  # fmt: skip


@pytest.mark.parametrize(("error", "status"), RAISED, ids=lambda value: type(value).__name__)
def test_every_refusal_has_its_status_and_code_on_both_sides(app, client, error, status):
    def view():
        raise error

    app.add_url_rule("/refuses", "refuses", public("a test's own")(view))
    app.add_url_rule("/api/v1/refuses", "refuses_api", view)

    page, problem = client.get("/refuses"), client.get("/api/v1/refuses")

    assert page.status_code == problem.status_code == status
    assert page.mimetype == "text/html"
    assert problem.json["code"] == error.code


def test_a_wait_is_told_in_seconds(app, client):
    def view():
        raise TooMany(30)

    app.add_url_rule("/refuses", "refuses", public("a test's own")(view))

    answer = client.get("/refuses")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
