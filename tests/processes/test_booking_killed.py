"""``kill -9`` of the process that books, moves or cancels: the worker leaves one truth, in both calendars."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from telesec.bootstrap import CalendarRegistry, Deps
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.embedded_postgres import DatabaseUrls
from telesec.foundation.ids import new_id
from telesec.scheduling import configuration, flow, reads
from telesec.scheduling.booking import BookAppointment
from telesec.scheduling.configuration import CreateAppointmentType, CreateSchedule
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.ports import CalendarAddress
from telesec.scheduling.service import HoldSlot
from telesec.testing.caldav_bench import USER, USERS, RadicaleBench
from telesec.testing.cast import Cast
from telesec.testing.clock import MovableClock
from telesec.testing.fault_proxy import FaultProxy
from telesec.testing.fhir_server import FhirServer, SlotPlan, seed_schedule
from telesec.testing.installation import wait_for
from telesec.testing.killed import Book, Cancel, Move, Victim, act_and_die, connector
from telesec.testing.radicale_server import RadicaleServer

NINE = datetime(2026, 11, 27, 8, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
SPAWN = multiprocessing.get_context("spawn")
DEATHS = [
    ("caldav", "book", "reserved"), ("caldav", "book", "before_put"), ("caldav", "book", "after_put"),
    ("caldav", "book", "read_back"),
    ("caldav", "move", "before_put"), ("caldav", "move", "after_put"), ("caldav", "cancel", "after_remove"),
    ("fhir", "book", "after_put"), ("fhir", "move", "after_put"), ("fhir", "cancel", "after_remove"),
]  # fmt: skip


@dataclass(frozen=True)
class Outside:
    """A practice's calendar, and what an independent client finds in it."""

    address: CalendarAddress
    starts: Callable[[], list[datetime]]


@pytest.fixture(scope="module")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RadicaleServer]:
    with RadicaleServer(tmp_path_factory.mktemp("radicale"), USERS) as running:
        yield running


@pytest.fixture(scope="module")
def fhir() -> Iterator[FhirServer]:
    with FhirServer(token="letmein") as running:
        yield running


@pytest.fixture
def caldav_calendar(radicale: RadicaleServer) -> Iterator[Outside]:
    with FaultProxy(radicale.url) as proxy:
        bench = RadicaleBench(radicale, proxy)

        def starts() -> list[datetime]:
            lines = [line for text in radicale.texts(USER, bench.name) for line in text.split()]
            found = [line.rpartition(":")[2] for line in lines if line.startswith("DTSTART")]
            return sorted(datetime.strptime(at + "+0100", "%Y%m%dT%H%M%S%z") for at in found)

        yield Outside(bench.address, starts)


@pytest.fixture
def fhir_calendar(fhir: FhirServer) -> Iterator[Outside]:
    key = f"s{new_id().hex}"
    plan = SlotPlan(date(2026, 11, 27), 1, ((time(9), time(12)),), 30, 1, booked_every=0)
    with fhir.client() as client:
        seeded = seed_schedule(client, key=key, practitioner=("Lune", "Claire", "10101010102"), plan=plan)

        def starts() -> list[datetime]:
            found = client.get(f"Appointment?actor=Practitioner/{key}&status=booked").json()
            return sorted(datetime.fromisoformat(one["resource"]["start"]) for one in found.get("entry", ()))

        yield Outside(CalendarAddress("fhir", fhir.url, "", fhir.token, seeded.options), starts)


@pytest.fixture
def outside(request: pytest.FixtureRequest, kind: str) -> Outside:
    found: Outside = request.getfixturevalue(f"{kind}_calendar")
    return found


@pytest.fixture
def worker(deps: Deps, clock: MovableClock, kind: str) -> Iterator[Deps]:
    with closing(CalendarRegistry((connector(kind, clock),))) as calendars:
        yield deps.with_parts(calendars=calendars)


@pytest.fixture
def command(worker: Deps, cast: Cast, outside: Outside) -> BookAppointment:
    with worker.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        week = (OpeningRule(5, time(9), time(12)),) if outside.address.kind == "caldav" else ()
        schedule_id = configuration.create_schedule(
            uow, CreateSchedule(cast.lilas, cast.dr_lune_id, outside.address, 1, week)
        )
        type_id = configuration.create_appointment_type(
            uow, CreateAppointmentType(cast.lilas, "consultation", "Consultation", 30)
        )
        uow.commit()
    slot = HoldSlot(cast.lilas, schedule_id, type_id, NINE, None, "Ada")
    return BookAppointment(slot, "Lilas", "Zoé", "+33639980020")


@pytest.fixture
def act(worker: Deps, cast: Cast, command: BookAppointment, name: str) -> Book | Move | Cancel:
    if name == "book":
        return Book(command)
    booked = flow.book(worker, cast.ada, command)
    return Move(cast.lilas, booked.id, TEN) if name == "move" else Cancel(cast.lilas, booked.id)


@pytest.mark.parametrize(("kind", "name", "point"), DEATHS)
def test_what_a_killed_process_left_is_finished_once(  # noqa: PLR0917 - fixtures
    act: Book | Move | Cancel,
    outside: Outside,
    worker: Deps,
    cast: Cast,
    clock: MovableClock,
    migrated: DatabaseUrls,
    master_key_file: Path,
    tmp_path: Path,
    kind: str,
    name: str,
    point: str,
) -> None:
    url, key = migrated.app, migrated.context_key
    victim = Victim(url, key, tmp_path, master_key_file, cast.ada, act, kind, point)
    child = SPAWN.Process(target=act_and_die, args=(victim,))
    child.start()
    child.join(120)
    clock.advance(seconds=5)

    settled: list[int] = []

    def one_settled() -> bool:
        settled.append(flow.settle_due(worker))
        return sum(settled) > 0

    assert child.exitcode == -signal.SIGKILL
    # the server lets go of what the dead one held a moment after its end
    assert wait_for(one_settled)
    assert sum(settled) == 1
    with worker.unit_of_work(cast.ada) as uow:
        cards = reads.appointments(uow, cast.lilas, NINE, NINE + timedelta(hours=3))
    told = [(card.status.value, card.start) for card in cards if card.status != "cancelled"]
    wanted = {"book": [NINE], "move": [TEN], "cancel": []}[name]
    assert told == [("booked", start) for start in wanted]
    assert outside.starts() == wanted
