"""The command line finds every command and loads no more than it needs."""

import subprocess
import sys

import pytest

from telesec.cli import COMMANDS, attribute

NOT_FOR_SERVING = (
    "telesec.testing", "alembic", "pytest", "hypothesis", "radicale", "playwright", "benchmarks",
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"bench"}))
def test_every_command_of_the_table_is_there_and_documented(name):
    command = attribute(COMMANDS[name])

    assert command.name == name
    assert command.help


@pytest.mark.parametrize(
    ("process", "without"), [("web", ("procrastinate.worker",)), ("worker", ("waitress",))]
)
def test_a_process_carries_neither_the_demo_nor_the_test_kit(process, without):
    loaded = f"""
import sys
from telesec import bootstrap, cli
from telesec.settings import Settings
cli.attribute(cli.COMMANDS["{process}"])
bootstrap.plugin_manager(Settings())
print(*sys.modules)
"""
    answer = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    modules = answer.stdout.split()

    assert [name for name in modules if name.startswith((*NOT_FOR_SERVING, *without))] == []


def test_help_names_every_command():
    answer = subprocess.run(
        [sys.executable, "-m", "telesec", "--help"], capture_output=True, text=True, check=True
    )

    assert [name for name in COMMANDS if name not in answer.stdout] == []
