"""``telesec serve`` on real processes: what dies is revived or takes everything with it; nothing is lost."""

import os
import signal
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import text

from telesec.alerts import service as alerts
from telesec.alerts.rules import AlertLevel
from telesec.alerts.service import RaiseAlert
from telesec.foundation.jobs import QUEUE, TASK
from telesec.testing.cast import DR_LUNE_PHONE
from telesec.testing.installation import free_port, wait_for


def raise_alert(installation):
    cast = installation.cast
    with installation.deps.unit_of_work(cast.ada) as uow:
        alerts.raise_alert(uow, RaiseAlert(cast.lilas, AlertLevel.DOCTOR_NOW, [cast.dr_lune_id]))
        uow.commit()


def practices(installation):
    with installation.deps.unit_of_work(installation.cast.ada) as uow:
        return uow.session.execute(text("select count(*) from practice")).scalar()


@pytest.mark.parametrize("process", ["web", "worker"])
def test_a_killed_child_is_started_again(installation, process):
    killed = installation.pid(process)

    os.kill(killed, signal.SIGKILL)

    assert wait_for(lambda: installation.pid(process) != killed)
    assert wait_for(lambda: installation.events(f"{process}.started", pid=installation.pid(process)))
    assert wait_for(installation.ready)


def test_a_killed_database_is_started_again_under_the_same_web_and_worker(installation, carrier):
    children = [installation.pid("web"), installation.pid("worker")]
    killed = installation.postmaster()

    os.kill(killed, signal.SIGKILL)

    assert wait_for(lambda: installation.events("child.started", process="postgres"))
    assert wait_for(installation.ready)
    raise_alert(installation)
    carrier.phone(DR_LUNE_PHONE).expect_sms(timeout=40)
    assert [installation.pid("web"), installation.pid("worker")] == children, installation.log.read_text()
    assert installation.postmaster() != killed


def test_sigterm_ends_everything_in_order(installation):
    code = installation.end(signal.SIGTERM)

    assert code == 0
    assert installation.events("worker.stopped")
    assert installation.postmaster() is None


def test_a_killed_supervisor_leaves_no_process_and_keeps_the_data(installation):
    before = practices(installation)

    installation.end(signal.SIGKILL)
    installation.start()

    assert before == 2
    assert practices(installation) == before


def test_the_worker_takes_over_a_wake_up_a_killed_worker_left(installation):
    def left():
        with closing(installation.deps.database.direct()) as connection:
            return connection.execute(
                "select count(*) from procrastinate_jobs where status = 'doing'"
            ).fetchone()[0]

    with closing(installation.deps.database.direct()) as connection:
        connection.execute(
            "insert into procrastinate_jobs (queue_name, task_name, queueing_lock, args, status)"
            " values (%s, %s, 'alerts.deliver', '{\"sweep\": \"alerts.deliver\"}', 'doing')",
            (QUEUE, TASK),
        )

    os.kill(installation.pid("worker"), signal.SIGKILL)

    assert wait_for(lambda: left() == 0)


def test_a_lost_connection_of_the_worker_is_waited_for(installation, carrier):
    worker = installation.pid("worker")

    with closing(installation.deps.database.direct()) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where usename = current_user and pid <> pg_backend_pid()"
        )
    raise_alert(installation)

    carrier.phone(DR_LUNE_PHONE).expect_sms(timeout=40)
    assert installation.pid("worker") == worker


def test_a_second_start_on_the_same_folder_is_refused_with_a_sentence(installation):
    elsewhere = {**installation.environ, "TELESEC_PORT": str(free_port())}
    second, same_port = (
        subprocess.run(
            [sys.executable, "-m", "telesec", "serve"],
            env={**os.environ, **environ}, capture_output=True, text=True, check=False, timeout=60,
        )
        for environ in (elsewhere, installation.environ)
    )  # fmt: skip

    assert (second.returncode, same_port.returncode) == (1, 1)
    assert second.stderr.strip().endswith("Stop the other telesec first.")
    assert same_port.stderr.startswith(f"Port {installation.port} is in use")
    assert installation.ready()


def test_a_database_of_ones_own_is_checked_and_never_changed(postgres):
    urls = postgres.make("telesec_own", revision="0001_foundation")
    own = {
        "TELESEC_DATABASE_URL": urls.app,
        "TELESEC_CONTEXT_KEY": urls.context_key.hex(),
        "TELESEC_PORT": str(free_port()),
    }

    refused = subprocess.run(
        [sys.executable, "-m", "telesec", "serve"],
        env={**os.environ, **own}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert refused.returncode == 1
    assert "Run: telesec db upgrade" in refused.stderr
