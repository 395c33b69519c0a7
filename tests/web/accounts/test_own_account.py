"""Language, sessions, the wall, the lock screen's ears: what a person keeps for themselves."""

import itertools

import pytest
from sqlalchemy import select

from telesec.accounts import jobs
from telesec.accounts.models import LoginSession
from telesec.alerts import service as alerts
from telesec.alerts.rules import AlertLevel
from telesec.alerts.service import Acknowledge, RaiseAlert
from telesec.calls import service as calls
from telesec.calls.rules import Outcome, Source
from telesec.calls.service import OpenCall
from telesec.foundation.access import Purpose, system_actor
from telesec.testing.logins import browser_as

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
ACCOUNT = "/account/sessions"


@pytest.fixture
def ada(deps, app, cast):
    return browser_as(deps, app, cast.ada)


@pytest.fixture
def supervisor(deps, app, cast):
    return browser_as(deps, app, cast.supervisor)


def sessions(deps):
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        return uow.session.scalars(select(LoginSession).order_by(LoginSession.created_at)).all()


def open_call(deps, cast):
    with deps.unit_of_work(cast.ada) as uow:
        _, call_id = calls.open_call(uow, OpenCall(cast.lilas, "", "+33639980010", Source.DESK))
        uow.commit()
    return call_id


def close(deps, cast, call_id):
    with deps.unit_of_work(cast.ada) as uow:
        calls.close(uow, cast.lilas, call_id, Outcome.INFORMATION)
        uow.commit()


def raise_vital(deps, cast):
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.CALL15_NOW, [cast.dr_lune_id]))
        uow.commit()
    return alert_id


def test_language_chosen_is_spoken_from_the_next_page_on(ada):
    assert "Mon compte" in ada.get(ACCOUNT).text

    answer = ada.post("/account/language", {"language": "en"})

    assert answer.status_code == 303
    assert 'lang="en"' in ada.get(ACCOUNT).text
    assert "My account" in ada.get(ACCOUNT).text


def test_language_we_do_not_have_is_refused_beside_the_field(ada):
    answer = ada.post("/account/language", {"language": "xx"})

    assert answer.status_code == 422
    assert 'role="alert" id="language-error"' in answer.text


def test_sessions_tell_local_time_and_a_device_by_name(deps, ada):
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        uow.session.scalars(select(LoginSession)).one().device = WINDOWS
        uow.commit()

    page = ada.get(ACCOUNT).text

    assert "Firefox sur Windows" in page
    assert "jeudi 26 novembre" in page
    assert "10:00" in page
    assert "UTC" not in page


def test_open_call_keeps_the_session_open(deps, cast, clock, ada):
    call_id = open_call(deps, cast)
    clock.advance(minutes=40)
    assert ada.get(ACCOUNT).status_code == 200

    close(deps, cast, call_id)
    clock.advance(minutes=16)

    assert ada.get(ACCOUNT).location == "/lock"


def test_idle_session_is_not_locked_by_the_call_of_a_colleague(deps, cast, clock, supervisor):
    open_call(deps, cast)

    clock.advance(minutes=16)

    assert supervisor.get(ACCOUNT).location == "/lock"


def test_vital_alert_keeps_the_practitioner_it_calls_unlocked(deps, app, cast, clock):
    lune, soleil = browser_as(deps, app, cast.dr_lune), browser_as(deps, app, cast.dr_soleil)
    alert_id = raise_vital(deps, cast)
    clock.advance(minutes=16)

    assert lune.get(ACCOUNT).status_code == 200
    assert soleil.get(ACCOUNT).location == "/lock"

    with deps.unit_of_work(cast.dr_lune) as uow:
        alerts.acknowledge(uow, Acknowledge(alert_id))
        uow.commit()
    clock.advance(minutes=16)
    assert lune.get(ACCOUNT).location == "/lock"


def test_session_locked_by_hand_stays_locked_in_a_call(deps, cast, ada):
    open_call(deps, cast)
    ada.post("/lock")

    assert ada.get(ACCOUNT).location == "/lock"


