"""A call's states."""

from datetime import UTC, datetime, timedelta

import pytest

from telesec.calls.rules import CallState, Handover, drop_is_alarming, seconds_waited, state
from telesec.triage.levels import Level

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


@pytest.mark.parametrize(
    ("level", "handover", "asking", "told", "expected"),
    [
        (None, Handover.NONE, True, False, False),
        (Level.SAME_DAY, Handover.NONE, True, False, False),
        (Level.CALL15_NOW, Handover.NONE, False, True, True),
        (Level.CALL15_NOW, Handover.REFUSES, False, True, True),
        (Level.CALL15_NOW, Handover.CALLS, False, True, False),
        (Level.CALL15_NOW, Handover.TRANSFER, False, True, False),
        (Level.CALL15_NOW, Handover.DONE, False, True, False),
        (Level.DOCTOR_NOW, Handover.NONE, True, True, True),
        (Level.DOCTOR_NOW, Handover.NONE, False, False, True),
        (Level.DOCTOR_NOW, Handover.NONE, False, True, False),
    ],
)
def test_a_drop_alarms_after_a_red_flag_unless_the_call_ended_as_it_should(
    level, handover, asking, told, expected
):
    assert drop_is_alarming(level, handover, asking=asking, told_doctor=told) is expected
