"""What something breaks on its way to a real FHIR server: unknown, then found or repeated, never doubled."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

import httpx
import pytest

from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.errors import Unavailable
from telesec.foundation.ids import new_id
from telesec.integrations.fhir.connector import FhirConnector
from telesec.scheduling.ports import CalendarAddress, OutcomeUnknown
from telesec.testing.contracts import write_of
from telesec.testing.fault_proxy import FaultProxy
from telesec.testing.fhir_server import FhirServer, SlotPlan, seed_schedule

START = datetime(2026, 11, 30, 8, tzinfo=UTC)
END = START + timedelta(minutes=30)
PLAN = SlotPlan(
    first_day=date(2026, 11, 30), days=1, ranges=((time(9), time(10)),), minutes=30, booked_every=0
)
WRITE = frozenset({"POST"})
BREAK: dict[str, Callable[[FaultProxy], None]] = {
    "reply lost": lambda proxy: proxy.lose_reply(methods=WRITE),
    "500 after doing it": lambda proxy: proxy.fail_after(methods=WRITE),
    "reply cut": lambda proxy: proxy.truncate(methods=WRITE),
    "reply garbled": lambda proxy: proxy.garble(methods=WRITE),
    "never asked": lambda proxy: proxy.drop(methods=WRITE),
    "503 before doing it": lambda proxy: proxy.answer(503, methods=WRITE),
}


class Line:
    """A gateway to a schedule of its own, through a proxy, and an independent client."""

    def __init__(self, server: FhirServer, proxy: FaultProxy, client: httpx.Client) -> None:
        self.proxy = proxy
        self.client = client
        self.key = f"s{new_id().hex}"
        seed_schedule(client, key=self.key, practitioner=("Lune", "Claire", "10101010102"), plan=PLAN)
        self.connector = FhirConnector(AddressGuard(networks(["127.0.0.0/8"])))
        options = {"schedule": f"Schedule/{self.key}"}
        address = CalendarAddress("fhir", f"{proxy.url}/fhir", "", server.token, options)
        self.gateway = self.connector.connect(address)

    def live_and_busy(self) -> tuple[int, int]:
        """Return how many appointments live and how many slots are busy."""
        appointments = self.client.get(f"Appointment?actor=Practitioner/{self.key}&status=booked")
        slots = self.client.get(f"Slot?schedule=Schedule/{self.key}&status=busy")
        return appointments.json()["total"], slots.json()["total"]


@pytest.fixture(scope="module")
def server() -> Iterator[FhirServer]:
    with FhirServer(token="letmein") as running:
        yield running


@pytest.fixture
def line(server: FhirServer) -> Iterator[Line]:
    with FaultProxy(server.url) as proxy, server.client() as client:
        opened = Line(server, proxy, client)
        yield opened
        opened.connector.close()


@pytest.mark.parametrize("broken", BREAK)
def test_broken_create_is_unknown_and_its_repetition_books_once(line: Line, broken: str) -> None:
    write = write_of(START)
    BREAK[broken](line.proxy)
    with pytest.raises(OutcomeUnknown):
        line.gateway.put(write)

    entry = line.gateway.put(write)

    assert line.live_and_busy() == (1, 1)
    assert line.gateway.find(write.uid) == entry


@pytest.mark.parametrize("broken", BREAK)
def test_broken_remove_is_unknown_and_its_repetition_removes(line: Line, broken: str) -> None:
    entry = line.gateway.put(write_of(START))
    BREAK[broken](line.proxy)
    with pytest.raises(OutcomeUnknown):
        line.gateway.remove(entry)

    line.gateway.remove(entry)

    assert line.live_and_busy() == (0, 0)


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
@pytest.mark.parametrize("good", [0, 1, 2], ids=["schedule", "slots", "appointments"])
def test_read_that_fails_never_reads_as_free(line: Line, status: int, good: int) -> None:
    if good:
        line.proxy.garble(lambda body: body, times=good, methods={"GET"})
    line.proxy.answer(status, methods={"GET"})

    with pytest.raises(Unavailable) as caught:
        line.gateway.read(START, END)

    assert caught.value.permanent is (status < 500)
