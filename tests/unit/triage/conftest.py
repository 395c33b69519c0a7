"""The built-in library, loaded once: it is frozen."""

import sys
from pathlib import Path

import pytest

from telesec.triage.library import Library, load

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def library() -> Library:
    return load()
