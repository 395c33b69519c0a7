"""The release before this one goes on beside this one on the upgraded schema: web and worker of both."""

import os
import subprocess
import sys
from contextlib import ExitStack, suppress

import httpx
import pytest

from telesec.app import create_app
from telesec.bootstrap import build_deps
from telesec.foundation import revision
from telesec.settings import read_settings
from telesec.testing.cast import DR_LUNE_PHONE, seed_cast
from telesec.testing.installation import free_port, wait_for
from telesec.testing.logins import program_as
from telesec.testing.older import older_release
from telesec.testing.on_call import put_on_call

WAITS = 40
DATABASE = "telesec_two_releases"


@pytest.fixture
def older(tmp_path, record_property):
    folder = tmp_path / "older"
    folder.mkdir()
    record_property("older", older_release(folder))
    return folder


@pytest.fixture
def urls(postgres, older):
    """A database as the older release left it."""
    steps = sorted(path.stem for path in (older / "migrations" / "versions").glob("[0-9]*.py"))
    assert steps == list(revision.known())[: len(steps)]
    assert len(steps) < len(revision.known())
    yield postgres.make(DATABASE, revision=steps[-1])
    with postgres.admin() as admin:
        admin.execute(f"drop database {DATABASE} with (force)")


@pytest.fixture
def environ(urls, master_key_file, carrier, tmp_path):
    return {
        "TELESEC_DATA_DIR": str(tmp_path),
        "TELESEC_DATABASE_URL": urls.app,
        "TELESEC_MIGRATE_URL": urls.migrate,
        "TELESEC_CONTEXT_KEY": urls.context_key.hex(),
        "TELESEC_MASTER_KEY_FILE": str(master_key_file),
        "TELESEC_ALLOWED_NETWORKS": "127.0.0.0/8",
        "TELESEC_TWILIO_ACCOUNT_SID": carrier.account_sid,
        "TELESEC_TWILIO_AUTH_TOKEN": carrier.auth_token,
        "TELESEC_TWILIO_BASE_URL": carrier.url,
        "TELESEC_TWILIO_FROM_NUMBER": carrier.from_number,
    }


@pytest.fixture
def run(environ, tmp_path):
    """Start ``telesec <words>`` of a release's folder; whatever still runs in the end is stopped."""
    with ExitStack() as stack:

        def start(*words, folder=revision.SCRIPTS.parent, port=0):
            ours = {"PYTHONPATH": str(folder), "TELESEC_PORT": str(port or free_port())}
            log = stack.enter_context((tmp_path / "log").open("ab"))
            process = subprocess.Popen(
                [sys.executable, "-m", "telesec", *words],
                cwd=folder, env={**os.environ, **environ, **ours}, stdout=log, stderr=log,
            )  # fmt: skip
            stack.callback(process.wait, 60)
            stack.callback(process.terminate)
            return process

        yield start


def answers(port):
    with suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).is_success
    return False


def message(cast, words):
    return {
        "practice_id": str(cast.lilas), "practitioner_id": str(cast.dr_lune_id), "level": "doctor_now",
        "text": words, "callback_number": "+33639980010", "callback_number_read_back": True,
    }  # fmt: skip


def test_what_one_release_writes_the_other_reads_and_repeats(older, environ, run, carrier, tmp_path):
    old, new = free_port(), free_port()
    environ["TELESEC_PUBLIC_URL"] = f"http://127.0.0.1:{new}"
    run("web", folder=older, port=old)
    run("worker", folder=older)
    assert wait_for(lambda: answers(old), 90), (tmp_path / "log").read_text()
    assert run("db", "upgrade").wait(240) == 0, (tmp_path / "log").read_text()
    run("web", port=new)
    run("worker")
    assert wait_for(lambda: answers(new), 90), (tmp_path / "log").read_text()
    deps = build_deps(read_settings(environ))
    cast = seed_cast(deps)
    put_on_call(deps, cast)
    token = program_as(deps, create_app(deps), cast.ada).token
    deps.close()

    told = {}
    for here, there in ((old, new), (new, old)):
        body, key = message(cast, f"Écrit par {here}."), f"key-{here}"
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        first, again = (
            httpx.post(f"http://127.0.0.1:{port}/api/v1/messages", json=body, headers=headers, timeout=WAITS)
            for port in (here, there)
        )
        told[first.json()["id"]] = body["text"]
        read = httpx.get(
            f"http://127.0.0.1:{there}/api/v1/messages/{first.json()['id']}", headers=headers, timeout=WAITS
        )
        assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
        assert read.json()["text"] == body["text"]
        carrier.phone(DR_LUNE_PHONE).expect_sms(timeout=WAITS)

    assert len(told) == 2
    carrier.expect_nothing_else()
    assert answers(old)
    assert answers(new)
