"""Booking in a real calendar beside the three requests it cannot do without."""

import base64
import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from benchmarks.figures import Figure, at_share, median, seconds
from benchmarks.stage import Hall, Stage
from telesec.bootstrap import CalendarRegistry
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.clock import SystemClock
from telesec.foundation.ids import new_id
from telesec.integrations.caldav.multistatus import query_between
from telesec.integrations.caldav.plugin import CaldavConnector
from telesec.scheduling import configuration, flow
from telesec.scheduling.booking import BookAppointment
from telesec.scheduling.configuration import CreateAppointmentType, CreateSchedule
from telesec.scheduling.hours import OpeningRule
from telesec.scheduling.ports import CalendarAddress
from telesec.scheduling.service import HoldSlot
from telesec.testing import foreign_events
from telesec.testing.logins import Program, program_as
from telesec.testing.radicale_server import RadicaleServer

USER, PASSWORD = "dr-lune", "clair de lune"
PARIS = ZoneInfo("Europe/Paris")
A_DAY, MINUTES = 20, 30


@dataclass
class Books:
    """A practice with one calendar, and the slots still to be taken in it."""

    stage: Stage
    schedule_id: UUID
    type_id: UUID
    program: Program
    first: datetime
    taken: int = 0

    def next_start(self) -> datetime:
        """Return a start nobody took."""
        day, place = divmod(self.taken, A_DAY)
        self.taken += 1
        return self.first + timedelta(days=day, minutes=place * MINUTES)

    def book(self) -> None:
        """Book by the flow the desk uses."""
        slot = HoldSlot(self.stage.cast.lilas, self.schedule_id, self.type_id, self.next_start(), None, "Ada")
        card = flow.book(
            self.stage.deps, self.stage.cast.ada, BookAppointment(slot, "Lilas", "Zoé", "+33639980020")
        )
        assert card.status == "booked"  # noqa: S101 - a refusal would be fast

    def enter(self) -> None:
        """Book as one request."""
        body = {
            "practice_id": str(self.stage.cast.lilas),
            "schedule_id": str(self.schedule_id),
            "appointment_type_id": str(self.type_id),
            "start": self.next_start().isoformat(),
            "patient": {"family_name": "Lilas", "given_name": "Zoé", "phone": "+33639980020"},
        }
        answer = self.program.post("/api/v1/appointments", body)
        assert answer.status_code == 201, answer.text  # noqa: S101 - a refusal would be fast


class Raw:
    """The same three requests on a connection that stays open."""

    def __init__(self, server: RadicaleServer, name: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port)
        self._path = f"/{USER}/{name}/"
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}", "Depth": "1"}

    def three(self, start: datetime) -> None:
        """Look at the slot, write under a condition, read back."""
        end, uid, day = start + timedelta(minutes=MINUTES), f"{new_id()}", timedelta(days=1)
        text = foreign_events.resource(
            uid, f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}", "SUMMARY:Pris"
        )
        self._ask("REPORT", self._path, query_between(start - day, end + day), {}, 207)
        put = {"Content-Type": "text/calendar; charset=utf-8", "If-None-Match": "*"}
        self._ask("PUT", f"{self._path}{uid}.ics", text, put, 201)
        self._ask("GET", f"{self._path}{uid}.ics", "", {}, 200)

    def _ask(self, method: str, path: str, body: str, headers: dict[str, str], status: int) -> None:
        self._connection.request(method, path, body.encode(), {**self._headers, **headers})
        answer = self._connection.getresponse()
        answer.read()
        assert answer.status == status, (method, answer.status)  # noqa: S101 - an error would be fast


def figures(hall: Hall, rounds: int) -> Iterator[Figure]:
    """Yield the figures of booking on a real Radicale."""
    guard = AddressGuard(networks(["127.0.0.0/8"]))
    connector = CaldavConnector(guard, SystemClock())
    with (
        RadicaleServer(hall.folder / "radicale", {USER: PASSWORD}) as server,
        hall.stage(calendars=CalendarRegistry((connector,))) as stage,
    ):
        books = _books(stage, server)
        server.make_calendar(USER, "autre")
        raw, ours, theirs = Raw(server, "autre"), [], []
        at = books.first
        for number in range(max(30, rounds // 3)):
            start = at + timedelta(days=number // A_DAY, minutes=number % A_DAY * MINUTES)
            ours.append(seconds(books.book))
            theirs.append(seconds(lambda start=start: raw.three(start)))  # type: ignore[misc]
        yield Figure("booking ÷ the same three raw requests", median(ours) / median(theirs), "×", 1.5)
        served = [seconds(books.enter) for _ in range(max(30, rounds // 3))]
        yield Figure("booking: answered after Enter, p95", at_share(served, 0.95) * 1e3, "ms", 800)


def _books(stage: Stage, server: RadicaleServer) -> Books:
    lilas = stage.cast.lilas
    server.make_calendar(USER, "agenda")
    options = {"time_zone": "Europe/Paris", "server": "radicale"}
    address = CalendarAddress("caldav", f"{server.url}{USER}/agenda/", USER, PASSWORD, options)
    week = tuple(OpeningRule(day, time(8), time(20)) for day in range(1, 8))
    with stage.deps.unit_of_work(system_actor(Purpose.SETUP, lilas)) as uow:
        schedule_id = configuration.create_schedule(
            uow, CreateSchedule(lilas, stage.cast.dr_lune_id, address, 1, week)
        )
        type_id = configuration.create_appointment_type(
            uow, CreateAppointmentType(lilas, "consultation", "Consultation", MINUTES)
        )
        uow.commit()
    flow.refresh(stage.deps, lilas, schedule_id)
    program = program_as(stage.deps, stage.app(), stage.cast.ada)
    first = datetime.combine(stage.deps.clock.now().date() + timedelta(days=2), time(8), PARIS)
    return Books(stage, schedule_id, type_id, program, first)
