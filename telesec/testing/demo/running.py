"""The demo as anybody starts it, in a process of its own, for tests that walk through it.

It knows the demo only from outside: its command, ``demo.json``, its ports and its processes.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from telesec.testing.installation import wait_for

START_SECONDS, STOP_SECONDS = 240, 60
PORTS = 4
TRIES = 50
LOWEST, OUTGOING = 20_000, 32_768


def free_base() -> int:
    """Return a port of loopback that is free together with the three after it.

    It lies below the ports the system hands to connections that go out: one of those may take it first.

    Raises:
        RuntimeError: None was found.
    """
    for _ in range(TRIES):
        base = LOWEST + secrets.randbelow(OUTGOING - LOWEST - PORTS)
        if all(_is_free(port) for port in range(base, base + PORTS)):
            return base
    raise RuntimeError("no four free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return True
    return False


class RunningDemo:
    """One demo; use it as a context manager, which leaves no process behind.

    Args:
        data: Its folder; the database's own user must be able to walk to it.
    """

    def __init__(self, data: Path) -> None:
        self.data = data
        self.log = data.with_suffix(".log")
        self.port = free_base()
        self._process: subprocess.Popen[bytes] | None = None
        self.known: dict[str, Any] = {}

    @property
    def url(self) -> str:
        """The web's address."""
        return str(self.known["url"])

    @property
    def carrier(self) -> str:
        """The simulated phones' address."""
        return str(self.known["carrier"]["url"])

    def practice(self, name: str) -> Mapping[str, Any]:
        """Return what ``demo.json`` says of a practice."""
        return next(row for row in self.known["practices"] if name in row["name"])

    def person(self, email: str) -> Mapping[str, Any]:
        """Return what ``demo.json`` says of somebody who logs in, by the first part of the e-mail."""
        return next(row for row in self.known["users"] if row["email"].startswith(f"{email}@"))

    def start(self) -> Self:
        """Start it and wait until it says where it is."""
        command = [sys.executable, "-m", "telesec", "demo", "--data", str(self.data), "--port"]
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                [*command, str(self.port)], stdout=out, stderr=out, process_group=0
            )
        assert wait_for(self._is_ready, START_SECONDS), self.log.read_text()
        self.known = json.loads((self.data / "demo.json").read_text())
        return self

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        return "telesec is at " in self.log.read_text()

    def stop(self) -> int:
        """Press Ctrl-C as at a terminal and return the exit code once every process of it is gone."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGINT)
        code = self._process.wait(STOP_SECONDS)
        assert wait_for(lambda: not self.alive(), STOP_SECONDS), self.alive()
        return code

    def ended(self) -> bool:
        """Stop it; return whether it ended in good order. Whatever is left of it is killed."""
        with suppress(subprocess.TimeoutExpired, AssertionError):
            return self.stop() == 0
        for pid in self.alive():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return False

    def alive(self) -> Mapping[int, str]:
        """Return the processes of this demo, each with its command line."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                command = (entry / "cmdline").read_bytes()
                inside = (entry / "cwd").readlink().is_relative_to(self.data)
                ours = str(self.data).encode() in command + (entry / "environ").read_bytes()
                if command and (ours or inside) and int(entry.name) != os.getpid():
                    found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
        return found

    def kill_calendar(self) -> None:
        """Kill the CalDAV server as a crash would."""
        pids = [pid for pid, command in self.alive().items() if "radicale_child" in command]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        assert pids

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.stop() == 0, self.log.read_text()
        assert "Traceback" not in self.log.read_text(), self.log.read_text()
