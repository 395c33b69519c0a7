"""Names, addresses and logins of any length arrive whole: too long, they are refused at their field."""

import html
import re

import pytest

from telesec.accounts.step_up import Act
from telesec.app import create_app
from telesec.desk import phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes
from telesec.onboarding import routes as onboarding
from telesec.testing.logins import browser_as, stepped_up
from telesec.testing.pages import page_client

ROOMS = tuple(
    room.blueprint
    for room in (onboarding, phone_routes, practice_routes, protocol_routes, supervisor_routes, wall_routes)
)
LONG = "é" * 50_000
NAMES = {"family_name": "Lilas", "given_name": "Zoé", "birth_date": "14/03/1951"}
CALENDAR = {
    "calendar_kind": "caldav",
    "url": "https://agenda.example",
    "user": "lilas",
    "secret": "x",
    "lanes": "1",
}


def field(page, name):
    """Return the field of a page that is sent under a name and marked as wrong: its tag and its text."""
    tag = rf'<(input|textarea)[^>]* name="{name}"[^>]*aria-invalid="true"[^>]*>([^<]*)'
    found = re.search(tag, page)
    return html.unescape(found[0]) if found else ""


def stands_uncut(page, name, typed, most):
    """Return whether the field is marked, focused and shows what was typed, beside the limit."""
    marked = field(page, name)
    told = f"Ce texte compte {len(typed)} caractères, {most} au plus"
    return (typed in marked, "autofocus" in marked, told in html.unescape(page)) == (True, True, True)


@pytest.fixture
def supervise(deps, cast):
    def client(act=None):
        return page_client(deps, stepped_up(deps, cast.supervisor, act) if act else cast.supervisor, *ROOMS)

    return client


@pytest.fixture
def ada(deps, cast, call_of_ada):
    """What sends a form of the call Ada holds."""
    browser = browser_as(deps, create_app(deps), cast.ada)
    return lambda tail, form: browser.post(call_of_ada + tail, form)


@pytest.mark.parametrize(
    ("name", "typed", "most"),
    [("display_name", "é" * 201, 200), ("email", "a" * 250 + "@lilas.example", 254)],
)
def test_a_person_too_long_to_keep_comes_back_as_typed(supervise, name, typed, most):
    person = {"display_name": "Nour", "email": "nour@lilas.example", "role": "secretary", "language": "fr"}

    answer = supervise(Act.MANAGE_PEOPLE).post("/supervisor/people", data=person | {name: typed})

    assert answer.status_code == 422
    assert stands_uncut(answer.text, name, typed, most)


@pytest.mark.parametrize(
    ("path", "name", "typed", "most"),
    [
        ("/onboarding", "name", {"name": "é" * 201}, 200),
        ("/onboarding/{lilas}/practitioners", "display_name", {"display_name": "é" * 201}, 200),
        ("/onboarding/{lilas}/types", "name", {"name": LONG, "minutes": "20"}, 200),
        ("/onboarding/{lilas}/calendars", "url", CALENDAR | {"url": "https://" + "a" * 1993}, 2000),
        ("/onboarding/{lilas}/calendars", "user", CALENDAR | {"user": "é" * 201}, 200),
        ("/onboarding/{lilas}/calendars", "options", CALENDAR | {"options": "schedule=" + "1" * 1992}, 2000),
    ],
)
def test_day_one_loses_nothing_of_what_is_pasted(supervise, cast, path, name, typed, most):
    form = {"time_zone": "Europe/Paris", "language": "fr", "sector": "medical", **typed}
    form["practitioner"] = str(cast.dr_lune_id)

    answer = supervise().post(path.format(lilas=cast.lilas), data=form)

    assert answer.status_code == 422
    assert stands_uncut(answer.text, name, typed[name], most)


def test_a_password_of_a_calendar_too_long_is_told_and_never_shown(supervise, cast):
    form = CALENDAR | {"secret": "k" * 1001, "practitioner": str(cast.dr_lune_id)}

    answer = supervise().post(f"/onboarding/{cast.lilas}/calendars", data=form)

    assert answer.status_code == 422
    assert "Ce mot de passe compte 1001 caractères, 1000 au plus" in answer.text
    assert 'aria-describedby="wrong-secret" autofocus' in field(answer.text, "secret")
    assert "k" * 20 not in answer.text


@pytest.mark.parametrize("name", ["url", "number", "rpps", "time_zone"])
def test_what_has_a_form_of_its_own_is_told_by_it(supervise, cast, name):
    path = {"url": "calendars", "number": "line", "rpps": "practitioners"}.get(name)
    form = {"display_name": "Dr Ourse", "practitioner": str(cast.dr_lune_id), "name": "Cabinet des Iris"}
    form |= {"language": "fr", "sector": "medical", name: "1" * 50_000}

    answer = supervise().post(f"/onboarding/{cast.lilas}/{path}" if path else "/onboarding", data=form)

    assert answer.status_code == 422
    assert "1" * 50_000 in field(answer.text, name)


@pytest.mark.parametrize(("channel", "told"), [("sms", "numéro de téléphone"), ("email", "254 au plus")])
def test_an_address_too_long_to_reach_anybody_stays_in_its_field(supervise, cast, channel, told):
    typed = {"practitioner_id": str(cast.dr_lune_id), "channel": channel, "address": "a" * 260 + "@b.example"}

    answer = supervise(Act.CHANGE_NUMBER).post(f"/practice/{cast.lilas}/contacts", data=typed)

    assert answer.status_code == 422
    assert typed["address"] in field(answer.text, "address")
    assert told in answer.text


@pytest.mark.parametrize("name", ["family_name", "given_name"])
def test_a_patients_name_is_never_cut(ada, name):
    answer = ada("/patient/register", NAMES | {"view": "patient", name: LONG})

    assert answer.status_code == 422
    assert stands_uncut(answer.text, name, LONG, 200)


@pytest.mark.parametrize(
    ("tail", "name", "most", "more"),
    [
        ("/patient/caller", "caller_name", 300, {"view": "patient"}),
        ("/patient/caller", "relation", 300, {"view": "patient", "caller_name": "Bruno"}),
        ("/callback", "note", 4000, {"view": "callback", "phone": "06 39 98 00 10", "minutes": "15"}),
    ],
)
def test_what_is_noted_in_a_call_is_never_cut(ada, tail, name, most, more):
    answer = ada(tail, {name: LONG, **more})

    assert answer.status_code == 422
    assert stands_uncut(answer.text, name, LONG, most)


def test_a_long_login_is_shown_again_whole(deps):
    email = "a" * 300 + "@lilas.example"

    answer = (
        create_app(deps)
        .test_client()
        .post(
            "/login",
            data={"email": email, "password": "x", "code": "1"},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
    )

    assert answer.status_code == 401
    assert f'value="{email}"' in answer.text
