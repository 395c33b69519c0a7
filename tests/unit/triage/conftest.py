"""The built-in library, loaded once: it is frozen."""

import pytest

from telesec.triage.library import Library, load


@pytest.fixture(scope="session")
def library() -> Library:
    return load()
