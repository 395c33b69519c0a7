"""Our FHIR gateway on a real FHIR R4 server: the contract, and what only FHIR can do wrong."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import httpx
import pytest

from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.clock import SystemClock
from telesec.foundation.errors import Unavailable
from telesec.foundation.ids import new_id
from telesec.integrations.fhir.client import FhirClient
from telesec.integrations.fhir.connector import FhirConnector
from telesec.integrations.fhir.gateway import FhirGateway
from telesec.scheduling.ports import (
    CalendarAddress,
    CalendarConflictError,
    CalendarEntry,
    CalendarGateway,
    OutcomeUnknown,
)
from telesec.testing.contracts import HALF_HOUR, CalendarGatewayContract, write_of
from telesec.testing.fhir_server import Faults, FhirServer, SlotPlan, seed_schedule

GUARD = AddressGuard(networks(["127.0.0.0/8"]))
START = datetime(2026, 11, 30, 8, tzinfo=UTC)
PLAN = SlotPlan(
    first_day=date(2026, 11, 30),
    days=1,
    ranges=((time(9), time(13)),),
    minutes=30,
    booked_every=0,
)
PRACTITIONER = ("Soleil", "Luc", "10101010101")


class FhirBench:
    start = START

    def __init__(self, server: FhirServer, plan: SlotPlan = PLAN) -> None:
        self.server = server
        self.client = server.client()
        self.connector = FhirConnector(GUARD)
        self.key = f"s{new_id().hex}"
        seed_schedule(self.client, key=self.key, practitioner=PRACTITIONER, plan=plan)

    def gateway(self, **changes: Any) -> FhirGateway:
        return self.connector.connect(replace(self.address, **changes))

    def close(self) -> None:
        self.client.close()
        self.connector.close()

    @property
    def address(self) -> CalendarAddress:
        return CalendarAddress(
            "fhir", self.server.url, "", self.server.token, {"schedule": f"Schedule/{self.key}"}
        )

    def write_foreign(self, start: datetime, end: datetime) -> None:
        slot = self.slot(start)
        self.client.put(f"Slot/{slot['id']}", json={**slot, "status": "busy"}).raise_for_status()
        self.write_appointment(start, end, [{"reference": f"Slot/{slot['id']}"}])

    def write_appointment(self, start: datetime, end: datetime, slots: list[dict[str, str]]) -> None:
        body = {
            "resourceType": "Appointment",
            "status": "booked",
            "start": start.isoformat(),
            "end": end.isoformat(),
            "participant": [{"actor": {"reference": f"Practitioner/{self.key}"}, "status": "accepted"}],
        }
        self.client.post("Appointment", json=body | ({"slot": slots} if slots else {})).raise_for_status()

    def touch(self, entry: CalendarEntry) -> None:
        held = self.client.get(entry.href).json()
        self.client.put(entry.href, json={**held, "comment": "Arrivera en retard"}).raise_for_status()

    def count(self, uid: str) -> int:
        found = self.client.get("Appointment", params={"identifier": f"urn:telesec:uid|{uid}"}).json()
        return sum(e["resource"]["status"] != "cancelled" for e in found.get("entry", ()))

    def appointments(self) -> int:
        found = self.client.get("Appointment", params={"actor": f"Practitioner/{self.key}"}).json()
        return sum(e["resource"]["status"] != "cancelled" for e in found.get("entry", ()))

    def slot(self, start: datetime, lane: int = 1) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.get(f"Slot/{self.key}-{start:%Y%m%dT%H%M}-{lane}").json()
        return answer

    def busy_slots(self) -> list[str]:
        found = self.client.get(
            "Slot", params={"schedule": f"Schedule/{self.key}", "status": "busy", "_sort": "start"}
        ).json()
        return [e["resource"]["start"][11:16] for e in found.get("entry", ())]

    def lose_reply(self) -> None:
        self.server.misbehave(Faults(loseReply=1))

    def unreachable(self) -> CalendarGateway:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        return self.gateway(url=f"http://127.0.0.1:{port}/fhir")

    def login_refused(self) -> CalendarGateway:
        return self.gateway(secret="wrong")

    def unreadable(self) -> CalendarGateway:
        self.server.misbehave(Faults(answer="garbage"))
        return self.gateway()


@pytest.fixture(scope="module")
def running() -> Iterator[FhirServer]:
    with FhirServer(token="letmein") as server:
        yield server


@pytest.fixture
def server(running: FhirServer) -> Iterator[FhirServer]:
    yield running
    running.misbehave()


@pytest.fixture
def bench(server: FhirServer) -> Iterator[FhirBench]:
    with closing(FhirBench(server)) as opened:
        yield opened


class TestFhirCalendar(CalendarGatewayContract):
    pass


def test_read_offers_the_published_slots(bench: FhirBench) -> None:
    bench.write_foreign(START, START + HALF_HOUR)

    reading = bench.gateway().read(START, START + 3 * HALF_HOUR)

    assert reading.open_slots == (
        (START + HALF_HOUR, START + 2 * HALF_HOUR),
        (START + 2 * HALF_HOUR, START + 3 * HALF_HOUR),
    )


def test_appointment_without_slot_takes_every_lane(bench: FhirBench) -> None:
    bench.write_appointment(START, START + HALF_HOUR, [])

    (busy,) = bench.gateway().read(START, START + HALF_HOUR).busy

    assert busy.lane_weight == 0


def test_appointment_that_began_before_the_range_is_seen(bench: FhirBench) -> None:
    bench.write_appointment(START - timedelta(hours=2), START + HALF_HOUR, [])

    assert len(bench.gateway().read(START, START + HALF_HOUR).busy) == 1


def test_long_appointment_takes_consecutive_slots_and_gives_them_back(bench: FhirBench) -> None:
    entry = bench.gateway().put(write_of(START, minutes=75))

    taken = bench.busy_slots()
    bench.gateway().remove(entry)

    assert taken == ["08:00", "08:30", "09:00"]
    assert bench.busy_slots() == []


def test_move_keeps_the_slot_both_times_share(bench: FhirBench) -> None:
    write = write_of(START, minutes=60)
    entry = bench.gateway().put(write)
    later = START + HALF_HOUR

    moved = bench.gateway().put(
        replace(write, start=later, end=later + 2 * HALF_HOUR, href=entry.href, etag=entry.etag)
    )

    assert bench.busy_slots() == ["08:30", "09:00"]
    assert moved.href == entry.href


def test_move_repeated_after_a_lost_reply_returns_what_is_there(bench: FhirBench) -> None:
    write = write_of(START)
    entry = bench.gateway().put(write)
    later = START + 2 * HALF_HOUR
    move = replace(write, start=later, end=later + HALF_HOUR, href=entry.href, etag=entry.etag)
    bench.lose_reply()
    with pytest.raises(OutcomeUnknown):
        bench.gateway().put(move)

    again = bench.gateway().put(move)

    assert (again.start, again.claim_id) == (later, write.claim_id)
    assert bench.busy_slots() == ["09:00"]


def test_time_without_a_published_slot_is_refused(bench: FhirBench) -> None:
    with pytest.raises(CalendarConflictError):
        bench.gateway().put(write_of(START - HALF_HOUR))


def test_appointment_names_its_patient_and_keeps_what_the_practice_added(bench: FhirBench) -> None:
    write = write_of(START)
    entry = bench.gateway().put(write)
    bench.touch(entry)
    fresh = bench.gateway().find(write.uid)
    assert fresh is not None
    later = START + HALF_HOUR

    bench.gateway().put(
        replace(write, start=later, end=later + HALF_HOUR, description="", href=fresh.href, etag=fresh.etag)
    )

    held = bench.client.get(entry.href).json()
    assert held["contained"][0]["name"] == [{"family": "Lilas", "given": ["Zoé"]}]
    assert held["comment"] == "Arrivera en retard"


def test_sixteen_writers_one_wins(bench: FhirBench) -> None:
    gateways = [bench.gateway() for _ in range(16)]

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(_try_put, gateways, [START] * 16))

    assert sorted(outcomes) == ["conflict"] * 15 + ["won"]
    assert bench.appointments() == 1
    assert bench.busy_slots() == ["08:00"]


def test_three_lanes_take_exactly_three(server: FhirServer) -> None:
    with closing(FhirBench(server, replace(PLAN, lanes=3))) as bench:
        gateways = [bench.gateway() for _ in range(3)]

        with ThreadPoolExecutor(3) as pool:
            outcomes = list(pool.map(_try_put, gateways, [START] * 3))

        assert outcomes == ["won"] * 3
        assert _try_put(bench.gateway(), START) == "conflict"
        assert bench.appointments() == 3


def test_half_done_transaction_is_taken_back(bench: FhirBench) -> None:
    gateway = bench.gateway()
    bench.server.misbehave(Faults(noTransactions=True))
    stale = _ClientWithRival(bench, gateway._client)

    with pytest.raises(CalendarConflictError):
        FhirGateway(stale, f"Schedule/{bench.key}", SystemClock()).put(write_of(START, minutes=60))

    assert bench.appointments() == 0
    assert bench.busy_slots() == ["08:30"]


def test_answer_without_versions_is_read_back(bench: FhirBench) -> None:
    bench.server.misbehave(Faults(noEtag=True))
    write = write_of(START)

    entry = bench.gateway().put(write)

    assert entry.etag
    assert entry.href.startswith("Appointment/")


@pytest.mark.parametrize("parameter", ["schedule", "actor"])
def test_ignored_search_parameter_is_not_believed(bench: FhirBench, parameter: str) -> None:
    with closing(FhirBench(bench.server)) as other:
        other.write_foreign(START, START + HALF_HOUR)
    bench.server.misbehave(Faults(ignore=(parameter,)))

    with pytest.raises(Unavailable):
        bench.gateway().read(START, START + HALF_HOUR)


def test_ignored_identifier_finds_nothing_of_others(bench: FhirBench) -> None:
    bench.write_foreign(START, START + HALF_HOUR)
    bench.server.misbehave(Faults(ignore=("identifier",)))

    with pytest.raises(Unavailable):
        bench.gateway().find("unknown@telesec")


def test_ignored_range_is_filtered_again(bench: FhirBench) -> None:
    bench.write_foreign(START, START + HALF_HOUR)
    bench.server.misbehave(Faults(ignore=("start", "date")))

    reading = bench.gateway().read(START + HALF_HOUR, START + 2 * HALF_HOUR)

    assert reading.busy == ()
    assert reading.open_slots == ((START + HALF_HOUR, START + 2 * HALF_HOUR),)


def test_pages_are_followed_to_the_end(bench: FhirBench) -> None:
    bench.server.misbehave(Faults(maxCount=3, noTotal=True))

    reading = bench.gateway().read(START, START + 8 * HALF_HOUR)

    assert reading.open_slots is not None
    assert len(reading.open_slots) == 8


def test_truncated_list_is_refused(bench: FhirBench) -> None:
    bench.server.misbehave(Faults(maxCount=3, noNext=True))

    with pytest.raises(Unavailable):
        bench.gateway().read(START, START + 8 * HALF_HOUR)


@pytest.mark.parametrize("answer", ["500", "503", "garbage"])
def test_write_without_a_usable_answer_is_unknown(bench: FhirBench, answer: str) -> None:
    client = bench.gateway()._client
    assert isinstance(client, FhirClient)
    bench.server.misbehave(Faults(answer=answer))

    with pytest.raises(OutcomeUnknown):
        client.write({"resourceType": "Bundle", "type": "transaction", "entry": []})


def test_silent_server_is_unavailable(bench: FhirBench) -> None:
    bench.server.misbehave(Faults(answer="silence"))
    with httpx.Client(timeout=0.2) as http:
        gateway = FhirGateway(FhirClient(http, bench.server.url), f"Schedule/{bench.key}", SystemClock())

        with pytest.raises(Unavailable) as caught:
            gateway.read(START, START + HALF_HOUR)

    assert not caught.value.permanent


def test_missing_schedule_is_permanent(bench: FhirBench) -> None:
    with pytest.raises(Unavailable) as caught:
        bench.gateway(options={"schedule": "Schedule/nobody"}).read(START, START + HALF_HOUR)

    assert caught.value.permanent


def test_address_outside_the_allowed_networks_is_refused(bench: FhirBench) -> None:
    connector = FhirConnector(AddressGuard())
    gateway = connector.connect(bench.address)

    with pytest.raises(Unavailable) as caught:
        gateway.put(write_of(START))
    connector.close()

    assert caught.value.code == "calendar_unavailable"
    assert caught.value.permanent


class _ClientWithRival:
    """Lets another client take the second slot after it was read and before it is written."""

    def __init__(self, bench: FhirBench, inner: Any) -> None:
        self._bench = bench
        self._inner = inner
        self.read = inner.read
        self.search = inner.search
        self._raced = False

    def write(self, bundle: Any) -> Any:
        if not self._raced:
            self._raced = True
            slot = self._bench.slot(START + HALF_HOUR)
            self._bench.client.put(f"Slot/{slot['id']}", json={**slot, "status": "busy"})
        return self._inner.write(bundle)


def _try_put(gateway: CalendarGateway, start: datetime) -> str:
    try:
        gateway.put(write_of(start))
    except CalendarConflictError:
        return "conflict"
    return "won"
