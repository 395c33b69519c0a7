"""One installation for all tests of a module; each finds it running."""

import tempfile
from pathlib import Path

import pytest

from telesec.testing.carrier import CarrierServer
from telesec.testing.installation import Installation


@pytest.fixture(scope="module")
def carrier():
    with CarrierServer() as running:
        yield running


@pytest.fixture(scope="module")
def one_installation(carrier):
    """A folder outside pytest's own, which pytest closes to others while the server's user needs it."""
    with tempfile.TemporaryDirectory(prefix="telesec-serve-", ignore_cleanup_errors=True) as name:
        installation = Installation(Path(name), carrier)
        yield installation
        if hasattr(installation, "deps"):
            installation.deps.close()
        if installation.runs:
            installation.end()


@pytest.fixture
def installation(one_installation):
    """An installation that runs and is ready, whatever an earlier test did to it."""
    one_installation.start()
    return one_installation
