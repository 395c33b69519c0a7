"""A practice with one bookable doctor, on calendars in memory."""

from collections.abc import Callable

import pytest

from telesec.bootstrap import Deps
from telesec.testing.bookable import House
from telesec.testing.calendars import FakeCalendars
from telesec.testing.cast import Cast
from telesec.testing.clock import MovableClock


@pytest.fixture
def calendars(clock: MovableClock) -> FakeCalendars:
    return FakeCalendars(clock.now)


@pytest.fixture
def make_house(deps: Deps, cast: Cast, calendars: FakeCalendars) -> Callable[..., House]:
    def make(lanes: int = 1, *, url: str = "memory:lune", rules: bool = True) -> House:
        return House.build(deps, cast, calendars, url, lanes=lanes, rules=rules)

    return make


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()
