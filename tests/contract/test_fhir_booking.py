"""Bookings through all of scheduling on a real FHIR server: races, lanes, moves, outages, a lost reply."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import httpx
import pytest

from telesec.bootstrap import CalendarRegistry, Deps
from telesec.foundation.access import Actor, Purpose, system_actor
from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.errors import Refused, Unavailable
from telesec.foundation.ids import new_id
from telesec.integrations.fhir.connector import FhirConnector
from telesec.scheduling import configuration, flow
from telesec.scheduling.booking import BookAppointment
from telesec.scheduling.configuration import CreateAppointmentType, CreateSchedule
from telesec.scheduling.offers import FindSlots
from telesec.scheduling.ports import CalendarAddress
from telesec.scheduling.reads import AppointmentCard
from telesec.scheduling.service import HoldSlot
from telesec.testing.cast import Cast
from telesec.testing.clock import MovableClock
from telesec.testing.fhir_server import Faults, FhirServer, SlotPlan, seed_schedule

NINE = datetime(2026, 11, 27, 8, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
RACERS = 50


@dataclass(frozen=True)
class Desk:
    """A practice on FHIR, its secretary, and an independent client of the server."""

    deps: Deps
    clock: MovableClock
    ada: Actor
    practice_id: UUID
    schedule_id: UUID
    type_id: UUID
    server: FhirServer
    client: httpx.Client
    key: str

    def book(self, start: datetime = NINE, given: str = "Zoé") -> AppointmentCard:
        slot = HoldSlot(self.practice_id, self.schedule_id, self.type_id, start, None, "Ada")
        return flow.book(self.deps, self.ada, BookAppointment(slot, "Lilas", given, "+33639980020"))

    def starts(self) -> list[datetime]:
        now = self.clock.now()
        query = FindSlots(self.practice_id, self.type_id, now, now + timedelta(days=2), limit=200)
        return [slot.start for slot in flow.find_slots(self.deps, self.ada, query).slots]

    def seen(self) -> list[str]:
        """Return the local starts of live appointments, as an independent client sees them."""
        found = self.client.get(f"Appointment?actor=Practitioner/{self.key}&status=booked").json()
        return sorted(entry["resource"]["start"][11:16] for entry in found.get("entry", ()))

    def busy(self) -> int:
        return int(self.client.get(f"Slot?schedule=Schedule/{self.key}&status=busy").json()["total"])


@pytest.fixture(scope="module")
def running() -> Iterator[FhirServer]:
    with FhirServer(token="letmein") as server:
        yield server


@pytest.fixture
def server(running: FhirServer) -> Iterator[FhirServer]:
    yield running
    running.misbehave()


@pytest.fixture
def make_desk(
    deps: Deps, cast: Cast, clock: MovableClock, server: FhirServer
) -> Iterator[Callable[..., Desk]]:
    connector = FhirConnector(AddressGuard(networks(["127.0.0.0/8"])), clock)
    parts = deps.with_parts(calendars=CalendarRegistry((connector,)))
    client = server.client()

    def make(lanes: int = 1, minutes: int = 30) -> Desk:
        key = f"s{new_id().hex}"
        plan = SlotPlan(date(2026, 11, 27), 1, ((time(9), time(12)),), 30, lanes, booked_every=0)
        seeded = seed_schedule(client, key=key, practitioner=("Lune", "Claire", "10101010102"), plan=plan)
        address = CalendarAddress("fhir", server.url, "", server.token, seeded.options)
        with parts.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
            schedule_id = configuration.create_schedule(
                uow, CreateSchedule(cast.lilas, cast.dr_lune_id, address, lanes, ())
            )
            type_id = configuration.create_appointment_type(
                uow, CreateAppointmentType(cast.lilas, "consultation", "Consultation", minutes)
            )
            uow.commit()
        return Desk(parts, clock, cast.ada, cast.lilas, schedule_id, type_id, server, client, key)

    yield make
    client.close()
    connector.close()


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk()


def race(desk: Desk) -> Counter[str]:
    def one(number: int) -> str:
        try:
            return desk.book(given=f"Zoé {number}").status
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(RACERS) as pool:
        return Counter(pool.map(one, range(RACERS)))


def test_fifty_racing_bookings_have_exactly_one_winner(desk: Desk) -> None:
    assert race(desk) == {"booked": 1, "slot_taken": RACERS - 1}
    assert (desk.seen(), desk.busy()) == (["08:00"], 1)


def test_three_lanes_take_exactly_three(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(lanes=3)

    assert race(desk) == {"booked": 3, "slot_taken": RACERS - 3}
    assert (desk.seen(), desk.busy()) == (["08:00"] * 3, 3)
    assert NINE not in desk.starts()


def test_offered_slots_are_the_published_ones_that_fit(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(minutes=60)
    desk.book(NINE + 2 * HALF_HOUR)

    assert desk.starts() == [NINE, NINE + 4 * HALF_HOUR]
    assert desk.busy() == 2


def test_booked_moved_and_cancelled_as_others_see_it(desk: Desk) -> None:
    card = desk.book()
    booked = desk.seen()

    flow.move(desk.deps, desk.ada, desk.practice_id, card.id, NINE + 2 * HALF_HOUR)
    moved = desk.seen()
    flow.cancel(desk.deps, desk.ada, desk.practice_id, card.id, "guérie")

    assert (booked, moved, desk.seen(), desk.busy()) == (["08:00"], ["09:00"], [], 0)
    assert NINE in desk.starts()


def test_lost_reply_is_pending_until_the_sweep_finds_it(desk: Desk) -> None:
    desk.server.misbehave(Faults(loseReply=1))
    card = desk.book()
    desk.clock.advance(minutes=1)

    settled = flow.settle_due(desk.deps)

    assert (card.status, settled) == ("pending", 1)
    assert (desk.seen(), desk.busy()) == (["08:00"], 1)


@pytest.mark.parametrize("answer", ["500", "503", "garbage"])
def test_outage_offers_nothing_and_books_nothing(desk: Desk, answer: str) -> None:
    offered = desk.starts()
    desk.server.misbehave(Faults(answer=answer))
    desk.clock.advance(minutes=1)

    with pytest.raises(Unavailable):
        desk.book()

    assert offered
    assert desk.starts() == []
    desk.server.misbehave()
    assert (desk.seen(), desk.busy()) == ([], 0)
