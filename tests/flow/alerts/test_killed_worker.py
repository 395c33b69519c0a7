"""``kill -9`` of a real worker process in the middle of a delivery."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from telesec.alerts import flow
from telesec.alerts import service as alerts
from telesec.alerts.models import Delivery
from telesec.alerts.rules import AlertLevel
from telesec.alerts.service import Acknowledge, RaiseAlert
from telesec.testing.cast import DR_LUNE_PHONE

WORKER = Path(__file__).with_name("hanging_worker.py")


@pytest.fixture
def raised(deps, cast, on_call):
    with deps.unit_of_work(cast.ada) as uow:
        alert_id = alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.DOCTOR_NOW, [cast.dr_lune_id]))
        uow.commit()
    return alert_id


@pytest.fixture
def kill_a_worker(deps, migrated, carrier, raised):
    """Return what runs a worker until it hangs, before or after its SMS left, and kills it."""

    def run(when):
        settings = {
            "master_key_file": str(deps.settings.master_key_file),
            "public_url": deps.settings.public_url,
            "allowed_networks": ["127.0.0.0/8"],
            "twilio_account_sid": carrier.account_sid,
            "twilio_auth_token": carrier.auth_token,
            "twilio_base_url": carrier.url,
            "twilio_from_number": carrier.from_number,
        }
        database = {"url": migrated.app, "context_key": migrated.context_key.hex()}
        given = json.dumps({"when": when, "settings": settings, **database})
        with subprocess.Popen([sys.executable, str(WORKER), given], stdout=subprocess.PIPE) as worker:
            said = [worker.stdout.readline()]
            while said[-1] not in {b"hanging\n", b""}:
                said.append(worker.stdout.readline())
            meanwhile = flow.deliver(deps)
            worker.send_signal(signal.SIGKILL)
        assert said[-1] == b"hanging\n"
        return meanwhile

    return run


def rows(deps, cast):
    with deps.unit_of_work(cast.supervisor) as uow:
        return uow.session.scalars(select(Delivery).where(Delivery.channel == "sms")).all()


def test_living_worker_keeps_its_attempt(deps, carrier, kill_a_worker):
    assert kill_a_worker("before") == 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_attempt_of_a_killed_worker_reaches_the_phone_once(deps, cast, carrier, kill_a_worker, when):
    kill_a_worker(when)

    flow.deliver(deps)

    carrier.phone(DR_LUNE_PHONE).expect_sms("1 message urgent")
    carrier.expect_nothing_else()
    (row,) = rows(deps, cast)
    assert row.status in {"sent", "delivered"}


def test_nobody_gets_an_attempt_of_a_killed_worker_after_the_acknowledgement(
    deps, cast, carrier, raised, kill_a_worker
):
    kill_a_worker("before")
    with deps.unit_of_work(cast.dr_lune) as uow:
        alerts.acknowledge(uow, Acknowledge(raised))
        uow.commit()

    flow.deliver(deps)

    carrier.expect_nothing_else()
