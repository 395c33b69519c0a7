"""One whole story with names, numbers and words nobody else uses, then a search for them everywhere.

From the call to the doctor's answer: what is said about a patient may stand in the sealed record, in
the practice's own calendar and on the screen of who may read it. Nowhere else: not in logs, jobs, a
dump of the database, texts to phones, what phones hear, metrics or addresses.
"""

import base64
import json
import subprocess
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from telesec.alerts import flow as alerts
from telesec.app import create_app
from telesec.audit import jobs as audit_jobs
from telesec.calls import service as calls
from telesec.calls.rules import DraftKind
from telesec.calls.service import SaveDraft
from telesec.testing.bookable import NINE, House
from telesec.testing.calendars import FakeCalendars
from telesec.testing.cast import DR_LUNE_PHONE, DR_SOLEIL_PHONE
from telesec.testing.logins import program_as
from telesec.testing.postgres import chosen_programs

CANARIES = (
    "Canariquez",
    "Zébuline",
    "639987654",
    "6 39 98 76 54",
    "ornithorynque",
    "Quetzalcoatl",
    "1911-11-13",
)
PHONE = "+33639987654"
PATIENT = {
    "family_name": "Canariquez",
    "given_name": "Zébuline",
    "birth_date": "1911-11-13",
    "phone": "06 39 98 76 54",
}
WORDS = "Un ornithorynque lui serre la poitrine"
NOTE = "Rappeler Mme Canariquez, voisine Quetzalcoatl, au 06 39 98 76 54"


@dataclass
class Heard:
    """Everything that left telesec in the story, by where it went."""

    places: dict[str, str] = field(default_factory=dict)

    def found(self) -> list[str]:
        """Return each canary that was heard, plain or in a usual disguise."""
        return [
            f"{canary} in {place}"
            for place, text in self.places.items()
            for canary in CANARIES
            for form in forms(canary)
            if form.casefold() in text.casefold()
        ]


def forms(canary):
    """Return a word as a dump, an address or a log may show it."""
    plain = canary.encode()
    escaped = canary.encode("unicode_escape").decode()
    return {canary, plain.hex(), escaped, base64.b64encode(plain).decode().rstrip("=")[:-1]}


@pytest.fixture
def house(deps, cast, clock, on_call):
    return House.build(deps, cast, FakeCalendars(clock.now), "memory:lune", lanes=1, rules=True)


@pytest.fixture
def addresses():
    return []


@pytest.fixture
def app(house, addresses):
    app = create_app(house.deps)
    serve = app.wsgi_app

    def listening(environ, start_response):
        addresses.append(f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}")
        return serve(environ, start_response)

    app.wsgi_app = listening
    return app


def tell_the_story(house, app, carrier):
    """Take a call about the patient, triage, book, promise, file, alert; the doctor answers."""
    cast, lilas = house.cast, str(house.practice_id)
    ada = program_as(house.deps, app, cast.ada)

    def post(path, key="", **body):
        answer = ada.post(f"/api/v1/{path}", body, key=key)
        assert answer.status_code < 300, answer.text
        return answer.json

    call = post("calls", practice_id=lilas, from_number=PHONE, key="call")
    with house.deps.unit_of_work(cast.ada) as uow:
        calls.save_draft(uow, SaveDraft(house.practice_id, UUID(call["id"]), DraftKind.NOTE, NOTE, 0))
        uow.commit()
    post(f"calls/{call['id']}/triage", words=WORDS, patient={"age_years": 90}, key="triage")
    booked = post(
        "appointments",
        practice_id=lilas,
        schedule_id=str(house.schedule_id),
        appointment_type_id=str(house.type_id),
        start=NINE.isoformat(),
        patient=PATIENT,
        call_id=call["id"],
        reason=WORDS,
        key="booking",
    )
    post("patients/search", practice_id=lilas, phone=PHONE)
    post("patients/search", practice_id=lilas, birth_date="1911-11-13", name_prefix="Cana")
    post(
        "callbacks", practice_id=lilas, phone=PHONE, due_at=NINE.isoformat(), patient_id=booked["patient_id"]
    )
    filed = post(
        "messages",
        practice_id=lilas,
        practitioner_id=str(cast.dr_lune_id),
        level="doctor_now",
        text=f"{WORDS}. {NOTE}",
        callback_number=PHONE,
        call_id=call["id"],
        patient_id=booked["patient_id"],
        key="message",
    )
    post(f"appointments/{booked['id']}/move", start=(NINE + timedelta(hours=1)).isoformat())
    post(f"appointments/{booked['id']}/cancel", reason=NOTE)
    refuse(ada, lilas)
    ring_the_doctors(house, carrier)
    ada.get(f"/api/v1/messages/{filed['id']}")
    post(f"calls/{call['id']}/close", outcome="message")


