"""``telesec serve``: the embedded database, one web and one worker process, kept alive.

A part that dies is started again, at once the first time and then with growing pauses. The kernel
ends every part when the supervisor itself is killed, so nothing is left behind.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import structlog

from telesec.foundation.embedded_postgres import EmbeddedPostgres
from telesec.foundation.errors import Misconfigured

log = structlog.get_logger(__name__)
_PR_SET_PDEATHSIG = 1
LONGEST_PAUSE = 10.0
STEADY_SECONDS = 60.0
GRACE_SECONDS = 25
ANSWER_SECONDS = 5


class Part(Protocol):
    """Something the supervisor keeps alive."""

    def start(self) -> None:
        """Start it, unless it runs."""
        ...

    def revive(self, now: float) -> None:
        """Start it again if it died; ``now`` is in seconds on a monotonic clock."""
        ...

    def stop(self) -> None:
        """Ask it to finish."""
        ...

    def wait(self) -> None:
        """Wait for it, then insist."""
        ...


class Pauses:
    """How long to wait before the next start: nothing at first, then twice as long each time, 10 s at most.

    A part that ran for a minute has earned an immediate start again.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._started_at = 0.0
        self._wait_until = 0.0

    def died(self, now: float) -> None:
        """Note a death."""
        if now - self._started_at > STEADY_SECONDS:
            self._failures = 0
        pause = min(LONGEST_PAUSE, 0.25 * 2**self._failures) if self._failures else 0
        self._wait_until = now + pause
        self._failures += 1

    def may_start(self, now: float) -> bool:
        """Return whether the pause is over; a yes counts as a start."""
        if now < self._wait_until:
            return False
        self._started_at = now
        return True


class Child:
    """One supervised process.

    It has a session of its own: Ctrl-C in a terminal reaches the supervisor only, which ends its
    children in order.
    """

    def __init__(self, name: str, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self.name = name
        self._command = list(command)
        self._environ = dict(environ)
        self._pauses = Pauses()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; the kernel will end it with us."""
        self.process = subprocess.Popen(
            self._command, env=self._environ, preexec_fn=_end_with_parent(), start_new_session=True
        )
        log.info("child.started", process=self.name, pid=self.process.pid)

    def revive(self, now: float) -> None:
        """Start it again if it died, after a pause that grows with each death."""
        if self.process is not None:
            if self.process.poll() is None:
                return
            log.error("child.died", process=self.name, code=self.process.returncode)
            self.process = None
            self._pauses.died(now)
        if self._pauses.may_start(now):
            self.start()

    def stop(self) -> None:
        """Ask it to finish."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def wait(self) -> None:
        """Wait for it, then insist."""
        if self.process is None:
            return
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class KeptDatabase:
    """The embedded database as a part: first to start, last to stop.

    Web and worker keep running while it is away; their pools reconnect by themselves.

    Args:
        embedded: The server; may be running already.
    """

    def __init__(self, embedded: EmbeddedPostgres) -> None:
        self._server = embedded.server
        self._pauses = Pauses()
        self._down = False

    def start(self) -> None:
        """Start it, unless it runs."""
        if self._server.pid is None:
            self._server.start()

    def revive(self, now: float) -> None:
        """Start it again if the postmaster died; a long recovery goes on while the others are watched."""
        if self._server.pid is not None:
            self._down = False
            return
        if not self._down:
            self._down = True
            log.error("child.died", process="postgres")
            self._pauses.died(now)
        if self._pauses.may_start(now):
            self._try(now)

    def _try(self, now: float) -> None:
        try:
            self._server.start(wait_seconds=ANSWER_SECONDS)
        except (Misconfigured, OSError):
            if self._server.pid is None:
                log.warning("child.not_started", process="postgres")
                self._pauses.died(now)
                return
        log.info("child.started", process="postgres", pid=self._server.pid)

    def stop(self) -> None:
        """Do nothing yet: the others still write."""

    def wait(self) -> None:
        """Stop it."""
        self._server.stop()


def _end_with_parent() -> Callable[[], None]:
    """Return what a child runs before its program: the kernel sends it SIGTERM when we are gone."""
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def prepare() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def telesec_child(name: str, *words: str, environ: Mapping[str, str] | None = None) -> Child:
    """Return a child that runs ``telesec <words>`` with this interpreter."""
    return Child(name, [sys.executable, "-m", "telesec", *words], {**os.environ, **(environ or {})})


def supervise(
    parts: Sequence[Part],
    stop: threading.Event,
    *,
    now: Callable[[], float],
    started: Callable[[], None] = lambda: None,
) -> None:
    """Keep the parts alive until ``stop`` is set, then end them in the reverse order.

    Args:
        parts: Started in this order.
        stop: Set by a signal.
        now: Seconds on a monotonic clock.
        started: Called once after the first start.
    """
    for part in parts:
        part.start()
    started()
    while not stop.wait(0.25):
        for part in parts:
            part.revive(now())
    for part in reversed(parts):
        part.stop()
    for part in reversed(parts):
        part.wait()
