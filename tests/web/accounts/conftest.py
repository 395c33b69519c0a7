"""The pages of accounts and a browser nobody logged in with."""

import pytest

from telesec.app import create_app


@pytest.fixture
def app(deps):
    return create_app(deps)


@pytest.fixture
def browser(app):
    return app.test_client()
