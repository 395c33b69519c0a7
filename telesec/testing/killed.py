"""A process that books, moves or cancels and is ended by SIGKILL at a point; run in a child of a test."""

import os
import signal
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from telesec.bootstrap import CalendarRegistry, Deps, build_deps
from telesec.foundation.access import Actor
from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.clock import Clock
from telesec.foundation.database import Database
from telesec.integrations.caldav.plugin import CaldavConnector
from telesec.integrations.fhir.connector import FhirConnector
from telesec.scheduling import flow
from telesec.scheduling.booking import BookAppointment
from telesec.scheduling.ports import (
    AppointmentWrite,
    CalendarAddress,
    CalendarConnector,
    CalendarEntry,
    CalendarGateway,
    CalendarReading,
)
from telesec.scheduling.reads import AppointmentCard
from telesec.settings import Settings
from telesec.testing.clock import MovableClock

POINTS = (
    "reserved", "read", "before_put", "after_put", "read_back", "before_remove", "after_remove",
)  # fmt: skip
"""``reserved`` is the first moment after our own commit, ``read_back`` the first look for our entry."""


@dataclass(frozen=True)
class Book:
    """Book a slot."""

    command: BookAppointment

    def carry_out(self, deps: Deps, actor: Actor) -> AppointmentCard:
        """Do it."""
        return flow.book(deps, actor, self.command)


@dataclass(frozen=True)
class Move:
    """Move an appointment."""

    practice_id: UUID
    appointment_id: UUID
    start: datetime

    def carry_out(self, deps: Deps, actor: Actor) -> AppointmentCard:
        """Do it."""
        return flow.move(deps, actor, self.practice_id, self.appointment_id, self.start)


@dataclass(frozen=True)
class Cancel:
    """Cancel an appointment."""

    practice_id: UUID
    appointment_id: UUID

    def carry_out(self, deps: Deps, actor: Actor) -> AppointmentCard:
        """Do it."""
        return flow.cancel(deps, actor, self.practice_id, self.appointment_id)


@dataclass(frozen=True)
class Victim:
    """Everything the child needs; all of it can be pickled."""

    database_url: str
    context_key: bytes
    data_dir: Path
    master_key_file: Path
    actor: Actor
    act: Book | Move | Cancel
    kind: str
    point: str


def connector(kind: str, clock: Clock) -> CalendarConnector:
    """Return a real connector that speaks to servers of this machine."""
    guard = AddressGuard(networks(["127.0.0.0/8"]))
    return CaldavConnector(guard, clock) if kind == "caldav" else FhirConnector(guard, clock)


class DyingConnector:
    """Opens real gateways that end this process at one point."""

    def __init__(self, kind: str, point: str) -> None:
        self.kind, self.point = kind, point
        self.real = connector(kind, MovableClock())

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
        self.connector.reach("before_remove")
        self.real.remove(entry)
        self.connector.reach("after_remove")


def act_and_die(victim: Victim) -> None:
    """Act as the web process would; does not come back."""
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
        calendars=CalendarRegistry((DyingConnector(victim.kind, victim.point),)),
        channels={},
        carriers={},
    )
    victim.act.carry_out(deps, victim.actor)
