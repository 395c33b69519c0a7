"""A whole installation as an operator runs it: ``telesec serve`` in a process of its own, on a free port."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx

from telesec.bootstrap import Deps, build_deps
from telesec.settings import read_settings
from telesec.testing.carrier import CarrierServer
from telesec.testing.cast import Cast, seed_cast
from telesec.testing.on_call import put_on_call


def wait_for(condition: Callable[[], Any], seconds: float = 40) -> Any:
    """Return the first true answer of ``condition``, or its last one when ``seconds`` have passed."""
    pause, until = threading.Event(), time.monotonic() + seconds
    answer = condition()
    while not answer and time.monotonic() < until:
        pause.wait(0.05)
        answer = condition()
    return answer


def free_port() -> int:
    """Return a port of loopback nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """One data folder and the processes that serve it, with the cast and a doctor on call.

    Args:
        folder: Holds data and log; the database's own user must be able to walk to it.
        carrier: Takes the SMS.
    """

    deps: Deps
    cast: Cast

    def __init__(self, folder: Path, carrier: CarrierServer) -> None:
        self.data = folder / "data"
        self.log = folder / "log"
        self.port = free_port()
        self.environ = {
            "TELESEC_DATA_DIR": str(self.data),
            "TELESEC_PORT": str(self.port),
            "TELESEC_PUBLIC_URL": f"http://localhost:{self.port}",
            "TELESEC_ALLOWED_NETWORKS": "127.0.0.0/8",
            "TELESEC_TWILIO_ACCOUNT_SID": carrier.account_sid,
            "TELESEC_TWILIO_AUTH_TOKEN": carrier.auth_token,
            "TELESEC_TWILIO_BASE_URL": carrier.url,
            "TELESEC_TWILIO_FROM_NUMBER": carrier.from_number,
        }
        self._supervisor: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        """Whether the supervisor is there."""
        return self._supervisor is not None and self._supervisor.poll() is None

    def start(self) -> None:
        """Start it unless it runs, and wait until it says it is ready and its own worker is at work.

        Ready alone may be the last beat of the worker before, while the new one still opens its parts.
        """
        if not self.runs:
            with self.log.open("ab") as out:
                self._supervisor = subprocess.Popen(
                    [sys.executable, "-m", "telesec", "serve"],
                    env={**os.environ, **self.environ}, stdout=out, stderr=out,
                )  # fmt: skip
        assert wait_for(self.ready, 90), self.log.read_text()
        assert wait_for(lambda: self.events("worker.started", pid=self.pid("worker"))), self.log.read_text()
        if not hasattr(self, "deps"):
            self.deps = build_deps(read_settings(self.environ))
            self.cast = seed_cast(self.deps)
            put_on_call(self.deps, self.cast)

    def ready(self) -> bool:
        """Return whether database, worker and alerts are well."""
        with suppress(httpx.HTTPError):
            answer = httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5)
            return answer.status_code == httpx.codes.OK
        return False

    def events(self, name: str, **fields: object) -> list[dict[str, Any]]:
        """Return the log's events of one name, oldest first."""
        rows = []
        for line in self.log.read_text().splitlines():
            with suppress(json.JSONDecodeError):
                rows.append(json.loads(line))
        wanted = {"event": name, **fields}.items()
        return [row for row in rows if isinstance(row, dict) and wanted <= row.items()]

    def pid(self, process: str) -> int:
        """Return the newest process id of ``web`` or ``worker``."""
        return int(self.events("child.started", process=process)[-1]["pid"])

    def postmaster(self) -> int | None:
        """Return the database's process id, or None while there is none."""
        with suppress(OSError, ValueError, IndexError):
            return int((self.data / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        return None

    def alive(self) -> list[int]:
        """Return every process of this installation, the database's own helpers included."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                ours = str(self.data).encode() in (entry / "environ").read_bytes()
                here = (entry / "cwd").readlink().is_relative_to(self.data)
                dead = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
                if (ours or here) and not dead:
                    found.append(int(entry.name))
        return found

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the supervisor a signal, wait until every process is gone, return its exit code."""
        assert self._supervisor is not None
        self._supervisor.send_signal(number)
        code = self._supervisor.wait(60)
        assert wait_for(lambda: not self.alive()), self.alive()
        return code
