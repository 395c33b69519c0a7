"""The database's disk is full in mid-work: it is said, nothing acknowledged is lost, room is all it takes."""

import os
import signal
import tempfile
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from telesec.app import create_app
from telesec.messages import service as messages
from telesec.testing.installation import Installation, wait_for
from telesec.testing.logins import browser_as, program_as
from telesec.testing.small_disk import MOUNTED, SmallDisk

MOST = 2000
"""Messages of 32 kB: a table grows by a page, and to sixteen megabytes, long before."""
WAITS = 30


@pytest.fixture
def disk():
    """A small disk under the database of an installation's folder."""
    with tempfile.TemporaryDirectory(prefix="telesec-full-", ignore_cleanup_errors=True) as name:
        small = SmallDisk(Path(name) / "data" / "postgres")
        yield small
        small.remove()


@pytest.fixture
def installation(disk, carrier):
    running = Installation(disk.folder.parents[1], carrier)
    running.start()
    yield running
    running.deps.close()
    running.end()


@pytest.fixture
def program(installation):
    token = program_as(installation.deps, create_app(installation.deps), installation.cast.ada).token
    with httpx.Client(
        base_url=f"http://127.0.0.1:{installation.port}", timeout=WAITS,
        headers={"Authorization": f"Bearer {token}", "Accept-Language": "fr"},
    ) as client:  # fmt: skip
        yield client


@pytest.fixture
def desk(installation):
    """Ada's browser on the real web."""
    browser = browser_as(installation.deps, create_app(installation.deps), installation.cast.ada)
    cookie = browser.client.get_cookie("telesec")
    with httpx.Client(
        base_url=f"http://127.0.0.1:{installation.port}", timeout=WAITS, cookies={"telesec": cookie.value},
        headers={"Accept-Language": "fr"},
    ) as client:  # fmt: skip
        yield client


def files(program, cast, words):
    body = {
        "practice_id": str(cast.lilas), "practitioner_id": str(cast.dr_lune_id), "level": "routine",
        "text": words, "callback_number": "+33639980010", "callback_number_read_back": True,
    }  # fmt: skip
    return program.post("/api/v1/messages", json=body)


def until_refused(program, cast):
    """File messages until one is refused; return the words of those taken, by id, and the refusal."""
    taken = {}
    for number in range(MOST):
        words = f"Rappeler Bruno, demande {number}. " + "🙂" * 7900
        answer = files(program, cast, words)
        if answer.status_code != httpx.codes.CREATED:
            return taken, answer
        taken[answer.json()["id"]] = words
    raise AssertionError("nothing was ever refused")


def read(installation, id_):
    """Return a message's words as the doctor reads them."""
    cast = installation.cast
    with installation.deps.unit_of_work(cast.dr_lune) as uow:
        return messages.read_message(uow, cast.lilas, UUID(id_)).text


def test_a_full_disk_is_said_and_room_is_all_it_takes(installation, disk, program, desk, record_property):
    record_property("disk", disk.kind)
    cast, web, worker = installation.cast, installation.pid("web"), installation.pid("worker")
    first = files(program, cast, "Avant.")
    disk.fill(installation.postmaster())

    taken, refused = until_refused(program, cast)
    page = desk.get("/desk")
    os.kill(installation.postmaster(), signal.SIGKILL)
    if disk.kind == MOUNTED:
        assert wait_for(lambda: installation.events("child.not_started", process="postgres"))
    disk.make_room()

    assert (refused.status_code, refused.json()["code"]) == (503, "disk_full"), disk.kind
    assert "Le disque de la base de données est plein" in refused.json()["detail"]
    assert page.status_code == 200 or "est plein" in page.text
    assert wait_for(installation.ready, 90), installation.log.read_text()[-2000:]
    assert wait_for(lambda: files(program, cast, "Après.").status_code == httpx.codes.CREATED)
    assert first.status_code == httpx.codes.CREATED
    kept = {id_: read(installation, id_) for id_ in taken}
    assert kept == taken
    assert (installation.pid("web"), installation.pid("worker")) == (web, worker)
