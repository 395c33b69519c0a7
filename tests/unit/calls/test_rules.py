"""A call's states."""

from datetime import UTC, datetime, timedelta

import pytest

from telesec.calls.rules import CallState, seconds_waited, state

RANG = datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answered_at", "closed_at", "expected"),
    [
        (None, None, CallState.RINGING),
        (RANG, None, CallState.OPEN),
        (RANG, RANG, CallState.CLOSED),
        (None, RANG, CallState.CLOSED),
    ],
)
def test_state_follows_the_instants(answered_at, closed_at, expected):
    assert state(answered_at, closed_at) is expected


def test_seconds_waited_stops_at_the_answer():
    answered = RANG + timedelta(seconds=7)

    assert seconds_waited(RANG, answered, RANG + timedelta(minutes=5)) == 7


def test_seconds_waited_goes_on_while_it_rings():
    assert seconds_waited(RANG, None, RANG + timedelta(seconds=61)) == 61