def test_absolute_end_waits_for_the_close_of_the_call(deps, cast, clock, ada):
    for _ in range(43):
        clock.advance(minutes=14)
        if clock.now().hour == 18:
            break
        ada.get(ACCOUNT)
    call_id = open_call(deps, cast)
    clock.advance(minutes=100)
    assert ada.get(ACCOUNT).status_code == 200

    close(deps, cast, call_id)

    assert ada.get(ACCOUNT).location.startswith("/login")


def test_no_call_goes_on_for_ever(deps, cast, clock, ada):
    open_call(deps, cast)

    clock.advance(hours=14)

    assert ada.get(ACCOUNT).location.startswith("/login")


def test_old_sessions_are_forgotten(deps, clock, ada):
    clock.advance(days=59)
    assert jobs.forget_sessions(deps) == 0

    clock.advance(days=2)

    assert jobs.forget_sessions(deps) == 1
    assert sessions(deps) == []


@pytest.fixture
def wall(app, supervisor):
    """A browser left as the wall: its own cookie only."""
    answer = supervisor.post("/account/wall")
    assert (answer.status_code, answer.location) == (303, "/wall")
    return supervisor


def test_wall_session_shows_the_wall_and_nothing_else(wall):
    assert wall.get("/wall").status_code == 200
    assert wall.get("/wall/board").status_code == 200
    assert wall.get("/supervisor").status_code == 302
    assert wall.get(ACCOUNT).status_code == 302


def test_wall_session_never_locks(clock, wall):
    clock.advance(days=3)

    assert wall.get("/wall").status_code == 200


def test_wall_cookie_is_sent_to_the_wall_only(supervisor):
    set_cookies = supervisor.post("/account/wall").headers.getlist("Set-Cookie")

    (wall,) = [one for one in set_cookies if one.startswith("telesec-wall=")]
    assert "Path=/wall" in wall
    assert "HttpOnly" in wall
    assert "SameSite=Strict" in wall


def test_wall_token_in_the_other_cookie_opens_nothing(app, wall):
    token = wall.client.get_cookie("telesec-wall", path="/wall").value
    thief = app.test_client()
    thief.set_cookie("telesec", token)

    assert thief.get("/supervisor").status_code == 302
    assert thief.get("/wall").status_code == 302


def test_wall_session_is_listed_and_can_be_ended(deps, app, cast, wall):
    again = browser_as(deps, app, cast.supervisor)
    assert "écran mural" in again.get(ACCOUNT).text
    (shown,) = [one for one in sessions(deps) if one.kind == "wall"]

    again.post(f"/account/sessions/{shown.id}/end")

    assert wall.get("/wall").status_code == 302


def test_secretary_leaves_no_wall(ada):
    assert ada.post("/account/wall").status_code == 403
    assert "account/wall" not in ada.get(ACCOUNT).text


def first_state(browser):
    answer = browser.client.get("/lock/live", headers={"Accept": "text/event-stream"})
    told = b"".join(itertools.islice(answer.response, 2)).decode() if answer.status_code == 200 else ""
    answer.close()
    return answer.status_code, told


def test_lock_screen_hears_the_level_and_no_content(deps, cast, app, ada):
    open_call(deps, cast)
    raise_vital(deps, cast)
    ada.post("/lock")

    status, told = first_state(ada)

    assert status == 200
    assert 'data: {"level": "vital", "ringing": false}' in told
    assert str(cast.lilas) not in told


def test_lock_screen_of_a_doctor_is_silent_for_what_calls_another(deps, cast, app):
    soleil = browser_as(deps, app, cast.dr_soleil)
    raise_vital(deps, cast)
    soleil.post("/lock")

    assert '{"level": "", "ringing": false}' in first_state(soleil)[1]


def test_stream_of_an_open_session_sends_the_page_on(ada):
    assert "event: ended" in first_state(ada)[1]


def test_lock_stream_needs_a_session(app):
    assert app.test_client().get("/lock/live").status_code in {302, 401}


def test_lock_screen_names_the_levels_in_the_readers_language(ada):
    ada.post("/lock")

    page = ada.get("/lock").text

    assert "Une alerte vitale appelle." in page
    assert "lock.js" in page
