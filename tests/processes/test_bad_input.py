"""What an operator gets wrong on a machine: one sentence that says what to do, and nothing changed."""

import os
import resource
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.embedded_postgres import EmbeddedPostgres
from telesec.foundation.errors import Misconfigured
from telesec.processes.listening import require_port
from telesec.testing.installation import free_port
from telesec.vault import installation


@pytest.fixture
def folder():
    """A folder with spaces, outside pytest's own, which is closed to the database's user."""
    with tempfile.TemporaryDirectory(prefix="telesec-bad-input-") as name:
        yield Path(name) / "a folder"


def run(*words, limit=None, **environ):
    return subprocess.run(
        [sys.executable, "-m", "telesec", *words], env={**os.environ, **environ},
        capture_output=True, text=True, check=False, timeout=240, preexec_fn=limit,
    )  # fmt: skip


def test_a_port_in_use_is_told_before_anything_is_started(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = run("serve", TELESEC_DATA_DIR=str(folder), TELESEC_PORT=str(port))

    assert answer.returncode == 1
    assert answer.stderr.startswith(f"Port {port} is in use on 127.0.0.1. Stop what listens there")
    assert answer.stderr.count("\n") == 1
    assert not folder.exists()


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7", "nowhere.invalid"])
def test_an_address_this_machine_has_not_is_told(host):
    with pytest.raises(Misconfigured) as refused:
        require_port(host, free_port())

    assert "Set TELESEC_HOST to 127.0.0.1; a machine without IPv6" in str(refused.value.sentence)


def test_a_free_port_is_taken_without_a_word():
    require_port("127.0.0.1", free_port())


def test_a_locale_without_utf_8_is_refused(folder):
    old = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}

    answer = run("serve", TELESEC_DATA_DIR=str(folder), **old)

    assert answer.returncode == 1
    assert answer.stderr.strip().endswith("Type: export LC_ALL=C.UTF-8")
    assert not folder.exists()


def small_files():
    """Let a process write no file longer than 2 MB, as on a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))


def test_a_disk_without_room_for_a_database_is_told(folder):
    answer = run("serve", TELESEC_DATA_DIR=str(folder), TELESEC_PORT=str(free_port()), limit=small_files)

    assert answer.returncode == 1
    assert answer.stderr.startswith("The database could not be made: ")
    assert "Traceback" not in answer.stderr
    assert not (folder / "postgres" / "data" / "PG_VERSION").exists()


def on_a_small_disk(folder, *words):
    """Run telesec with a folder on a disk of 24 MB of its own, or return None where no mount is allowed."""
    folder.mkdir()
    mount = 'mount -t tmpfs -o size=24m none "$0" || exit 99; before=$(ls -A "$0"); "$@"; code=$?; '
    look = '[ "$before" = "$(ls -A "$0")" ] || echo "something was made" >&2; exit $code'
    answer = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mount + look, folder, sys.executable, "-m", "telesec", *words],
        env={**os.environ, "TELESEC_DATA_DIR": str(folder), "TELESEC_PORT": str(free_port())},
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    return None if answer.returncode == 99 or "unshare" in answer.stderr else answer


def test_a_disk_too_small_is_told_before_anything_is_made(folder):
    answer = on_a_small_disk(folder, "serve")

    if answer is None:  # No mount is allowed here: the sentence is asked of the part that says it.
        server = EmbeddedPostgres(folder).server
        with pytest.raises(Misconfigured) as refused:
            server.require_room(needed=2**60)
        assert "Not enough room in" in str(refused.value.sentence)
        return
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"Not enough room in {folder}: 24 MB are free")
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize("kind", ["missing", "open to others", "a folder", "not a key"])
def test_a_key_file_that_will_not_do_is_told(migrated, database, folder, kind):
    path = folder / "master.key"
    folder.mkdir()
    told = "Put your copy of it back there"
    if kind == "a folder":
        path.mkdir()
    elif kind != "missing":
        path.write_text("not a key" if kind == "not a key" else "1 " + "A" * 43 + "=")
        path.chmod(0o444 if kind == "open to others" else 0o400)
        told = f"Type: chmod 400 {path}" if kind == "open to others" else "is not `<id> <base64> [primary]`"

    answer = run(
        "web", TELESEC_DATABASE_URL=migrated.app, TELESEC_CONTEXT_KEY=migrated.context_key.hex(),
        TELESEC_MASTER_KEY_FILE=str(path),
    )  # fmt: skip

    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert told in answer.stderr


def test_a_lost_key_is_not_replaced_by_one_that_opens_nothing(migrated, deps, folder):
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        installation.check_canary(uow)
        uow.commit()

    answer = run(
        "serve", TELESEC_DATABASE_URL=migrated.app, TELESEC_CONTEXT_KEY=migrated.context_key.hex(),
        TELESEC_DATA_DIR=str(folder), TELESEC_PORT=str(free_port()),
    )  # fmt: skip

    assert answer.returncode == 1
    assert "Put your copy of it back there: without it no message can be read." in answer.stderr
    assert not folder.exists()
