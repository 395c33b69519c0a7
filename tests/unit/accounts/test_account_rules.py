from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.accounts import roles, rules
from telesec.accounts.rules import Limit
from telesec.foundation.access import Actor, Purpose, Role, system_actor

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
LIMIT = Limit("k", 5, timedelta(minutes=15))


@pytest.mark.parametrize(("tries", "seconds"), [(0, 0), (4, 0), (5, 1), (6, 2), (8, 8), (50, 900)])
def test_waits_double_beyond_the_free_tries(tries, seconds):
    assert rules.wait_after(LIMIT, tries) == timedelta(seconds=seconds)


@given(st.integers(0, 10**9))
def test_nobody_waits_for_ever(tries):
    assert rules.wait_after(LIMIT, tries) <= LIMIT.longest_wait < LIMIT.forgotten_after


def test_retry_after_is_whole_seconds_rounded_up():
    assert rules.retry_after(LIMIT, 6, NOW - timedelta(seconds=0.5), NOW) == 2


def test_retry_after_is_zero_once_waited():
    assert rules.retry_after(LIMIT, 6, NOW - timedelta(seconds=2), NOW) == 0


def test_a_try_before_the_clock_was_put_back_waits_no_longer_than_one_of_now():
    assert rules.retry_after(LIMIT, 6, NOW + timedelta(hours=1), NOW) == 2


@pytest.mark.parametrize(
    ("seen", "active", "must"), [(60, False, True), (59, True, False), (-60, True, True), (-60, False, False)]
)
def test_a_sign_of_life_that_lies_ahead_is_written_anew_whoever_asks(seen, active, must):
    assert rules.must_touch(NOW + timedelta(seconds=seen), NOW, active=active) is must


def test_a_call_centre_has_no_limit_by_address():
    keys = [limit.key for limit in rules.log_in_limits("a", "b", limit_address=False)]

    assert "address:b" not in keys


def test_other_addresses_are_limited():
    keys = [limit.key for limit in rules.log_in_limits("a", "b", limit_address=True)]

    assert "address:b" in keys


def test_a_session_is_idle_after_fifteen_minutes():
    assert rules.is_idle(NOW - timedelta(minutes=15), NOW)
    assert not rules.is_idle(NOW - timedelta(minutes=14, seconds=59), NOW)


def test_a_session_is_dead_after_ten_hours():
    assert rules.is_dead(NOW - timedelta(hours=10), NOW)
    assert not rules.is_dead(NOW - timedelta(hours=9, minutes=59), NOW)


@pytest.mark.parametrize("email", ["ada@lilas.example", "a.b+c@x.y.example"])
def test_addresses_are_accepted(email):
    assert rules.is_email(email)


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "@lilas.example", "a da@lilas.example", "ada@lilas", "a@b@c.d"]
)
def test_what_is_no_address_is_refused(email):
    assert not rules.is_email(email)


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "", "evil", "/\t/evil.example", "/a\nb"],
)
def test_next_never_leaves_this_site(target):
    assert rules.safe_next(target) == "/"


def test_next_keeps_a_path_of_ours():
    assert rules.safe_next("/calls/1?tab=2") == "/calls/1?tab=2"


def test_a_supervisor_makes_secretaries():
    assert roles.may_grant(Actor(Role.SUPERVISOR), Role.SECRETARY)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR, Role.SYSTEM])
def test_a_supervisor_makes_no_higher_role(role):
    assert not roles.may_grant(Actor(Role.SUPERVISOR), role)


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.PRACTITIONER, Role.PRACTICE_MANAGER, Role.AUDITOR])
def test_others_make_nobody(role):
    assert not roles.may_grant(Actor(role), Role.SECRETARY)


def test_set_up_makes_operators_but_no_system():
    setup = system_actor(Purpose.SETUP)

    assert roles.may_grant(setup, Role.OPERATOR)
    assert not roles.may_grant(setup, Role.SYSTEM)
