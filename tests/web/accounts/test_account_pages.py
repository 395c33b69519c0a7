import re

import pytest
from flask import g
from sqlalchemy import select

from telesec.accounts import service, totp
from telesec.accounts.passwords import PasswordHasher
from telesec.accounts.service import AddMembership, CreatePerson, MakeToken
from telesec.app import create_app
from telesec.audit.models import Pending
from telesec.foundation.access import Purpose, Role, system_actor
from telesec.testing.logins import browser_as
from telesec.vault import installation

PASSWORD = "quatre mots sans rapport"
EMAIL = "ada@lilas.example"
SECRET = b"12345678901234567890"
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def ada(deps, cast):
    """Ada can log in; the answer is her API token for the Cabinet des Lilas."""
    with deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        person = service.create_person(uow, CreatePerson(EMAIL, "Ada", Role.SECRETARY))
        service.add_membership(uow, AddMembership(cast.lilas, person, Role.SECRETARY))
        service.set_credentials(uow, person, PasswordHasher(1024).hash(PASSWORD), SECRET)
        token = service.make_token(uow, MakeToken(person, "import", (cast.lilas,)))
        uow.commit()
    return token


@pytest.fixture
def log_in(browser, clock, ada):
    def submit(**changes):
        form = {"email": EMAIL, "password": PASSWORD, "code": totp.code_at(SECRET, clock.now()), **changes}
        return browser.post("/login", data=form, headers=OURS)

    return submit


def form_token(browser, page="/account/sessions"):
    return re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).text).group(1)


def post(browser, path, page="/account/sessions", **form):
    return browser.post(path, data={"csrf_token": form_token(browser, page), **form}, headers=OURS)


def test_the_log_in_page_is_open(browser):
    answer = browser.get("/login")

    assert answer.status_code == 200
    assert 'autocomplete="one-time-code"' in answer.text


def test_logging_in_leads_to_the_desk(log_in):
    answer = log_in()

    assert (answer.status_code, answer.location) == (303, "/")


def test_logging_in_leads_back_to_the_page_asked_for(log_in):
    assert log_in(next="/calls/1").location == "/calls/1"


def test_logging_in_never_leads_away(log_in):
    assert log_in(next="//evil.example").location == "/"


def test_the_cookie_is_closed_to_scripts_and_other_sites(log_in):
    cookie = log_in().headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Expires" not in cookie


def test_over_tls_the_cookie_is_bound_to_the_host(deps, ada, clock):
    settings = deps.settings.model_copy(update={"public_url": "https://telesec.example"})
    browser = create_app(deps.with_parts(settings=settings)).test_client()
    form = {"email": EMAIL, "password": PASSWORD, "code": totp.code_at(SECRET, clock.now())}

    answer = browser.post("/login", data=form, headers=OURS, base_url="https://telesec.example")

    assert answer.headers["Set-Cookie"].startswith("__Host-telesec=")
    assert "Secure" in answer.headers["Set-Cookie"]


def test_wrong_details_keep_the_typed_email(log_in):
    answer = log_in(password="quatre mots sans raison")

    assert answer.status_code == 401
    assert f'value="{EMAIL}"' in answer.text
    assert "sans raison" not in answer.text


def test_an_unknown_account_gets_the_same_page_as_a_wrong_password(log_in):
    wrong = log_in(password="quatre mots sans raison")
    unknown = log_in(email="eda@lilas.example")

    def same(page):
        return re.sub(r"(ada|eda)@lilas\.example|nonce-\S+|static/\S+", "", page.text)

    assert (wrong.status_code, same(wrong)) == (unknown.status_code, same(unknown))


def test_too_many_failures_say_how_long_to_wait(log_in):
    for _ in range(5):
        log_in(code="000000")

    answer = log_in()

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert f'value="{EMAIL}"' in answer.text


