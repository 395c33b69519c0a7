"""A process that books and is ended by SIGKILL at a chosen point; run by tests in a child of their own."""

import os
import signal
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from telesec.bootstrap import CalendarRegistry, build_deps
from telesec.foundation.access import Actor
from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.database import Database
from telesec.integrations.caldav.plugin import CaldavConnector
from telesec.scheduling import flow
from telesec.scheduling.booking import BookAppointment
from telesec.scheduling.ports import (
    AppointmentWrite,
    CalendarAddress,
    CalendarEntry,
    CalendarGateway,
    CalendarReading,
)
from telesec.settings import Settings
from telesec.testing.clock import MovableClock

POINTS = ("reserved", "read", "before_put", "after_put", "read_back")


@dataclass(frozen=True)
class Victim:
    """Everything the child needs; all of it can be pickled."""

    database_url: str
    context_key: bytes
    data_dir: Path
    master_key_file: Path
    actor: Actor
    command: BookAppointment
    point: str


class DyingConnector:
    """Opens real CalDAV gateways that end this process at one point."""

    kind = "caldav"

    def __init__(self, point: str) -> None:
        self.point = point
        self.real = CaldavConnector(AddressGuard(networks(["127.0.0.0/8"])), MovableClock())

    def connect(self, address: CalendarAddress) -> CalendarGateway:
        self.reach("reserved")
        return DyingGateway(self, self.real.connect(address))

    def reach(self, point: str) -> None:
        """End this process here, as ``kill -9`` would, if this is the point."""
        if point == self.point:
            os.kill(os.getpid(), signal.SIGKILL)


class DyingGateway:
    """A real gateway with the chosen point in it."""

    def __init__(self, connector: DyingConnector, real: CalendarGateway) -> None:
        self.connector = connector
        self.real = real

    def read(self, start: datetime, end: datetime) -> CalendarReading:
        reading = self.real.read(start, end)
        self.connector.reach("read")
        return reading

    def put(self, write: AppointmentWrite) -> CalendarEntry:
        self.connector.reach("before_put")
        entry = self.real.put(write)
        self.connector.reach("after_put")
        return entry

    def find(self, uid: str, href: str = "") -> CalendarEntry | None:
        found = self.real.find(uid, href)
        self.connector.reach("read_back")
        return found

    def remove(self, entry: CalendarEntry) -> None:
        self.real.remove(entry)


def book_and_die(victim: Victim) -> None:
    """Book as the web process would; does not come back."""
    settings = Settings(
        data_dir=victim.data_dir,
        master_key_file=victim.master_key_file,
        public_url="http://localhost:8000",
        mail_from="bureau@telesec.example",
    )
    deps = build_deps(
        settings,
        database=Database(victim.database_url, victim.context_key),
        clock=MovableClock(),
        calendars=CalendarRegistry((DyingConnector(victim.point),)),
        channels={},
        carriers={},
    )
    flow.book(deps, victim.actor, victim.command)
