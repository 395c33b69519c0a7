"""The whole application over calendars in memory, and programs that speak to its API."""

import pytest

from telesec.app import create_app
from telesec.testing.bookable import House
from telesec.testing.calendars import FakeCalendars
from telesec.testing.logins import Program, program_as


@pytest.fixture
def house(deps, cast, clock):
    return House.build(deps, cast, FakeCalendars(clock.now), "memory:lune", lanes=1, rules=True)


@pytest.fixture
def app(house):
    return create_app(house.deps)


@pytest.fixture
def program(house, app):
    """What makes a program that speaks for somebody of the cast."""

    def make(actor) -> Program:
        return program_as(house.deps, app, actor)

    return make


@pytest.fixture
def ada(program, cast):
    return program(cast.ada)
