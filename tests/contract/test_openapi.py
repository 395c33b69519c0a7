"""Every operation of the API against its own document, with requests nobody would think of.

Schemathesis makes requests that fit the document and requests that do not; the real application
answers, on a seeded practice, to programs of every role and to nobody. No answer may be a 5xx (but a
calendar that is down, which is told), each must fit the document, and a request that does not fit must
be refused. Runs are derandomized: a red one is red for everybody.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode

from telesec.app import create_app
from telesec.foundation.access import Actor, Role
from telesec.foundation.ids import new_id
from telesec.testing.bookable import NINE, House
from telesec.testing.calendars import FakeCalendars
from telesec.testing.logins import program_as
from telesec.testing.on_call import put_on_call

OPERATIONS = [
    ("GET", "/api/v1/practices"),
    ("GET", "/api/v1/practices/{practice_id}"),
    ("POST", "/api/v1/calls"),
    ("GET", "/api/v1/calls/{id}"),
    ("POST", "/api/v1/calls/{id}/close"),
    ("POST", "/api/v1/calls/{id}/triage"),
    ("POST", "/api/v1/triage-sessions/{id}/answers"),
    ("GET", "/api/v1/protocols"),
    ("GET", "/api/v1/protocols/{code}"),
    ("GET", "/api/v1/slots"),
    ("POST", "/api/v1/appointments"),
    ("GET", "/api/v1/appointments/{appointment_id}"),
    ("POST", "/api/v1/appointments/{appointment_id}/cancel"),
    ("POST", "/api/v1/appointments/{appointment_id}/move"),
    ("POST", "/api/v1/messages"),
    ("GET", "/api/v1/messages/{id}"),
    ("GET", "/api/v1/alerts/{alert_id}"),
    ("POST", "/api/v1/alerts/{alert_id}/acknowledge"),
    ("GET", "/api/v1/callbacks"),
    ("POST", "/api/v1/callbacks"),
    ("GET", "/api/v1/instructions"),
    ("POST", "/api/v1/patients/search"),
]
WANTED = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
]
UUID_FORM = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ANY = {200, 201, 400, 403, 404, 409, 422, 503}
FEW = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class Seeded:
    """A practice with one of everything, and programs that may look at it."""

    schema: object
    tokens: Mapping[str, str]
    known: Mapping[str, str]
    paths: Mapping[str, str]


def seed(house: House, app) -> Seeded:
    cast = house.cast
    put_on_call(house.deps, cast)
    ada = program_as(house.deps, app, cast.ada)
    lilas, lune = str(cast.lilas), str(cast.dr_lune_id)

    def make(path, **body):
        answer = ada.post(f"/api/v1/{path}", body)
        assert answer.status_code == 201, answer.text
        return answer.json

    call = make("calls", practice_id=lilas, from_number="+33639980010")
    triage = make(f"calls/{call['id']}/triage", words="mal à la poitrine", patient={"age_years": 61})
    message = make(
        "messages",
        practice_id=lilas,
        practitioner_id=lune,
        level="doctor_now",
        text="Zoé a mal depuis une heure.",
        callback_number="+33639980010",
    )
    slot = {
        "practice_id": lilas,
        "schedule_id": str(house.schedule_id),
        "appointment_type_id": str(house.type_id),
    }
    patient = {"family_name": "Lilas", "given_name": "Zoé", "phone": "+33639980020"}
    appointment = make("appointments", **slot, start=NINE.isoformat(), patient=patient, call_id=call["id"])
    patient_id = appointment["patient_id"]
    roles = {
        "secretary": cast.ada,
        "supervisor": cast.supervisor,
        "practitioner": cast.dr_lune,
        "practice_manager": cast.manager,
        "operator": cast.operator,
        "auditor": Actor(Role.AUDITOR, new_id(), {cast.lilas: Role.AUDITOR}),
        "other practice": cast.dr_iris,
    }
    return Seeded(
        schema=schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app),
        tokens={name: program_as(house.deps, app, actor).token for name, actor in roles.items()},
        known=slot
        | {
            "practitioner_id": lune,
            "call_id": call["id"],
            "patient_id": patient_id,
            "start": (NINE + timedelta(hours=1)).isoformat(),
            "from": house.clock.now().isoformat(),
            "to": (house.clock.now() + timedelta(days=2)).isoformat(),
            "phone": "+33639980010",
            "callback_number": "+33639980010",
            "due_at": NINE.isoformat(),
            "protocol": triage["protocol"],
            "question_id": (triage["question"] or {}).get("id", "x"),
        },
        paths={
            "practices": lilas,
            "calls": call["id"],
            "triage-sessions": triage["id"],
            "protocols": triage["protocol"],
            "appointments": appointment["id"],
            "messages": message["id"],
            "alerts": message["alert_id"],
        },
    )


@pytest.fixture
def seeded(deps, cast, clock):
    free = deps.settings.model_copy(update={"api_requests_per_minute": 1_000_000})
    calendars = FakeCalendars(clock.now)
    house = House.build(deps.with_parts(settings=free), cast, calendars, "memory:lune", lanes=1, rules=True)
    return seed(house, create_app(house.deps))


def checks():
    return CHECKS.get_by_names(WANTED)


def send(case, token):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    response = case.call(headers=headers)
    case.validate_response(response, checks=checks(), headers=headers)
    return response


def run(operation, mode, token, change=None, times=12):
    """Send generated requests; return the statuses answered."""
    statuses = set()

    @settings(FEW, max_examples=times)
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def attempt(case, data):
        if change:
            change(case, data)
        statuses.add(send(case, token).status_code)

    attempt()
    return statuses


def real_ids(seeded, path):
    """Return what puts things that exist into a request: without them everything ends at 404."""
    place = path.split("/")[3]

    def change(case, data):
        for name, value in (case.path_parameters or {}).items():
            if place == "protocols" or fits(name, value):
                case.path_parameters[name] = seeded.paths[place]
        for part in (case.query, case.body):
            put_known(part, seeded.known, data)

    return change


def fits(name, value):
    """Return whether a value is of the right form, so that a wrong one of a hostile request stays."""
    if name.endswith("id") and name != "question_id":
        return isinstance(value, str) and bool(UUID_FORM.fullmatch(value))
    if name in {"start", "from", "to", "due_at"}:
        return is_instant(value)
    return isinstance(value, str) and len(value) <= 40


def is_instant(value):
    try:
        return datetime.fromisoformat(value).tzinfo is not None and "T" in value
    except (TypeError, ValueError):
        return False


def put_known(part, known, data):
    if not isinstance(part, dict):
        return
    for name, value in part.items():
        if name in known and fits(name, value) and data.draw(st.integers(0, 9)):
            part[name] = known[name]
        put_known(value, known, data)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_operation_keeps_its_document(seeded, method, path):
    operation, change = seeded.schema[path][method], real_ids(seeded, path)

    seen = run(operation, GenerationMode.POSITIVE, seeded.tokens["practitioner"], change, times=20)
    run(operation, GenerationMode.POSITIVE, seeded.tokens["secretary"])
    run(operation, GenerationMode.NEGATIVE, seeded.tokens["practitioner"], change, times=40)

    assert seen & {200, 201}, "no request came through: nothing was tested"


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_operation_answers_every_role_as_told(seeded, method, path):
    operation, change = seeded.schema[path][method], real_ids(seeded, path)

    for role, token in seeded.tokens.items():
        statuses = run(operation, GenerationMode.POSITIVE, token, change, times=3)
        assert statuses <= ({403, 404} if role in {"operator", "auditor"} else ANY), role
    assert run(operation, GenerationMode.POSITIVE, "", change, times=3) == {401}


def test_every_operation_of_the_document_is_run(seeded):
    told = {(result.ok().method.upper(), result.ok().path) for result in seeded.schema.get_all_operations()}

    assert told == set(OPERATIONS)
