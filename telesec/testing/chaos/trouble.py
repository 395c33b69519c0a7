"""What breaks, one after the other, in an order a seed decides: it says what it broke and when."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import click
import httpx

from telesec.testing.chaos.ledger import Findings
from telesec.testing.demo.running import RunningDemo
from telesec.testing.demo.servers import CALDAV_USER
from telesec.testing.fhir_server import FhirServer
from telesec.testing.installation import wait_for
from telesec.testing.radicale_server import RadicaleServer
from telesec.testing.still import standing_still

CARRIER_FAULTS = ("500", "429", "lose_request", "lose_reply", "delay", "drop_callback", "duplicate_callback")
AWAY_SECONDS = 3.0
STANDS_SECONDS = 4.0
PATIENCE = 60


class Trouble:
    """Everything that can be broken, and mended again where nobody else would.

    Args:
        demo: The installation.
        seed: Decides what breaks when.
    """

    def __init__(self, demo: RunningDemo, seed: int) -> None:
        self._demo, self._rng = demo, Random(f"{seed} trouble")  # noqa: S311 - a draw that can be repeated
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._revived: list[RadicaleServer | FhirServer] = []
        self.said: list[str] = []
        self._ways: dict[str, Callable[[], None]] = {
            "kill -9 web": lambda: self._kill("telesec web"),
            "kill -9 worker": lambda: self._kill("telesec worker"),
            "kill -9 database": self._kill_database,
            "stop the database": lambda: self._kill_database(signal.SIGINT),
            "database stands still": lambda: self._stand_still(self._postmasters()),
            "calendar (CalDAV) away": self._caldav_away,
            "calendar (CalDAV) stands still": lambda: self._stand_still(self._pids("radicale_child")),
            "calendar (FHIR) stands still": lambda: self._stand_still(self._pids("server.mjs")),
            "web and worker at once": lambda: self._kill("telesec web", "telesec worker"),
            "carrier misbehaves": self._carrier,
        }

    def until(self, stop: threading.Event, pause_seconds: float) -> None:
        """Break one thing after the other; none comes twice before each came once."""
        left: list[str] = []
        while not stop.wait(pause_seconds * (0.5 + self._rng.random())):
            left = left or self._rng.sample(sorted(self._ways), len(self._ways))
            self.breaks(left.pop())

    def breaks(self, name: str) -> None:
        """Break one thing and say so."""
        line = f"{time.monotonic() - self._began:6.1f} s  {name}"
        self.said.append(line)
        click.echo(line)
        self._ways[name]()

    def mend(self, findings: Findings) -> None:
        """Take back every fault of the outside world and wait until the installation says it is well."""
        if not wait_for(lambda: self._at_carrier("DELETE"), PATIENCE):
            findings.disagreements.append("the simulated carrier does not answer")
        if not wait_for(self._is_well, 60):
            findings.disagreements.append("the installation does not get well by itself")

    def leave(self) -> None:
        """Stop the servers that were started again here."""
        for server in self._revived:
            server.stop()

    def _is_well(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self._demo.port}/readyz", timeout=5).is_success
        return False

    def _pids(self, *words: str) -> list[int]:
        return [pid for pid, command in self._demo.alive().items() if any(word in command for word in words)]

    def _kill(self, *words: str) -> None:
        for pid in self._pids(*words):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _kill_database(self, number: signal.Signals = signal.SIGKILL) -> None:
        with suppress(ProcessLookupError, IndexError, OSError):
            os.kill(self._postmaster(), number)

    def _postmaster(self) -> int:
        path = self._demo.data / "postgres" / "data" / "postmaster.pid"
        return int(path.read_text().split()[0])

    def _stand_still(self, pids: list[int]) -> None:
        with standing_still(pids):
            threading.Event().wait(STANDS_SECONDS)

    def _postmasters(self) -> list[int]:
        with suppress(OSError, IndexError):
            return [self._postmaster()]
        return []

    def _caldav_away(self) -> None:
        """Kill the CalDAV server; start it again on its folder and port after a while."""
        known = next(
            row["calendar"] for row in self._demo.known["practices"] if row["calendar"]["kind"] == "caldav"
        )
        for server in self._revived:
            server.stop()
        self._revived.clear()
        self._kill("radicale_child")
        threading.Event().wait(AWAY_SECONDS)
        again = RadicaleServer(
            self._demo.data / "demo" / "caldav",
            {CALDAV_USER: known["password"]},
            port=self._demo.port + 1,
        )
        again.start()
        self._revived.append(again)

    def _carrier(self) -> None:
        fault = {"kind": self._rng.choice(CARRIER_FAULTS), "times": self._rng.randrange(1, 6), "seconds": 8}
        self.said.append(f"          {fault}")
        self._at_carrier("POST", json=fault)

    def _at_carrier(self, method: str, **sent: Any) -> bool:
        """Ask the simulated carrier's own door; it shares a small machine with everybody."""
        with suppress(httpx.HTTPError):
            url = f"{self._demo.carrier}/control/faults"
            return httpx.request(method, url, timeout=PATIENCE, **sent).is_success
        return False
