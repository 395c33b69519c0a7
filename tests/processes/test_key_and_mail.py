"""The key file is gone, the mail server says nothing: what runs goes on, and both are told."""

import os
import signal
import socket
import tempfile
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from telesec.app import create_app
from telesec.testing.cast import DR_LUNE_PHONE
from telesec.testing.installation import Installation, wait_for
from telesec.testing.logins import program_as

WAITS = 40


@pytest.fixture(scope="module")
def silent_mail():
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server.getsockname()[1]


@pytest.fixture(scope="module")
def one_installation(carrier, silent_mail):
    with tempfile.TemporaryDirectory(prefix="telesec-key-", ignore_cleanup_errors=True) as name:
        running = Installation(Path(name), carrier)
        running.environ |= {
            "TELESEC_SMTP_URL": f"smtps://nobody:secret@127.0.0.1:{silent_mail}",
            "TELESEC_MAIL_FROM": "alertes@telesec.example",
        }
        running.start()
        yield running
        running.deps.close()
        running.end()


@pytest.fixture
def program(installation):
    token = program_as(installation.deps, create_app(installation.deps), installation.cast.ada).token
    with httpx.Client(
        base_url=f"http://127.0.0.1:{installation.port}", timeout=WAITS,
        headers={"Authorization": f"Bearer {token}"},
    ) as client:  # fmt: skip
        yield client


def urgent(program, cast, words):
    body = {
        "practice_id": str(cast.lilas), "practitioner_id": str(cast.dr_lune_id), "level": "doctor_now",
        "text": words, "callback_number": "+33639980010", "callback_number_read_back": True,
    }  # fmt: skip
    answer = program.post("/api/v1/messages", json=body)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return f"/api/v1/messages/{answer.json()['id']}"


def outside(program):
    with suppress(httpx.HTTPError):
        return program.get("/readyz").json()["outside"]
    return {}


def key_file(program):
    """Return what ``/readyz`` says of the key file while it calls the installation ready."""
    with suppress(httpx.HTTPError):
        answer = program.get("/readyz")
        return answer.json()["key_file"] if answer.is_success else None
    return None


def test_a_mail_server_that_says_nothing_holds_up_no_alert_and_is_told(installation, program, carrier):
    assert wait_for(lambda: outside(program).get("email") == "unreachable", WAITS)

    urgent(program, installation.cast, "Vertiges.")

    carrier.phone(DR_LUNE_PHONE).expect_sms(timeout=WAITS)
    assert program.get("/readyz").status_code == httpx.codes.OK


@pytest.mark.parametrize("ill", ["missing", "open to others", "another key"])
def test_without_its_key_what_runs_goes_on_and_what_starts_says_why(installation, program, ill):
    path = installation.data / "keys" / "master.key"
    good = path.read_bytes()
    path.unlink()
    if ill != "missing":
        path.write_bytes(good if ill == "open to others" else b"1 " + b"A" * 43 + b"= primary\n")
        path.chmod(0o644 if ill == "open to others" else 0o400)
    told = {
        "missing": "Put your copy of it back there",
        "open to others": "Type: chmod 400",
        "another key": "master key",
    }[ill]
    state = "another" if ill == "another key" else "unreadable"
    seen = wait_for(lambda: key_file(program) == state, 5)
    before = installation.log.read_text().count(told)

    message = urgent(program, installation.cast, "Sans la clé.")
    read = program.get(message).json()["text"]
    os.kill(installation.pid("web"), signal.SIGKILL)
    said = wait_for(lambda: installation.log.read_text().count(told) > before)
    path.unlink(missing_ok=True)
    path.write_bytes(good)
    path.chmod(0o400)

    assert seen, key_file(program)
    assert read == "Sans la clé."
    assert said, installation.log.read_text()[-2000:]
    assert wait_for(lambda: _text(program, message) == "Sans la clé.", 60)
    assert wait_for(lambda: key_file(program) == "ok", 5)


def _text(program, message):
    with suppress(httpx.HTTPError):
        answer = program.get(message)
        return answer.json().get("text") if answer.is_success else None
    return None
