"""The pages in the whole application: real sessions, form tokens, the lock."""

import pytest

from telesec.app import create_app
from telesec.testing.logins import browser_as

PAGES = {"dr_lune": "/phone", "supervisor": "/supervisor", "manager": "/practice"}


@pytest.fixture
def app(deps):
    return create_app(deps)


@pytest.mark.parametrize(("role", "page"), PAGES.items())
def test_page_opens_to_who_logged_in(deps, cast, app, role, page):
    answer = browser_as(deps, app, getattr(cast, role)).get(page)

    assert answer.status_code in {200, 303}
    assert "nonce-" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_form_without_its_token_does_nothing(deps, cast, app, urgent):
    browser = browser_as(deps, app, cast.dr_lune)

    answer = browser.post(f"/phone/alerts/{urgent.alert_id}/take", {"csrf_token": "of another session"})

    assert answer.status_code == 403
    assert "Je prends" in browser.get(f"/phone/alerts/{urgent.alert_id}").text


def test_form_of_another_site_does_nothing(deps, cast, app, urgent):
    browser = browser_as(deps, app, cast.dr_lune)

    answer = browser.post(f"/phone/alerts/{urgent.alert_id}/take", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_watching_does_not_keep_a_session_open(deps, cast, app, clock):
    browser = browser_as(deps, app, cast.dr_lune)
    for _ in range(4):
        clock.advance(minutes=4)
        browser.get("/phone/changed", headers={"X-Telesec-Background": "1"})

    answer = browser.get("/phone")

    assert (answer.status_code, answer.location) == (302, "/lock")


def test_take_with_a_session_acknowledges(deps, cast, app, urgent):
    browser = browser_as(deps, app, cast.dr_lune)

    answer = browser.post(f"/phone/alerts/{urgent.alert_id}/take")

    assert answer.status_code == 303
    assert "Prise par vous" in browser.get(answer.location).text
