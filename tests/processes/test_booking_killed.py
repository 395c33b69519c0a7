"""``kill -9`` of the process that books, at each point: the worker leaves one appointment and one event."""

import multiprocessing
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from telesec.bootstrap import CalendarRegistry, Deps
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.embedded_postgres import DatabaseUrls
from telesec.integrations.caldav.plugin import CaldavConnector
from telesec.scheduling import configuration, flow, reads
from telesec.scheduling.booking import BookAppointment
from telesec.scheduling.configuration import CreateAppointmentType, CreateSchedule
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.service import HoldSlot
from telesec.testing.caldav_bench import USER, USERS, RadicaleBench
from telesec.testing.cast import Cast
from telesec.testing.clock import MovableClock
from telesec.testing.fault_proxy import FaultProxy
from telesec.testing.killed import POINTS, Victim, book_and_die
from telesec.testing.radicale_server import RadicaleServer

NINE = datetime(2026, 11, 27, 8, tzinfo=UTC)
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RadicaleServer]:
    with RadicaleServer(tmp_path_factory.mktemp("radicale"), USERS) as running:
        yield running


@pytest.fixture
def bench(server: RadicaleServer) -> Iterator[RadicaleBench]:
    with FaultProxy(server.url) as proxy:
        yield RadicaleBench(server, proxy)


@pytest.fixture
def command(deps: Deps, cast: Cast, bench: RadicaleBench) -> BookAppointment:
    with deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        week = (OpeningRule(5, time(9), time(12)),)
        schedule_id = configuration.create_schedule(
            uow, CreateSchedule(cast.lilas, cast.dr_lune_id, bench.address, 1, week)
        )
        type_id = configuration.create_appointment_type(
            uow, CreateAppointmentType(cast.lilas, "consultation", "Consultation", 30)
        )
        uow.commit()
    slot = HoldSlot(cast.lilas, schedule_id, type_id, NINE, None, "Ada")
    return BookAppointment(slot, "Lilas", "Zoé", "+33639980020")


@pytest.fixture(params=POINTS)
def victim(
    request: pytest.FixtureRequest,
    cast: Cast,
    command: BookAppointment,
    migrated: DatabaseUrls,
    master_key_file: Path,
    tmp_path: Path,
) -> Victim:
    url, key = migrated.app, migrated.context_key
    return Victim(url, key, tmp_path, master_key_file, cast.ada, command, request.param)


@pytest.fixture
def worker(deps: Deps, clock: MovableClock) -> Deps:
    connector = CaldavConnector(AddressGuard(networks(["127.0.0.0/8"])), clock)
    return deps.with_parts(calendars=CalendarRegistry((connector,)))


def test_killed_booking_is_finished_once(
    victim: Victim, worker: Deps, clock: MovableClock, bench: RadicaleBench
) -> None:
    child = SPAWN.Process(target=book_and_die, args=(victim,))
    child.start()
    child.join(60)
    clock.advance(seconds=5)

    settled = flow.settle_due(worker)

    assert child.exitcode == -signal.SIGKILL
    assert settled == 1
    assert len(bench.server.texts(USER, bench.name)) == 1
    practice_id = victim.command.slot.practice_id
    with worker.unit_of_work(victim.actor) as uow:
        (card,) = reads.appointments(uow, practice_id, NINE, NINE + timedelta(hours=1))
    assert card.status == "booked"
