"""The embedded server: hardened, restartable after kill -9, never an orphan."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psycopg
import pytest

from telesec.foundation.embedded_postgres import EmbeddedPostgres
from telesec.foundation.errors import Misconfigured

HOLD = """
import sys
from pathlib import Path
from telesec.foundation.embedded_postgres import EmbeddedPostgres
embedded = EmbeddedPostgres(Path(sys.argv[1]))
embedded.start()
print(embedded.server.pid, flush=True)
sys.stdin.read()
"""


def gone(pid, seconds=20):
    """Wait until a process has ended."""
    pause = threading.Event()
    for _ in range(seconds * 20):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:  # noqa: PTH123 - a kernel file
            if stat.read().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        pause.wait(0.05)
    return False


@pytest.fixture
def folder(request):
    """A folder outside pytest's own, which pytest closes to others while the server's user needs it."""
    with tempfile.TemporaryDirectory(prefix="telesec-embedded-") as name:
        yield Path(name) / getattr(request, "param", "un dossier d'été")


@pytest.fixture
def embedded(folder):
    server = EmbeddedPostgres(folder)
    server.start()
    yield server
    server.stop()


def test_it_starts_again_and_keeps_its_data(embedded):
    url = embedded.urls().migrate
    with psycopg.connect(url) as connection:
        connection.execute("create table kept (x int)")
        connection.execute("insert into kept values (1)")

    embedded.stop()
    embedded.start()

    with psycopg.connect(url) as connection:
        assert connection.execute("select x from kept").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "folder", ['Été, "à moi" \\ d\'abord', "é" * 40], indirect=True, ids=["signs", "too long in bytes"]
)
def test_it_starts_in_whatever_folder_a_person_names(embedded):
    with psycopg.connect(embedded.urls().app) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_it_recovers_after_kill_9_of_the_postmaster(embedded):
    pid = embedded.server.pid
    os.kill(pid, signal.SIGKILL)
    embedded.server._process.wait()

    embedded.start()

    with psycopg.connect(embedded.urls().app) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_it_ends_with_its_supervisor_even_by_kill_9(folder):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    postmaster = int(holder.stdout.readline())

    holder.kill()
    holder.communicate()

    assert gone(postmaster)


def test_a_second_start_on_the_same_data_is_refused(embedded):
    other = EmbeddedPostgres(embedded.server.data.parents[1])
    other.server.socket = embedded.server.socket

    with pytest.raises(Misconfigured) as refused:
        other.server.start()

    assert "already running" in str(refused.value.sentence)


def test_data_of_another_version_is_refused_with_the_command(embedded):
    embedded.stop()
    (embedded.server.data / "PG_VERSION").write_text("14\n")

    with pytest.raises(Misconfigured) as refused:
        embedded.start()

    assert "telesec backup create" in str(refused.value.sentence)
    (embedded.server.data / "PG_VERSION").write_text("18\n")


def test_it_listens_on_no_network_address_and_trusts_nobody(embedded):
    with psycopg.connect(embedded.server.url()) as admin:
        listening = admin.execute("show listen_addresses").fetchone()
        methods = admin.execute("select distinct auth_method from pg_hba_file_rules").fetchall()

    assert listening == ("",)
    assert {row[0] for row in methods} == {"scram-sha-256", "reject"}


def test_passwords_and_keys_are_for_their_owner_only(embedded):
    files = [embedded.server.password_file, *sorted((embedded.server.data.parents[1] / "keys").iterdir())]

    assert {path.stat().st_mode & 0o777 for path in files} == {0o400}


@pytest.fixture
def deep(folder):
    """A data folder whose path is too long for a socket beside it."""
    return folder / ("d" * 60) / ("e" * 60)


def test_in_a_deep_folder_every_process_finds_the_same_socket(deep):
    server = EmbeddedPostgres(deep)
    server.start()

    with psycopg.connect(EmbeddedPostgres(deep).urls().app) as connection:
        answer = connection.execute("select 1").fetchone()
    server.stop()

    assert answer == (1,)
    assert not server.server.socket.exists()


def test_a_socket_folder_somebody_else_made_is_refused(deep, tmp_path):
    server = EmbeddedPostgres(deep)
    server.server.socket.symlink_to(tmp_path)

    with pytest.raises(Misconfigured) as refused:
        server.start()
    server.server.socket.unlink()

    assert "is not ours" in str(refused.value.sentence)