def test_a_form_of_another_site_logs_nobody_in(browser, clock, ada):
    form = {"email": EMAIL, "password": PASSWORD, "code": totp.code_at(SECRET, clock.now())}

    answer = browser.post("/login", data=form, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_who_is_not_logged_in_is_sent_to_log_in(browser):
    answer = browser.get("/account/sessions")

    assert answer.status_code == 302
    assert answer.location == "/login?next=/account/sessions"


def test_the_old_cookie_opens_nothing_after_logging_out(app, browser, log_in):
    log_in()
    kept = browser.get_cookie("telesec").value
    post(browser, "/logout")

    thief = app.test_client()
    thief.set_cookie("telesec", kept)

    assert thief.get("/account/sessions").status_code == 302


def test_logging_out_needs_the_sessions_own_token(browser, log_in):
    log_in()

    assert browser.post("/logout", headers=OURS).status_code == 403
    assert browser.get("/account/sessions").status_code == 200


def test_one_sees_and_ends_ones_sessions(browser, log_in):
    log_in()
    path = re.search(r'action="(/account/sessions/[^"]+/end)"', browser.get("/account/sessions").text).group(
        1
    )

    post(browser, path)

    assert browser.get("/account/sessions").status_code == 302


def test_an_idle_session_shows_the_lock_screen_only(browser, clock, log_in):
    log_in()
    clock.advance(minutes=15)

    answer = browser.get("/account/sessions")

    assert (answer.status_code, answer.location) == (302, "/lock")
    assert "Ada" in browser.get("/lock").text


def test_a_locked_fragment_sends_the_whole_page_away(browser, clock, log_in):
    log_in()
    clock.advance(minutes=15)

    answer = browser.get("/account/sessions", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/lock")


def test_using_the_desk_keeps_it_open(browser, clock, log_in):
    log_in()
    for _ in range(3):
        clock.advance(minutes=14)
        assert browser.get("/account/sessions").status_code == 200


def test_a_timed_redraw_does_not_keep_it_open(browser, clock, log_in):
    log_in()
    clock.advance(minutes=10)
    browser.get("/account/sessions", headers={"X-Telesec-Background": "1"})
    clock.advance(minutes=5)

    assert browser.get("/account/sessions").location == "/lock"


def test_the_password_unlocks(browser, log_in):
    log_in()
    post(browser, "/lock")

    answer = post(browser, "/unlock", "/lock", password=PASSWORD)

    assert answer.status_code == 303
    assert browser.get("/account/sessions").status_code == 200


def test_a_wrong_password_leaves_it_locked(browser, log_in):
    log_in()
    post(browser, "/lock")

    answer = post(browser, "/unlock", "/lock", password="autre chose encore")

    assert answer.status_code == 401
    assert browser.get("/account/sessions").location == "/lock"


def lock_and_send(browser, log_in):
    """Lock a session whose form is still on the screen, send it, and return what comes."""
    log_in()
    token = form_token(browser)
    post(browser, "/lock")
    sent = {"csrf_token": token, "text": "Pas de visite le mercredi.", "code": "123456", "day": ["1", "2"]}
    return token, browser.post("/account/language", data=sent, headers=OURS)


def unlock(browser, token, page, password=PASSWORD):
    sealed = re.search(r'name="kept" value="([^"]+)"', page.text).group(1)
    form = {"csrf_token": token, "password": password, "kept": sealed}
    return browser.post("/unlock", data=form, headers=OURS)


def test_a_form_that_meets_the_lock_is_offered_again_once_it_is_open(browser, log_in):
    token, locked = lock_and_send(browser, log_in)

    again = unlock(browser, token, locked)

    assert (locked.status_code, again.status_code) == (401, 200)
    assert "mercredi" not in locked.text
    assert "rien n’est perdu" in locked.text
    assert 'action="/account/language"' in again.text
    assert re.findall(r'name="(text|day|code)" value="([^"]*)"', again.text) == [
        ("text", "Pas de visite le mercredi."),
        ("day", "1"),
        ("day", "2"),
    ]
    assert ">Pas de visite le mercredi.</textarea>" in again.text


def test_a_wrong_password_keeps_the_form_too(browser, log_in):
    token, locked = lock_and_send(browser, log_in)

    refused = unlock(browser, token, locked, password="autre chose encore")

    assert refused.status_code == 401
    assert "mercredi" not in refused.text
    assert "mercredi" in unlock(browser, token, refused).text


@pytest.mark.parametrize("sealed", ["", "é", "AAAA", "c2NyaXB0"])
def test_what_was_never_sealed_is_offered_to_nobody(browser, log_in, sealed):
    log_in()
    token = form_token(browser)
    post(browser, "/lock")

    answer = browser.post(
        "/unlock", data={"csrf_token": token, "password": PASSWORD, "kept": sealed}, headers=OURS
    )

    assert (answer.status_code, answer.location) == (303, "/")


def test_the_lock_screen_needs_a_session(browser):
    assert browser.get("/lock").status_code == 302


def who_acts(app, **headers):
    with app.test_request_context("/api/v1/anything", headers=headers):
        app.preprocess_request()
        return g.get("actor")


def test_the_api_takes_no_cookie(app, browser, log_in):
    log_in()

    assert who_acts(app, Cookie=f"telesec={browser.get_cookie('telesec').value}") is None


def test_the_api_takes_a_bearer_token(app, cast, ada):
    assert who_acts(app, Authorization=f"Bearer {ada}").practice_ids == (cast.lilas,)


def test_a_wrong_bearer_token_is_refused(browser):
    answer = browser.get("/api/v1/anything", headers={"Authorization": "Bearer tsk_nonsense"})

    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"


def test_a_browser_of_the_test_kit_is_the_person_of_the_cast(deps, app, cast):
    browser = browser_as(deps, app, cast.ada)

    assert browser.get("/account/sessions").status_code == 200
    assert browser.post("/lock").location == "/lock"


def test_a_refusal_is_audited_without_its_address(deps, app, cast):
    browser = browser_as(deps, app, cast.ada)

    browser.post(f"/account/sessions/{cast.lilas}/end")

    with deps.unit_of_work(system_actor(Purpose.SETUP, installation.INSTALLATION)) as uow:
        refused = select(Pending).where(Pending.action == "access.refuse")
        (note,) = uow.session.scalars(refused)
    assert note.actor == f"person:{cast.ada.person_id}"
    assert note.detail == '{"route":"accounts.end_session","status":404}'
