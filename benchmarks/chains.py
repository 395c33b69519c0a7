"""Many alerts due at the same moment, and one worker."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from uuid import UUID

from benchmarks.carrier import Carrier, carrier
from benchmarks.figures import Figure
from benchmarks.stage import Hall, Stage
from telesec.alerts import contacts
from telesec.alerts import service as alerts
from telesec.alerts.contacts import AddContact
from telesec.alerts.rules import AlertLevel, ChannelKind
from telesec.alerts.service import RaiseAlert
from telesec.foundation.access import Purpose, system_actor
from telesec.practices import service as practices
from telesec.practices.service import AddPractitioner
from telesec.testing.installation import wait_for

CHAINS, PRACTICES, ANSWERS_AFTER, LONGEST = 1000, 50, 0.2, 60.0


def figures(hall: Hall, _rounds: int) -> Iterator[Figure]:
    """Yield the seconds until the last of them was requested, from the moment the worker wakes."""
    with hall.stage() as stage, carrier(ANSWERS_AFTER) as here:
        with _worker(stage, here) as pid:
            _raise(stage, stage.practice("Cabinet d'essai"), 1)
            assert wait_for(lambda: here.seen().count == 1, LONGEST), "the worker sends nothing"  # noqa: S101
            os.kill(pid, signal.SIGSTOP)
            for number in range(PRACTICES):
                _raise(stage, stage.practice(f"Cabinet {number}"), CHAINS // PRACTICES)
            began = perf_counter()
            os.kill(pid, signal.SIGCONT)
            assert wait_for(lambda: here.seen().count > CHAINS, LONGEST), here.seen()  # noqa: S101
        took = here.seen().last - began
    yield Figure(
        f"{CHAINS} chains due at once, requested by one worker; the carrier answers in 200 ms", took, "s", 5
    )


@contextmanager
def _worker(stage: Stage, here: Carrier) -> Iterator[int]:
    environ = {
        **stage.environ,
        "TELESEC_PUBLIC_URL": "http://localhost:8000",
        "TELESEC_ALLOWED_NETWORKS": "127.0.0.0/8",
        "TELESEC_TWILIO_ACCOUNT_SID": f"AC{0:032}",
        "TELESEC_TWILIO_AUTH_TOKEN": "token",
        "TELESEC_TWILIO_BASE_URL": here.url,
        "TELESEC_TWILIO_FROM_NUMBER": "+33199000001",
    }
    with (stage.folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "telesec", "worker"], env=environ, stdout=log, stderr=log
        )
    try:
        yield process.pid
    finally:
        os.kill(process.pid, signal.SIGCONT)
        process.terminate()
        process.wait(60)


def _raise(stage: Stage, practice_id: UUID, times: int) -> None:
    """Raise alerts of a practice with one doctor on call."""
    setup = system_actor(Purpose.SETUP, practice_id)
    with stage.deps.unit_of_work(setup) as uow:
        doctor = practices.add_practitioner(uow, AddPractitioner(practice_id, "Dr Lune", "physician"))
        uow.session.flush()
        number = f"+3363998{practice_id.int % 10_000:04}"
        contacts.add_contact(uow, AddContact(practice_id, doctor, ChannelKind.SMS, number, verified=True))
        contacts.set_on_call(uow, practice_id, [doctor])
        for _ in range(times):
            alerts.raise_alert(uow, RaiseAlert(practice_id, AlertLevel.DOCTOR_NOW))
            uow.session.flush()
        uow.commit()
