"""The whole application, a browser that is logged in, and every unsafe page route."""

import uuid

import pytest

from telesec.app import create_app
from telesec.testing.logins import browser_as

SAFE = {"GET", "HEAD", "OPTIONS"}


@pytest.fixture
def app(deps):
    return create_app(deps)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def ada(deps, app, cast):
    return browser_as(deps, app, cast.ada)


@pytest.fixture
def unsafe_pages(app):
    """Return (endpoint, method, path) of everything a form can change, with ids of nothing."""
    adapter, found = app.url_map.bind("localhost:8000"), []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(("/api/", "/hooks/")):
            continue
        values = {name: _value(rule, name) for name in rule.arguments}
        found += [
            (rule.endpoint, method, adapter.build(rule.endpoint, values, method=method))
            for method in sorted((rule.methods or set()) - SAFE)
        ]
    return found


def _value(rule, name):
    of_nothing = {"UUIDConverter": uuid.UUID(int=7), "IntegerConverter": 7}
    return of_nothing.get(type(rule._converters[name]).__name__, "x")
