"""Who may speak to the API is asked before what they say is read."""

import pytest

from telesec.testing.logins import browser_as

CALLS = "/api/v1/calls"


@pytest.mark.parametrize("token", [None, "tsk_x", "Basic x"])
def test_nobody_learns_what_a_body_should_be(app, token):
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    answer = app.test_client().post(CALLS, json={"x": 1}, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.content_type == "application/problem+json"


def test_role_is_asked_before_the_body(cast, program):
    assert program(cast.manager).post(CALLS, json={"x": 1}).status_code == 403


def test_cookie_of_a_page_does_not_open_the_api(house, app, cast):
    browser = browser_as(house.deps, app, cast.ada)

    assert browser.get("/api/v1/practices").status_code == 401


def test_revoked_token_is_refused_at_once(house, cast, program, uow_as):
    ada = program(cast.ada)

    ada.revoke()

    assert ada.get("/api/v1/practices").status_code == 401


def test_expired_token_is_refused(cast, clock, ada):
    clock.advance(days=31)

    assert ada.get("/api/v1/practices").status_code == 401
