"""An empty calendar on a real Radicale behind a fault proxy, for the calendar contract tests."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.http_client import READ_SECONDS
from telesec.foundation.ids import new_id
from telesec.integrations.caldav.plugin import CaldavConnector
from telesec.integrations.caldav.wire import resource_name
from telesec.scheduling.ports import CalendarAddress, CalendarEntry, CalendarGateway
from telesec.testing import foreign_events
from telesec.testing.clock import MovableClock
from telesec.testing.fault_proxy import FaultProxy
from telesec.testing.radicale_server import RadicaleServer

USER = "dr-lune"
USERS = {USER: "clair de lune", "dr-soleil": "midi"}


class RadicaleBench:
    """A ``CalendarBench`` of the contract tests; each has a calendar of its own."""

    start = datetime(2026, 11, 30, 8, tzinfo=UTC)

    def __init__(self, server: RadicaleServer, proxy: FaultProxy) -> None:
        self.server = server
        self.proxy = proxy
        self.name = f"agenda-{new_id()}"
        server.make_calendar(USER, self.name)
        self.address = CalendarAddress(
            kind="caldav",
            url=f"{proxy.url}/{USER}/{self.name}/",
            user=USER,
            secret=server.users[USER],
            options={"time_zone": "Europe/Paris", "server": "radicale"},
        )

    def gateway(self, *, read_seconds: float = READ_SECONDS, **changes: Any) -> CalendarGateway:
        """Return another gateway; ``changes`` replace fields of its address."""
        guard = AddressGuard(networks(["127.0.0.0/8"]))
        connector = CaldavConnector(guard, MovableClock(), read_seconds=read_seconds)
        return connector.connect(replace(self.address, **changes))

    def write_foreign(self, start: datetime, end: datetime) -> None:
        """Let another client write a busy event."""
        uid = f"{new_id()}@lilas"
        text = foreign_events.resource(
            uid, f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}", "SUMMARY:Pris"
        )
        self.server.write(USER, self.name, f"{uid}.ics", text)

    def touch(self, entry: CalendarEntry) -> None:
        """Let another client add to our entry's description."""
        name = resource_name(entry.uid)
        text = self.server.read(USER, self.name, name) or ""
        self.server.write(USER, self.name, name, text.replace("DESCRIPTION:", "DESCRIPTION:Vu. "))

    def count(self, uid: str) -> int:
        """Return how many events another client sees under a uid."""
        return sum(f"UID:{uid}" in text for text in self.server.texts(USER, self.name))

    def lose_reply(self) -> None:
        """Let the next write lose its reply."""
        self.proxy.lose_reply()

    def unreachable(self) -> CalendarGateway:
        """Return a gateway to a server that is down."""
        self.proxy.refuse()
        return self.gateway()

    def login_refused(self) -> CalendarGateway:
        """Return a gateway with a wrong password."""
        return self.gateway(secret="wrong")

    def unreadable(self) -> CalendarGateway:
        """Return a gateway to a server that answers 500."""
        self.proxy.answer(500, times=100)
        return self.gateway()
