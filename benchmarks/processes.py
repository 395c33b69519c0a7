"""A whole installation: how soon it starts, what it takes, how soon an urgent message is at the carrier."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.desk import resident
from benchmarks.figures import Figure, at_share
from telesec.alerts import service as alerts
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.testing.carrier import CarrierServer
from telesec.testing.installation import Installation
from telesec.triage.levels import Level

URGENT, LONGEST = 100, 60.0


def figures(_hall: object, rounds: int) -> Iterator[Figure]:
    """Yield the figures of ``telesec serve``."""
    del rounds
    with TemporaryDirectory(prefix="telesec-bench-") as folder, CarrierServer() as carrier:
        Path(folder).chmod(0o755)
        installation = Installation(Path(folder), carrier)
        installation.start()
        installation.end()
        starts = []
        try:
            for _ in range(3):
                began = time.perf_counter()
                installation.start()
                starts.append(time.perf_counter() - began)
                if len(starts) < 3:
                    installation.end()
            yield Figure("telesec serve on an existing database, until ready", sorted(starts)[1], "s", 3)
            yield Figure(
                "memory of the web process after its start", resident(installation.pid("web")), "MB", 150
            )
            yield Figure(
                "memory of the worker after its start", resident(installation.pid("worker")), "MB", 150
            )
            late = [_urgent(installation, carrier) for _ in range(URGENT)]
            yield Figure("urgent message saved → request at the carrier, p99", at_share(late, 0.99), "s", 1)
        finally:
            installation.end()


def _urgent(installation: Installation, carrier: CarrierServer) -> float:
    """Return the seconds from the commit of an urgent message to its first request at the carrier."""
    cast, before = installation.cast, len(carrier.requests)
    message = FileMessage(
        cast.lilas, cast.dr_lune_id, Level.DOCTOR_NOW, "Zoé a de la fièvre.", "+33639980010"
    )
    with installation.deps.unit_of_work(cast.ada) as uow:
        filed = messages.file_message(uow, message)
        began = time.perf_counter()
        uow.commit()
    took = _until(carrier, lambda: len(carrier.requests) > before) - began
    assert filed.alert_id is not None  # noqa: S101 - nothing would be sent
    with installation.deps.unit_of_work(cast.dr_lune) as uow:
        alerts.record_outcome(uow, filed.alert_id, alerts.Outcome.PATIENT_CALLED)
        uow.commit()
    return took


def _until(carrier: CarrierServer, done: Callable[[], bool]) -> float:
    """Return when the carrier's log first satisfied ``done``."""
    with carrier.network.condition:
        assert carrier.network.condition.wait_for(done, LONGEST), "the carrier was not asked"  # noqa: S101
    return time.perf_counter()
