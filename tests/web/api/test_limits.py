"""A token asks so much in a minute and no more."""

import pytest

from telesec.app import create_app
from telesec.testing.logins import program_as

PRACTICES = "/api/v1/practices"


@pytest.fixture
def app(house):
    settings = house.deps.settings.model_copy(update={"api_requests_per_minute": 3})
    return create_app(house.deps.with_parts(settings=settings))


def ask(program, times):
    return [program.get(PRACTICES) for _ in range(times)]


def test_more_than_the_limit_is_429_with_a_time_to_wait(ada):
    *good, refused = ask(ada, 4)

    assert [answer.status_code for answer in good] == [200, 200, 200]
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_requests")
    assert refused.headers["Retry-After"] == "1"


def test_next_minute_is_counted_anew(clock, ada):
    ask(ada, 4)
    clock.advance(minutes=1)

    assert [answer.status_code for answer in ask(ada, 3)] == [200, 200, 200]


def test_tokens_are_counted_apart(house, app, cast, ada):
    ask(ada, 4)

    assert program_as(house.deps, app, cast.ada).get(PRACTICES).status_code == 200
