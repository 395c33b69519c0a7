"""Every route with every role and with nobody, and every route with the ids of a practice not one's own.

Both walk the URL map of the real application: a new route is in it from its first day.
"""

from datetime import timedelta

import pytest
from url_map import Route, allowed, routes

from telesec.app import create_app
from telesec.foundation.access import Actor, Permission, Role
from telesec.foundation.ids import new_id
from telesec.testing.bookable import NINE
from telesec.testing.logins import browser_as, program_as

ROLES = ("secretary", "supervisor", "practitioner", "practice_manager", "operator", "auditor")


@pytest.fixture
def app(furnished):
    return create_app(furnished)


def somebody(role, cast, *practice_ids):
    """Return somebody of a role, of these practices."""
    if role == "practitioner":
        return cast.dr_lune
    held = Role(role)
    return Actor(held, new_id(), {} if held is Role.OPERATOR else dict.fromkeys(practice_ids, held))


def send(furnished, app, route: Route, actor, address, body=None):
    """Make one request as its kind of reader would: a fresh session, or a fresh token."""
    if route.of_api:
        program = program_as(furnished, app, actor)
        return program.post(address, body or {}) if route.method == "POST" else program.get(address)
    browser = browser_as(furnished, app, actor)
    return browser.post(address, body) if route.method == "POST" else browser.get(address)


def outcome(answer):
    """Return the status; being sent to log in counts as 401, as it is for a page."""
    answer.close()
    sent_to_log_in = answer.status_code == 302 and answer.headers["Location"].startswith("/login")
    return 401 if sent_to_log_in else answer.status_code


def complaint(route, actor, status):
    if status >= 500 and status != 503:
        return f"{route.name}: {status}"
    if allowed(route, actor):
        return "" if status not in {401, 403} or route.mark in FINER else f"{route.name}: {status}, allowed"
    return "" if status == 403 else f"{route.name}: {status}, not allowed"


FINER = {Permission.ALERT_ACKNOWLEDGE, Permission.MESSAGE_HANDLE}
"""Only those whom the alert called, or whose inbox it is, may do these: a role alone is not enough."""


@pytest.mark.parametrize("role", ROLES)
def test_route_opens_to_the_roles_that_hold_its_permission(furnished, homes, cast, app, role):
    actor = somebody(role, cast, cast.lilas)
    complaints = []
    for route in routes(app):
        if isinstance(route.mark, Permission):
            status = outcome(send(furnished, app, route, actor, route.address(homes[0])))
            complaints.append(complaint(route, actor, status))

    assert "\n".join(filter(None, complaints)) == ""


def test_nobody_opens_only_what_is_public(homes, app):
    client = app.test_client()
    opened = {}
    for route in routes(app):
        ask = client.post if route.method == "POST" else client.get
        headers = {"Sec-Fetch-Site": "same-origin"}
        answer = ask(route.address(homes[0]), headers=headers, **({"json": {}} if route.of_api else {}))
        if isinstance(route.mark, Permission):
            opened[route.name] = outcome(answer)
        else:
            assert answer.status_code < 500 or route.name == "GET /readyz", route.name

    assert {name: status for name, status in opened.items() if status != 401} == {}


def test_public_routes_are_few_and_say_why(app):
    public = {route.name: route.mark for route in routes(app) if not isinstance(route.mark, Permission)}

    assert all(isinstance(reason, str) and len(reason) > 10 for reason in public.values())
    assert {str(name).split(" ")[1].split("/")[1] for name in public} == {
        "api",
        "enrol",
        "healthz",
        "hooks",
        "lock",
        "login",
        "logout",
        "metrics",
        "phone",
        "readyz",
        "unlock",
    }


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_405(homes, app, method):
    client = app.test_client()
    statuses = {
        route.name: client.open(
            route.address(homes[0]), method=method, headers={"Sec-Fetch-Site": "same-origin"}
        ).status_code
        for route in routes(app)
    }

    assert {name: status for name, status in statuses.items() if status != 405} == {}


PLAIN = {
    "text": "Bonjour",
    "reason": "Demande du patient",
    "level": "doctor_now",
    "outcome": "information",
    "words": "fièvre",
    "phone": "+33639980010",
    "callback_number": "+33639980010",
    "family_name": "Lilas",
    "given_name": "Zoé",
    "answer": "yes",
    "start": NINE.isoformat(),
    "kind": "message",
    "version": "1",
    "how": "settled",
}
"""What a form of ours might hold: enough that most requests reach the record they name."""


