"""The outside world of the demo: a CalDAV server, a FHIR server and a carrier, all on loopback.

Each keeps its data in the demo's folder and its port from one start to the next.
"""

import secrets
import socket
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.scheduling.ports import CalendarAddress
from telesec.testing import foreign_events
from telesec.testing.carrier.server import CarrierServer
from telesec.testing.demo.people import PRACTICES, DemoPractitioner
from telesec.testing.fhir_server import FhirServer, SlotPlan, seed_schedule
from telesec.testing.radicale_server import RadicaleServer

CALDAV_USER = "lilas"
FHIR_USER = "saules"


@dataclass
class OutsideWorld:
    """The three servers, started."""

    caldav: RadicaleServer
    fhir: FhirServer
    carrier: CarrierServer
    passwords: dict[str, str]

    def address(self, kind: str, practitioner: DemoPractitioner) -> CalendarAddress:
        """Return the calendar of a practitioner, as the practice would type it."""
        if kind == "caldav":
            url = self.caldav.collection(CALDAV_USER, practitioner.key)
            return CalendarAddress(
                "caldav", url, CALDAV_USER, self.passwords["caldav"], {"server": "radicale"}
            )
        options = {
            "schedule": f"Schedule/{practitioner.key}",
            "practitioner": f"Practitioner/{practitioner.key}",
        }
        return CalendarAddress("fhir", self.fhir.url, FHIR_USER, self.passwords["fhir"], options)


def require_ports(base_port: int) -> None:
    """Refuse to start where one of the demo's four ports is taken.

    Raises:
        Misconfigured: A port is taken.
    """
    for port in range(base_port, base_port + 4):
        _refuse_taken(port)


def start(folder: Path, base_port: int, public_url: str, stack: ExitStack, now: datetime) -> OutsideWorld:
    """Start the servers on the three ports after ``base_port``; ``stack`` stops them."""
    passwords = {name: _password(folder / f"{name}.password") for name in ("caldav", "fhir")}
    caldav = RadicaleServer(folder / "caldav", {CALDAV_USER: passwords["caldav"]}, port=base_port + 1)
    stack.enter_context(caldav)
    fhir = FhirServer(user=FHIR_USER, password=passwords["fhir"], data=folder / "fhir", port=base_port + 2)
    stack.enter_context(fhir)
    (folder / "carrier").mkdir(mode=0o700, parents=True, exist_ok=True)
    carrier = CarrierServer(
        port=base_port + 3,
        state_dir=folder / "carrier",
        account_sid="AC" + _password(folder / "account.sid")[:32],
        auth_token=_password(folder / "carrier.token"),
        lines=tuple(practice.line for practice in PRACTICES),
    )
    carrier.listen_at(
        sms_url=f"{public_url}/hooks/twilio/sms",
        voice_url=f"{public_url}/hooks/twilio/calls",
        voice_status_url=f"{public_url}/hooks/twilio/calls",
    )
    stack.enter_context(carrier)
    _fill(caldav, fhir, now)
    return OutsideWorld(caldav, fhir, carrier, passwords)


def _fill(caldav: RadicaleServer, fhir: FhirServer, now: datetime) -> None:
    """Write what the practices' own people put into their calendars before we came."""
    today = now.date()
    monday = today - timedelta(days=today.weekday())
    for practice in PRACTICES:
        for person in practice.practitioners:
            if practice.calendar == "caldav":
                caldav.make_calendar(CALDAV_USER, person.key)
                _foreign(caldav, person.key, monday)
            else:
                with fhir.client() as client:
                    seed_schedule(
                        client,
                        key=person.key,
                        practitioner=(person.name.split()[-1], person.name.split()[0], person.rpps),
                        plan=SlotPlan(first_day=today, days=21, minutes=30, lanes=person.lanes),
                    )


def _foreign(caldav: RadicaleServer, key: str, monday: date) -> None:
    if caldav.read(CALDAV_USER, key, "reunion.ics") is not None:
        return
    meeting = foreign_events.weekly_meeting(monday + timedelta(days=1))
    caldav.write(CALDAV_USER, key, "reunion.ics", meeting)
    caldav.write(CALDAV_USER, key, "vaccins.ics", foreign_events.reminder(monday + timedelta(days=3)))
    if key == "soleil":
        caldav.write(CALDAV_USER, key, "conges.ics", foreign_events.leave(monday + timedelta(days=14), 5))


def _password(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(16))
    return path.read_text()


def _refuse_taken(port: int) -> None:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Misconfigured(
                say(
                    "Port %(port)s is in use. Stop the other program, or type: make demo PORT=%(other)s",
                    port=port,
                    other=port + 100,
                )
            ) from None
