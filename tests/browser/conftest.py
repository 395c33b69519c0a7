"""One Chromium for the tests of a module; not for all, for its event loop stands in the way of others."""

import pytest
from playwright.sync_api import expect

from telesec.testing.browser import chromium

SLOW_MACHINE = 20_000
expect.set_options(timeout=SLOW_MACHINE)


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running
