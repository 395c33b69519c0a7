"""The FHIR test server keeps what the gateway's tests rely on."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest

from telesec.testing.fhir_server import FhirServer, SlotPlan, seed_schedule

PLAN = SlotPlan(first_day=date(2026, 11, 26), days=2)
PRACTITIONER = ("Soleil", "Luc", "10101010101")


@pytest.fixture(scope="module")
def server() -> Iterator[FhirServer]:
    with FhirServer(token="letmein", password="secret") as running:
        yield running


@pytest.fixture
def client(server: FhirServer) -> Iterator[httpx.Client]:
    with server.client() as opened:
        seed_schedule(opened, key="soleil", practitioner=PRACTITIONER, plan=PLAN)
        yield opened


def test_server_refuses_without_login(server: FhirServer) -> None:
    assert httpx.get(f"{server.url}/Slot").status_code == 401
    assert httpx.get(f"{server.url}/Slot", auth=("telesec", "wrong")).status_code == 401
    assert httpx.get(f"{server.url}/Slot", auth=("telesec", "secret")).status_code == 200
    assert httpx.get(f"{server.url}/metadata").json()["fhirVersion"] == "4.0.1"


def test_search_compares_instants_whatever_their_offset(client: httpx.Client) -> None:
    found = client.get(
        "Slot",
        params=[
            ("schedule", "Schedule/soleil"),
            ("start", "ge2026-11-26T09:00:00+01:00"),
            ("start", "lt2026-11-26T08:15:00Z"),
        ],
    ).json()

    assert [entry["resource"]["id"] for entry in found["entry"]] == ["soleil-20261126T0800-1"]


def test_search_follows_chains_and_includes(client: httpx.Client) -> None:
    found = client.get(
        "Slot",
        params={
            "start": "ge2026-11-26",
            "schedule.actor:Practitioner.identifier": "urn:oid:1.2.250.1.71.4.2.1|810101010101",
            "status": "free",
            "_include": "Slot:schedule",
            "_include:iterate": "Schedule:actor",
            "_count": "1",
        },
    ).json()

    assert [entry["resource"]["resourceType"] for entry in found["entry"]] == [
        "Slot",
        "Schedule",
        "Practitioner",
    ]


def test_pages_lead_to_every_resource(client: httpx.Client) -> None:
    ids: set[str] = set()
    url: str | None = "Slot?schedule=Schedule/soleil&_count=10"
    while url:
        page = client.get(url).json()
        ids.update(entry["resource"]["id"] for entry in page["entry"])
        url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)

    assert len(ids) == page["total"] == 56


def test_transaction_rolls_back_when_one_entry_fails(client: httpx.Client) -> None:
    slot = client.get("Slot/soleil-20261126T0830-1").json()
    entry = {
        "resource": {**slot, "status": "busy"},
        "request": {
            "method": "PUT",
            "url": f"Slot/{slot['id']}",
            "ifMatch": f'W/"{slot["meta"]["versionId"]}"',
        },
    }
    broken = {
        "resource": {"resourceType": "Appointment", "status": "nonsense", "participant": []},
        "request": {"method": "POST", "url": "Appointment"},
    }

    answer = client.post("", json={"resourceType": "Bundle", "type": "transaction", "entry": [entry, broken]})

    assert answer.status_code == 400
    assert client.get(f"Slot/{slot['id']}").json() == slot
    assert client.get(f"Slot/{slot['id']}/_history").json()["total"] == 1


def test_stale_version_is_refused_with_412(client: httpx.Client) -> None:
    slot = client.get("Slot/soleil-20261126T0845-1").json()
    headers = {"If-Match": f'W/"{slot["meta"]["versionId"]}"'}
    first = client.put(f"Slot/{slot['id']}", json={**slot, "comment": "one"}, headers=headers)

    second = client.put(f"Slot/{slot['id']}", json={**slot, "comment": "two"}, headers=headers)

    assert (first.status_code, second.status_code) == (200, 412)
    assert first.headers["ETag"] != headers["If-Match"]


def test_create_if_none_exists_creates_once(client: httpx.Client) -> None:
    patient = {"resourceType": "Patient", "identifier": [{"system": "urn:example", "value": "zoe"}]}
    headers = {"If-None-Exist": "identifier=urn:example|zoe"}

    answers = [client.post("Patient", json=patient, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["id"] == answers[1].json()["id"]


def test_unknown_search_parameter_is_refused(client: httpx.Client) -> None:
    assert client.get("Slot?colour=red").status_code == 400


def test_second_start_finds_the_data(tmp_path: Path) -> None:
    with FhirServer(token="letmein", data=tmp_path) as first, first.client() as client:
        seed_schedule(client, key="soleil", practitioner=PRACTITIONER, plan=PLAN)
        slot = client.get("Slot/soleil-20261126T0900-1").json()
        client.put(f"Slot/{slot['id']}", json={**slot, "status": "busy"})

    with FhirServer(token="letmein", data=tmp_path) as second, second.client() as client:
        seed_schedule(client, key="soleil", practitioner=PRACTITIONER, plan=PLAN)

        assert client.get(f"Slot/{slot['id']}").json()["status"] == "busy"
        assert client.get(f"Slot/{slot['id']}/_history").json()["total"] == 2


def test_crash_leaves_a_whole_snapshot(tmp_path: Path) -> None:
    server = FhirServer(token="letmein", data=tmp_path).start()
    with server.client() as client:
        seed_schedule(client, key="soleil", practitioner=PRACTITIONER, plan=PLAN)
    server.stop()
    server.start()
    with server.client() as client:
        for _ in range(20):
            client.put("Practitioner/soleil", json=client.get("Practitioner/soleil").json())

    server.kill()

    with FhirServer(token="letmein", data=tmp_path) as again, again.client() as client:
        assert client.get("Slot?schedule=Schedule/soleil").json()["total"] == 56


def test_server_ends_with_whoever_started_it() -> None:
    program = (
        "import os; from telesec.testing.fhir_server import FhirServer;"
        "server = FhirServer().start(); print(server.pid, flush=True); input(); os._exit(9)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    server = os.pidfd_open(int(starter.stdout.readline()))

    starter.communicate("die\n", timeout=10)

    ended, _, _ = select.select([server], [], [], 10)
    os.close(server)
    assert ended == [server]
