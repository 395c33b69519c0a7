"""One Chromium for the tests of a module; not for all, for its event loop stands in the way of others."""

import pytest

from telesec.testing.browser import chromium


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running
