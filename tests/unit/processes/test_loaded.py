"""What the web process loads at its start: no library of a system nobody speaks to yet."""

import subprocess
import sys

import pytest

from telesec.bootstrap import BUILT_IN

START = f"""
import importlib, sys
import telesec.app, telesec.processes.web
for name in {BUILT_IN!r}:
    importlib.import_module(name)
print(*{{name.partition(".")[0] for name in sys.modules}})
"""


@pytest.fixture(scope="module")
def loaded():
    answer = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
    return set(answer.stdout.split())


@pytest.mark.parametrize("outside", [{"caldav", "icalendar"}, {"fhir"}, {"twilio"}, {"niquests", "requests"}])
def test_start_loads_no_library_of_a_system_outside(loaded, outside):
    assert "flask" in loaded
    assert not loaded & outside
