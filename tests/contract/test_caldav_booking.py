"""Bookings through all of scheduling on a real Radicale: races, lanes, moves, outages, a lost reply."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest

from telesec.bootstrap import CalendarRegistry, Deps
from telesec.callbacks import reads as callbacks
from telesec.foundation.access import Actor, Purpose, system_actor
from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.errors import Refused, Unavailable
from telesec.integrations.caldav.plugin import CaldavConnector
from telesec.scheduling import configuration, flow, reads, waiting
from telesec.scheduling.booking import BookAppointment
from telesec.scheduling.configuration import CreateAppointmentType, CreateSchedule
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.offers import FindSlots
from telesec.scheduling.reads import AppointmentCard
from telesec.scheduling.service import HoldSlot
from telesec.scheduling.waiting import JoinWaitingList
from telesec.testing import foreign_events
from telesec.testing.caldav_bench import USER, USERS, RadicaleBench
from telesec.testing.cast import Cast
from telesec.testing.clock import MovableClock
from telesec.testing.fault_proxy import FaultProxy
from telesec.testing.radicale_server import RadicaleServer

NINE = datetime(2026, 11, 27, 8, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
RACERS = 50


@dataclass(frozen=True)
class Desk:
    """A practice on CalDAV, its secretary, and an independent client of the server."""

    deps: Deps
    clock: MovableClock
    ada: Actor
    practice_id: UUID
    schedule_id: UUID
    type_id: UUID
    bench: RadicaleBench

    def book(self, start: datetime = NINE, given: str = "Zoé") -> AppointmentCard:
        slot = HoldSlot(self.practice_id, self.schedule_id, self.type_id, start, None, "Ada")
        return flow.book(self.deps, self.ada, BookAppointment(slot, "Lilas", given, "+33639980020"))

    def starts(self) -> list[datetime]:
        now = self.clock.now()
        query = FindSlots(self.practice_id, self.type_id, now, now + timedelta(days=2), limit=200)
        return [slot.start for slot in flow.find_slots(self.deps, self.ada, query).slots]

    def seen(self) -> list[str]:
        """Return the local starts of all events, as an independent client sees them."""
        texts = self.bench.server.texts(USER, self.bench.name)
        return sorted(text.split("DTSTART;TZID=Europe/Paris:")[-1][9:13] for text in texts)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RadicaleServer]:
    with RadicaleServer(tmp_path_factory.mktemp("radicale"), USERS) as running:
        yield running


@pytest.fixture
def bench(server: RadicaleServer) -> Iterator[RadicaleBench]:
    with FaultProxy(server.url) as proxy:
        yield RadicaleBench(server, proxy)


@pytest.fixture
def make_desk(deps: Deps, cast: Cast, clock: MovableClock, bench: RadicaleBench) -> Callable[..., Desk]:
    connector = CaldavConnector(AddressGuard(networks(["127.0.0.0/8"])), clock)
    parts = deps.with_parts(calendars=CalendarRegistry((connector,)))

    def make(lanes: int = 1) -> Desk:
        week = tuple(OpeningRule(day, time(9), time(12)) for day in range(1, 6))
        with parts.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
            schedule_id = configuration.create_schedule(
                uow, CreateSchedule(cast.lilas, cast.dr_lune_id, bench.address, lanes, week)
            )
            type_id = configuration.create_appointment_type(
                uow, CreateAppointmentType(cast.lilas, "consultation", "Consultation", 30)
            )
            uow.commit()
        return Desk(parts, clock, cast.ada, cast.lilas, schedule_id, type_id, bench)

    return make


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
    assert desk.seen() == ["0900"]


def test_three_lanes_take_exactly_three(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(lanes=3)

    assert race(desk) == {"booked": 3, "slot_taken": RACERS - 3}
    assert desk.seen() == ["0900"] * 3
    assert NINE not in desk.starts()


def test_booked_moved_and_cancelled_as_others_see_it(desk: Desk) -> None:
    card = desk.book()
    booked = desk.seen()

    flow.move(desk.deps, desk.ada, desk.practice_id, card.id, NINE + 2 * HALF_HOUR)
    moved = desk.seen()
    flow.cancel(desk.deps, desk.ada, desk.practice_id, card.id, "guérie")

    assert (booked, moved, desk.seen()) == (["0900"], ["1000"], [])
    assert NINE in desk.starts()


def test_series_whole_days_and_transparent_events_of_others_count_as_they_should(desk: Desk) -> None:
    written = {
        "weekly": ("DTSTART;TZID=Europe/Paris:20261120T093000", "DURATION:PT30M", "RRULE:FREQ=WEEKLY"),
        "reminder": ("DTSTART:20261127T090000Z", "DURATION:PT30M", "TRANSP:TRANSPARENT"),
    }
    for uid, lines in written.items():
        text = foreign_events.resource(uid, *lines, "SUMMARY:Pris")
        desk.bench.server.write(USER, desk.bench.name, f"{uid}.ics", text)

    starts = [start for start in desk.starts() if start >= NINE]

    assert starts == [NINE + n * HALF_HOUR for n in (0, 2, 3, 4, 5)]


def test_whole_day_off_offers_nothing(desk: Desk) -> None:
    text = foreign_events.resource("off", "DTSTART;VALUE=DATE:20261127", "SUMMARY:Congé")
    desk.bench.server.write(USER, desk.bench.name, "off.ics", text)

    assert [start for start in desk.starts() if start.date() == NINE.date()] == []


def test_lost_reply_is_pending_until_the_sweep_finds_it(desk: Desk) -> None:
    desk.bench.lose_reply()
    card = desk.book()
    desk.clock.advance(minutes=1)

    settled = flow.settle_due(desk.deps)

    assert (card.status, settled) == ("pending", 1)
    assert desk.seen() == ["0900"]


@pytest.mark.parametrize("status", [500, 503, 401])
def test_outage_offers_nothing_and_books_nothing(desk: Desk, status: int) -> None:
    offered = desk.starts()
    desk.bench.proxy.answer(status, times=100)
    desk.clock.advance(minutes=1)

    with pytest.raises(Unavailable):
        desk.book()

    assert offered
    assert desk.starts() == []
    assert desk.seen() == []


def test_server_down_offers_nothing(desk: Desk) -> None:
    offered = desk.starts()
    desk.bench.proxy.refuse()
    desk.clock.advance(minutes=1)

    assert offered
    assert desk.starts() == []


def test_broken_answers_offer_nothing(desk: Desk) -> None:
    offered = desk.starts()
    desk.bench.proxy.truncate(times=100)
    desk.clock.advance(minutes=1)

    assert offered
    assert desk.starts() == []


def wait(desk: Desk) -> None:
    with desk.deps.unit_of_work(desk.ada) as uow:
        until = NINE.date() + timedelta(days=28)
        waiting.join(uow, JoinWaitingList(desk.practice_id, desk.type_id, "+33639980010", until))
        uow.commit()


def sync(desk: Desk) -> list[str]:
    """Let the sweeps read and offer; return the times the cards offer, in order."""
    desk.clock.advance(minutes=1)
    flow.refresh_due(desk.deps)
    flow.offer_due(desk.deps)
    with desk.deps.unit_of_work(desk.ada) as uow:
        cards = callbacks.open_cards(uow, desk.practice_id).items
    return [time_ for card in cards for time_ in re.findall(r"à (\d+:\d\d)", card.note)]


def status(desk: Desk, card: AppointmentCard) -> tuple[str, datetime]:
    with desk.deps.unit_of_work(desk.ada) as uow:
        now = reads.appointment(uow, desk.practice_id, card.id)
    return now.status, now.start


def resource(card: AppointmentCard) -> str:
    return card.href.rsplit("/", 1)[-1]


def test_what_the_doctor_deletes_or_moves_of_his_own_is_offered(desk: Desk) -> None:
    server, name = desk.bench.server, desk.bench.name
    for uid, hour in (("rendez-vous", 9), ("visite", 11)):
        text = foreign_events.resource(
            uid, f"DTSTART;TZID=Europe/Paris:20261127T{hour:02}0000", "DURATION:PT30M"
        )
        server.write(USER, name, f"{uid}.ics", text)
    wait(desk)
    before = sync(desk)

    server.delete(USER, name, "rendez-vous.ics")
    first = sync(desk)
    desk.clock.advance(hours=3)
    text = foreign_events.resource("visite", "DTSTART;TZID=Europe/Paris:20261127T113000", "DURATION:PT30M")
    server.write(USER, name, "visite.ics", text)

    assert (before, first) == ([], ["9:00"])
    assert sync(desk) == ["9:00", "11:00"]
    assert NINE + 5 * HALF_HOUR not in desk.starts()


def test_what_we_booked_and_the_doctor_deletes_is_cancelled_and_offered(desk: Desk) -> None:
    card = desk.book()
    desk.bench.write_foreign(NINE + HALF_HOUR, NINE + 2 * HALF_HOUR)
    wait(desk)
    before = sync(desk)

    desk.bench.server.delete(USER, desk.bench.name, resource(card))

    assert (before, sync(desk)) == ([], ["9:00"])
    assert status(desk, card) == ("cancelled", NINE)
    assert desk.book(given="Bruno").status == "booked"


def test_what_we_booked_and_the_doctor_moves_is_followed(desk: Desk) -> None:
    server, name = desk.bench.server, desk.bench.name
    card = desk.book()
    wait(desk)
    sync(desk)

    text = server.read(USER, name, resource(card)) or ""
    server.write(USER, name, resource(card), text.replace("T090000", "T100000").replace("T093000", "T103000"))

    assert sync(desk) == ["9:00"]
    assert status(desk, card) == ("booked", NINE + 2 * HALF_HOUR)
    assert NINE + 2 * HALF_HOUR not in desk.starts()
    flow.cancel(desk.deps, desk.ada, desk.practice_id, card.id, "guérie")
    assert desk.seen() == []
