"""The machine's clock jumps an hour ahead and back under every process: nobody waits an hour for a call."""

import tempfile
from pathlib import Path

import httpx
import pytest

from telesec.app import create_app
from telesec.testing.cast import DR_LUNE_PHONE, DR_SOLEIL_PHONE
from telesec.testing.installation import Installation, wait_for
from telesec.testing.logins import browser_as, program_as

[MOVER] = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
"""Debian's libfaketime; tools/machine installs it."""
WAITS = 40


class Clock:
    """The wall clock of the processes that were started with its environment; monotonic time goes on."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.jump(0)
        self.environ = {
            "LD_PRELOAD": str(MOVER),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def jump(self, hours: int) -> None:
        """Show this many hours more than the machine's own clock."""
        beside = self._file.with_suffix(".new")
        beside.write_text(f"{hours:+d}h\n")
        beside.chmod(0o644)
        beside.replace(self._file)


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="telesec-clock-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)  # the database's own user reads the clock there
        yield Path(name)


@pytest.fixture
def clock(folder):
    return Clock(folder / "clock")


@pytest.fixture
def installation(folder, clock, carrier):
    running = Installation(folder, carrier)
    running.environ |= clock.environ
    running.start()
    yield running
    running.deps.close()
    running.end()


@pytest.fixture
def calls(installation):
    """Ask the real web with Ada's token."""
    app = create_app(installation.deps)
    token = program_as(installation.deps, app, installation.cast.ada).token
    headers = {"Authorization": f"Bearer {token}"}
    url = f"http://127.0.0.1:{installation.port}/api/v1"
    with httpx.Client(base_url=url, timeout=WAITS, headers=headers) as client:
        yield client


@pytest.fixture
def desk(installation):
    """Ada's browser on the real web."""
    cookie = browser_as(
        installation.deps, create_app(installation.deps), installation.cast.ada
    ).client.get_cookie("telesec")
    url = f"http://127.0.0.1:{installation.port}"
    with httpx.Client(base_url=url, timeout=WAITS, cookies={"telesec": cookie.value}) as client:
        yield client


def urgent(calls, cast, words):
    body = {
        "practice_id": str(cast.lilas), "practitioner_id": str(cast.dr_lune_id), "level": "doctor_now",
        "text": words, "callback_number": "+33639980010", "callback_number_read_back": True,
    }  # fmt: skip
    answer = calls.post("/messages", json=body)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return answer.json()["id"]


def test_a_jump_ahead_and_back_delays_no_call_and_loses_no_message(installation, clock, carrier, calls, desk):
    cast, lune = installation.cast, carrier.phone(DR_LUNE_PHONE)
    filed = {urgent(calls, cast, "Avant le saut."): "Avant le saut."}
    lune.expect_sms(timeout=WAITS)
    before = desk.get("/desk")

    clock.jump(1)
    carrier.phone(DR_SOLEIL_PHONE).expect_sms(timeout=WAITS)
    ended = desk.get("/desk")
    assert wait_for(installation.ready)
    filed[urgent(calls, cast, "Une heure trop tard.")] = "Une heure trop tard."
    lune.expect_sms(timeout=WAITS)

    clock.jump(0)
    lune.expect_sms(timeout=WAITS)
    assert wait_for(installation.ready)
    filed[urgent(calls, cast, "Remis à l’heure.")] = "Remis à l’heure."
    lune.expect_sms(timeout=WAITS)

    assert (before.status_code, ended.status_code) == (200, 302)
    assert ended.headers["Location"] == "/lock"
    kept = {id_: calls.get(f"/messages/{id_}").json()["text"] for id_ in filed}
    assert kept == filed
