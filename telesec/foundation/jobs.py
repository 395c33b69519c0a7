"""Background work: sweeps do it, wake-ups only hurry them.

A sweep is idempotent and finds its rows by itself, so a lost wake-up costs a second, not an alert.
A wake-up is a Procrastinate job deferred on the transaction's own connection: it commits with the
fact or not at all, and its only argument is the sweep's name.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import procrastinate
import structlog
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy.orm import Session

log = structlog.get_logger(__name__)
QUEUE = "sweeps"
TASK = "telesec.sweep"


@dataclass(frozen=True)
class Sweep:
    """One kind of background work.

    Args:
        name: ``room.verb``.
        every_seconds: How often it runs without being woken.
        run: Does what is due, returns how many rows it worked on.
    """

    name: str
    every_seconds: float
    run: Callable[[Any], int]


class WakeUps:
    """Defers wake-ups; made once per process."""

    def __init__(self, database_url: str) -> None:
        self.app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(conninfo=database_url, min_size=1, max_size=4)
        )

    def defer(self, session: Session, sweep: str) -> None:
        """Defer the wake-up of one sweep inside the session's transaction, once while one waits."""
        try:
            with session.begin_nested():
                # The savepoint is made when the connection is first asked for inside the block: asked for
                # before it, a wake-up that already waits would abort the whole transaction.
                raw = session.connection().connection.driver_connection
                task = self.app.configure_task(TASK, queue=QUEUE, queueing_lock=sweep, connection=raw)
                task.defer(sweep=sweep)
        except AlreadyEnqueued:
            log.debug("wake_up.already_waiting", sweep=sweep)


class SweepRunner:
    """Runs every sweep at its interval, and at once when woken; one thread per sweep.

    A sweep never overlaps itself in one process; across processes the rows' own locks decide.
    """

    def __init__(self, sweeps: Mapping[str, Sweep], deps: Any) -> None:
        self._sweeps = sweeps
        self._deps = deps
        self._stop = threading.Event()
        self._bells = {name: threading.Event() for name in sweeps}
        self._threads: list[threading.Thread] = []
        self.last_run: dict[str, float] = {}

    def start(self) -> None:
        """Start one thread per sweep."""
        for sweep in self._sweeps.values():
            thread = threading.Thread(
                target=self._loop, args=(sweep,), name=f"sweep-{sweep.name}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def wake(self, name: str) -> None:
        """Run a sweep now; an unknown name does nothing, since a job's arguments are only hints."""
        bell = self._bells.get(name)
        if bell is not None:
            bell.set()

    def stop(self, *, wait_seconds: float = 20) -> None:
        """Let each running sweep finish its round, start no other."""
        self._stop.set()
        for bell in self._bells.values():
            bell.set()
        deadline = time.monotonic() + wait_seconds
        for thread in self._threads:
            thread.join(max(0.1, deadline - time.monotonic()))

    def _loop(self, sweep: Sweep) -> None:
        bell = self._bells[sweep.name]
        while not self._stop.is_set():
            bell.clear()
            run_once(sweep, self._deps)
            self.last_run[sweep.name] = time.monotonic()
            bell.wait(sweep.every_seconds)


def run_once(sweep: Sweep, deps: Any) -> int:
    """Run one round of a sweep; a failure is logged by its type and never ends the loop."""
    try:
        return sweep.run(deps)
    except Exception as error:  # noqa: BLE001 - the edge of a job
        log.error("sweep.failed", sweep=sweep.name, error=type(error).__name__)  # noqa: TRY400 - a trace may hold data
        return 0
