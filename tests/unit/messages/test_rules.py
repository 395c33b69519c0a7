"""What a message needs, and whether it rings somebody."""

from datetime import UTC, datetime, timedelta

import pytest

from telesec.messages.rules import MAX_TEXT, MessageState, age, raises_alert, state, text_error
from telesec.triage.levels import Level

FILED = datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.mark.parametrize("level", list(Level))
def test_raises_alert_for_the_two_urgent_levels_only(level):
    assert raises_alert(level) is (level in {Level.CALL15_NOW, Level.DOCTOR_NOW})


@pytest.mark.parametrize(
    ("read_at", "handled_at", "expected"),
    [
        (None, None, MessageState.FILED),
        (FILED, None, MessageState.READ),
        (FILED, FILED, MessageState.HANDLED),
    ],
)
def test_state_follows_the_instants(read_at, handled_at, expected):
    assert state(read_at, handled_at) is expected


def test_age_is_never_negative():
    assert age(FILED, FILED - timedelta(seconds=1)) == timedelta(0)


@pytest.mark.parametrize(
    ("text", "wrong"), [(" \n", "no_text"), ("x" * (MAX_TEXT + 1), "text_too_long"), ("Rappeler", None)]
)
def test_text_error(text, wrong):
    assert text_error(text) == wrong
