"""``telesec serve``: the embedded database, one web and one worker process, kept alive.

A child that dies is started again, at once the first time and then with growing pauses. The kernel
ends every child when the supervisor itself is killed, so nothing is left behind.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence

import structlog

log = structlog.get_logger(__name__)
_PR_SET_PDEATHSIG = 1
LONGEST_PAUSE = 10.0
GRACE_SECONDS = 25


class Child:
    """One supervised process."""

    def __init__(self, name: str, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self.name = name
        self._command = list(command)
        self._environ = dict(environ)
        self._failures = 0
        self._wait_until = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; the kernel will end it with us."""
        libc = ctypes.CDLL(None)
        self.process = subprocess.Popen(
            self._command,
            env=self._environ,
            preexec_fn=lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM),
        )
        log.info("child.started", process=self.name, pid=self.process.pid)

    def revive(self, now: float) -> None:
        """Start it again if it died, after a pause that grows with each death.

        Args:
            now: Seconds on a monotonic clock.
        """
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            log.error("child.died", process=self.name, code=self.process.returncode)
            self.process = None
            self._wait_until = now + min(LONGEST_PAUSE, 0.25 * 2**self._failures) * (self._failures > 0)
            self._failures += 1
        if now >= self._wait_until:
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


def telesec_child(name: str, *words: str, environ: Mapping[str, str] | None = None) -> Child:
    """Return a child that runs ``telesec <words>`` with this interpreter."""
    return Child(name, [sys.executable, "-m", "telesec", *words], {**os.environ, **(environ or {})})


def supervise(
    children: Sequence[Child],
    stop: threading.Event,
    *,
    now: Callable[[], float],
    started: Callable[[], None] = lambda: None,
) -> None:
    """Keep the children alive until ``stop`` is set, then end them in order.

    Args:
        children: Started in this order.
        stop: Set by a signal.
        now: Seconds on a monotonic clock.
        started: Called once after the first start.
    """
    for child in children:
        child.start()
    started()
    while not stop.wait(0.25):
        for child in children:
            child.revive(now())
    for child in children:
        child.stop()
    for child in children:
        child.wait()