def refuse(ada, lilas):
    """Send what is refused: a refusal repeats nothing of what was typed."""
    odd = {"practice_id": lilas, "phone": f"{PHONE} Canariquez", "due_at": "Quetzalcoatl"}
    answers = [
        ada.post("/api/v1/callbacks", odd),
        ada.post("/api/v1/callbacks", odd | {"due_at": NINE.isoformat()}),
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert not Heard({"refusals": "".join(answer.text for answer in answers)}).found()


def ring_the_doctors(house, carrier):
    """Let the alert reach Dr Lune by text and voice, then Dr Soleil, who answers by keys."""
    clock = house.clock
    alerts.deliver(house.deps)
    carrier.phone(DR_LUNE_PHONE).expect_sms("1 message urgent")
    clock.advance(seconds=61)
    alerts.deliver(house.deps)
    lune = carrier.phone(DR_LUNE_PHONE)
    lune.expect_call()
    lune.answer()
    lune.expect_said("tapez")


def dump(migrated, tmp_path):
    """Return the whole database as the backup role writes it; the signing pads are not its to read."""
    target = tmp_path / "dump.sql"
    program = chosen_programs() / "pg_dump"
    subprocess.run(
        [program, "--exclude-table=sec.pads", f"--file={target}", f"--dbname={migrated.backup}"], check=True
    )
    return target.read_text(encoding="utf-8")


def phones(carrier):
    numbers = (DR_LUNE_PHONE, DR_SOLEIL_PHONE)
    return json.dumps([carrier.network.events_of(number) for number in numbers], ensure_ascii=False)


@pytest.fixture
def dumped(migrated, tmp_path):
    """What the backup role writes when it is asked to."""
    return lambda: dump(migrated, tmp_path)


@pytest.fixture
def printed(capfd, caplog):
    """What was logged by libraries, or printed."""
    return lambda: "".join((*capfd.readouterr(), caplog.text))


@pytest.fixture
def heard(house, app, addresses, carrier, dumped, printed):
    """Tell the story and gather everything that left telesec."""
    with capture_logs() as events:
        tell_the_story(house, app, carrier)
        audit_jobs.seal_due(house.deps)
    with house.deps.database.direct() as connection:
        jobs = connection.execute("select * from procrastinate_jobs").fetchall()
    return Heard(
        {
            "logs": repr(events) + printed(),
            "jobs": repr(jobs),
            "dump": dumped(),
            "phones": phones(carrier),
            "requests to the carrier": repr(carrier.network.requests),
            "metrics": app.test_client().get("/metrics").text,
            "addresses": "\n".join(addresses),
        }
    )


def test_nothing_said_about_a_patient_is_found_outside(heard):
    assert heard.found() == []


def test_each_place_was_really_heard(heard):
    signs = {
        "jobs": "alerts.deliver",
        "dump": "COPY public.message ",
        "phones": "1 message urgent",
        "requests to the carrier": "Messages",
        "metrics": "telesec_requests_total",
        "addresses": "/api/v1/appointments",
    }

    assert {place: sign in heard.places[place] for place, sign in signs.items()} == dict.fromkeys(signs, True)


@pytest.mark.parametrize("disguise", ["Canariquez", "CANARIQUEZ", "43616e617269717565", "Z\\xe9buline"])
def test_search_sees_a_canary_in_disguise(disguise):
    assert Heard({"log": f"before {disguise}7a after"}).found()
