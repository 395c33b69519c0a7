"""What a person meets on a fresh machine: a sentence that says what to type, and nothing half done."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("bash", "dirname", "env", "grep", "tr", "rm", "cat", "touch", "mkdir")


@pytest.fixture
def checkout(tmp_path):
    """A copy of the tools in a folder people would name, and a PATH with almost nothing on it."""
    folder = tmp_path / "Dossier d'été, à moi"
    shutil.copytree(ROOT / "tools", folder / "tools")
    (folder / "requirements").mkdir()
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in PROGRAMS:
        (programs / name).symlink_to(shutil.which(name))
    return folder


def program(checkout, name, text):
    """Put a program of one line on the checkout's PATH."""
    path = checkout.parent / "bin" / name
    path.write_text(f"#!/usr/bin/env bash\n{text}\n")
    path.chmod(0o755)


def run(checkout, tool, *words):
    return subprocess.run(
        [str(checkout / "tools" / tool), *words],
        env={"PATH": str(checkout.parent / "bin"), "HOME": os.environ["HOME"]},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_an_old_python_is_refused_with_what_to_type(checkout):
    program(checkout, "python3", "exit 1")

    answer = run(checkout, "environment")

    assert answer.returncode == 1
    assert "Python 3.11 or newer is needed. Type: PYTHON=" in answer.stderr
    assert not (checkout / ".venv").exists()


def test_no_python_at_all_is_refused_with_the_same_sentence(checkout):
    answer = run(checkout, "environment")

    assert answer.returncode == 1
    assert "Python 3.11 or newer is needed" in answer.stderr


def test_a_missing_venv_module_is_told_to_who_is_not_root(checkout):
    program(checkout, "python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    program(checkout, "id", "echo 1000")

    answer = run(checkout, "environment")

    assert answer.returncode == 1
    assert "sudo apt-get install python3-venv" in answer.stderr


def test_missing_programs_are_told_to_who_is_not_root(checkout):
    program(checkout, "id", "echo 1000")

    answer = run(checkout, "machine")

    assert answer.returncode == 1
    assert "chromium" in answer.stderr
    assert "Type: sudo apt-get install" in answer.stderr


def test_forgetting_removes_the_data(checkout):
    (checkout / "var" / "demo").mkdir(parents=True)

    answer = run(checkout, "forget")

    assert answer.returncode == 0
    assert not (checkout / "var").exists()


def test_forgetting_refuses_while_a_database_runs_on_the_data(checkout):
    data = checkout / "var" / "postgres" / "data"
    data.mkdir(parents=True)
    stand_in = subprocess.Popen(
        ["tail", "-f", "/dev/null", "--pid=1", str(data / "x")], stderr=subprocess.DEVNULL
    )
    (data / "postmaster.pid").write_text(f"{stand_in.pid}\n")

    answer = run(checkout, "forget")
    stand_in.kill()
    stand_in.wait()

    assert answer.returncode == 1
    assert "Stop it first" in answer.stderr
    assert data.exists()


def test_forgetting_does_not_mind_the_lock_of_a_dead_database(checkout):
    data = checkout / "var" / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n")

    assert run(checkout, "forget").returncode == 0
    assert not data.exists()