@pytest.mark.parametrize("role", ["secretary", "supervisor", "practitioner", "practice_manager"])
def test_things_of_another_practice_do_not_exist(furnished, homes, cast, app, role, rows_of):
    actor, theirs = somebody(role, cast, cast.lilas), homes[1]
    before = rows_of(cast.glycines)
    told = []
    for route in with_ids(app, actor):
        for practice_id in {theirs.practice_id, cast.lilas if names_practice(route) else theirs.practice_id}:
            address = route.address(theirs, practice_id)
            body = body_for(route, theirs) if route.of_api else PLAIN
            answer = send(furnished, app, route, actor, address, body)
            text, status = answer.get_data(as_text=True), outcome(answer)
            good = {404} if route.method == "GET" or route.of_api else {400, 404, 422}
            if (status not in good and route.name not in ENDING_TWICE) or "Glycines" in text:
                told.append(f"{route.name} {'mixed ' * (practice_id == cast.lilas)}{status}")

    assert "\n".join(told) == ""
    assert rows_of(cast.glycines) == before


ENDING_TWICE = {
    "POST /phone/day/<uuid:practice_id>/absence/<uuid:absence_id>/end",
    "POST /practice/<uuid:practice_id>/absences/<uuid:absence_id>/end",
}
"""Ending what is not there, below a practice of one's own, changes nothing and says so."""


def with_ids(app, actor):
    ids = {"id", "practice_id", "call_id", "alert_id", "message_id", "appointment_id", "notice_id"}
    for route in routes(app):
        if route.rule.arguments & ids and allowed(route, actor) and isinstance(route.mark, Permission):
            yield route


def names_practice(route):
    """Whether a practice stands in the address beside something of its own."""
    return "practice_id" in route.rule.arguments and len(route.rule.arguments - {"name"}) > 1


def body_for(route, home):
    """Return a body that is valid, so that only the ids can refuse it."""
    last = str(route.rule).rsplit("/", 1)[-1]
    return {
        "close": {"outcome": "information"},
        "triage": {"words": "fièvre"},
        "answers": {"question_id": "x", "answer": "yes"},
        "cancel": {"reason": "x"},
        "move": {"start": (NINE + timedelta(hours=1)).isoformat()},
        "acknowledge": {},
    }.get(last)


def bodies(mine, theirs):
    """Yield requests of the API that name another practice's things in body or query."""
    slot = {
        "practice_id": mine.practice_id,
        "schedule_id": mine.house.schedule_id,
        "appointment_type_id": mine.house.type_id,
        "start": NINE + timedelta(hours=2),
        "patient": {"family_name": "Lilas", "given_name": "Zoé", "phone": "+33639980020"},
    }
    message = {
        "practice_id": mine.practice_id,
        "practitioner_id": mine.practitioner_id,
        "level": "routine",
        "text": "x",
        "callback_number": "+33639980010",
    }
    promise = {"practice_id": mine.practice_id, "phone": "+33639980010", "due_at": NINE}
    search = {"practice_id": mine.practice_id, "phone": "+33639980010"}
    yield "calls", {}, {"practice_id": theirs.practice_id}
    yield "calls", {}, {"line": theirs.line}
    yield "appointments", slot, {"practice_id": theirs.practice_id}
    yield "appointments", slot, {"schedule_id": theirs.house.schedule_id}
    yield "appointments", slot, {"appointment_type_id": theirs.house.type_id}
    yield "appointments", slot, {"call_id": theirs.call_id}
    yield "messages", message, {"practice_id": theirs.practice_id}
    yield "messages", message, {"practitioner_id": theirs.practitioner_id}
    yield "messages", message, {"call_id": theirs.call_id}
    yield "messages", message, {"patient_id": theirs.patient_id}
    yield "callbacks", promise, {"practice_id": theirs.practice_id}
    yield "callbacks", promise, {"patient_id": theirs.patient_id}
    yield "callbacks", promise, {"call_id": theirs.call_id}
    yield "patients/search", search, {"practice_id": theirs.practice_id}


def as_json(value):
    if isinstance(value, dict):
        return {name: as_json(one) for name, one in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def test_body_that_names_another_practices_thing_is_404(furnished, homes, cast, app, rows_of):
    program = program_as(furnished, app, somebody("secretary", cast, cast.lilas))
    before = rows_of(cast.glycines)
    told = []
    for path, body, change in bodies(*homes):
        answer = program.post(f"/api/v1/{path}", as_json(body | change))
        if answer.status_code != 404:
            told.append(f"{path} {list(change)}: {answer.status_code}")

    assert "\n".join(told) == ""
    assert rows_of(cast.glycines) == before


def test_query_that_names_another_practice_is_404(furnished, homes, cast, app):
    program = program_as(furnished, app, somebody("secretary", cast, cast.lilas))
    mine, theirs = homes
    span = {"from": NINE.isoformat(), "to": (NINE + timedelta(days=1)).isoformat()}
    slots = {"practice_id": mine.practice_id, "appointment_type_id": mine.house.type_id, **span}
    asked = [
        ("callbacks", {"practice_id": theirs.practice_id}),
        ("instructions", {"practice_id": theirs.practice_id}),
        ("slots", slots | {"practice_id": theirs.practice_id}),
        ("slots", slots | {"appointment_type_id": theirs.house.type_id}),
    ]

    statuses = [program.get(f"/api/v1/{path}", query).status_code for path, query in asked]

    assert statuses == [404] * 4
