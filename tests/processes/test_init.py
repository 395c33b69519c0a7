"""``telesec init`` as an operator types it, on a folder of its own with the embedded database."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

FLAGS = (
    "--practice", "Cabinet des Lilas", "--line", "01 99 00 00 01",
    "--supervisor", "Nour <nour@telesec.example>", "--secretary", "Ada <ada@telesec.example>",
    "--practitioner", "Dr Lune <lune@telesec.example>",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder():
    """A data folder with a space in its path, where the database's own user can walk."""
    with tempfile.TemporaryDirectory(prefix="telesec init ", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name) / "data"


def telesec(folder, *words, **environ):
    return subprocess.run(
        [sys.executable, "-m", "telesec", *words],
        env={**os.environ, "TELESEC_DATA_DIR": str(folder), **environ},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_first_start_refuses_half_then_sets_up_then_refuses_twice(folder, tmp_path):
    half = telesec(folder, "init", "--practice", "Cabinet des Lilas")
    wrong = telesec(folder, "init", *FLAGS[:4], "--supervisor", "nour")
    done = telesec(folder, "init", *FLAGS)
    twice = telesec(folder, "init", *FLAGS)

    assert (half.returncode, wrong.returncode, done.returncode, twice.returncode) == (1, 1, 0, 1)
    assert "--supervisor" in half.stderr
    assert "not an e-mail address" in wrong.stderr
    assert len(re.findall(r"http://127.0.0.1:8000/enrol/\S{40,}", done.stdout)) == 3
    assert "Sans cette clé, aucun message ne peut être lu." in done.stdout
    assert "Without this key no message can be read." in done.stdout
    assert "set up already; nothing was changed" in twice.stderr
    assert "enrol" not in twice.stdout

    lines = re.search(r"  1: ((?:\w{8} ?){4})\n +((?:\w{8} ?){4}) +checksum (\w{8})", done.stdout)
    again = tmp_path / "master.key"
    paper = telesec(
        folder, "keys", "from-paper", str(again), "--key", lines[1] + lines[2], "--checksum", lines[3]
    )
    assert paper.returncode == 0, paper.stderr
    assert again.read_text() == (folder / "keys" / "master.key").read_text()


def test_own_server_without_its_second_address_is_told(tmp_path):
    answer = telesec(
        tmp_path, "init", *FLAGS,
        TELESEC_DATABASE_URL="postgresql://x@127.0.0.1:1/x", TELESEC_CONTEXT_KEY="00" * 32,
    )  # fmt: skip

    assert answer.returncode == 1
    assert "TELESEC_MIGRATE_URL" in answer.stderr
    assert not (tmp_path / "keys").exists()
