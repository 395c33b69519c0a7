"""A whole installation: how soon it starts, what it takes, how soon an urgent message is at the carrier."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.desk import resident
from benchmarks.figures import Figure, at_share
from telesec.alerts import contacts
from telesec.alerts import service as alerts
from telesec.alerts.contacts import AddContact
from telesec.alerts.rules import AlertLevel, ChannelKind
from telesec.alerts.service import RaiseAlert
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.ids import new_id
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.practices import service as practices
from telesec.practices.service import AddPractitioner, CreatePractice
from telesec.testing.carrier import CarrierServer
from telesec.testing.installation import Installation
from telesec.triage.levels import Level

URGENT, CHAINS, PRACTICES, ANSWERS_AFTER, LONGEST = 100, 1000, 50, 0.2, 60.0


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
            yield Figure(
                f"{CHAINS} chains due at once, requested by one worker; the carrier answers in 200 ms",
                _chains(installation, carrier), "s", 5,
            )  # fmt: skip
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


def _chains(installation: Installation, carrier: CarrierServer) -> float:
    """Return the seconds until the last of many alerts, all due when the worker wakes, is requested."""
    worker = installation.pid("worker")
    os.kill(worker, signal.SIGSTOP)
    try:
        for number in range(PRACTICES):
            _raise(installation, number)
        carrier.fail("delay", times=CHAINS * 3, channel="messages", seconds=ANSWERS_AFTER)
        before = len(_texts(carrier))
        began = time.perf_counter()
    finally:
        os.kill(worker, signal.SIGCONT)
    return _until(carrier, lambda: len(_texts(carrier)) >= before + CHAINS) - began


def _raise(installation: Installation, number: int) -> None:
    practice_id = new_id()
    with installation.deps.unit_of_work(system_actor(Purpose.SETUP, practice_id)) as uow:
        practices.create_practice(uow, CreatePractice(id=practice_id, name=f"Cabinet {number}"))
        doctor = practices.add_practitioner(uow, AddPractitioner(practice_id, "Dr Lune", "physician"))
        uow.commit()
    supervisor = system_actor(Purpose.SETUP, practice_id)
    with installation.deps.unit_of_work(supervisor) as uow:
        contacts.set_on_call(uow, practice_id, [doctor])
        to = f"+3363998{number:04}"
        contacts.add_contact(uow, AddContact(practice_id, doctor, ChannelKind.SMS, to, verified=True))
        for _ in range(CHAINS // PRACTICES):
            alerts.raise_alert(uow, RaiseAlert(practice_id, AlertLevel.DOCTOR_NOW))
            uow.session.flush()
        uow.commit()


def _texts(carrier: CarrierServer) -> list[object]:
    return [one for one in carrier.requests if one.method == "POST" and "Messages" in one.path]


def _until(carrier: CarrierServer, done: Callable[[], bool]) -> float:
    """Return when the carrier's log first satisfied ``done``."""
    with carrier.network.condition:
        assert carrier.network.condition.wait_for(done, LONGEST), "the carrier was not asked"  # noqa: S101
    return time.perf_counter()
