"""The urgency scale."""

import pytest

from telesec.triage.levels import Level, deadline_seconds, least_urgent, most_urgent, raised_by


def test_levels_stand_in_order():
    assert sorted(Level, key=lambda level: -level.urgency) == list(Level)


def test_most_urgent_of_none_is_the_least():
    assert most_urgent([]) is Level.ADMIN


def test_least_urgent_of_none_is_refused():
    with pytest.raises(ValueError, match="empty"):
        least_urgent([])


@pytest.mark.parametrize(
    ("level", "seconds"),
    [
        (Level.CALL15_NOW, 0),
        (Level.DOCTOR_NOW, 900),
        (Level.SAME_DAY, 7200),
        (Level.H48_72, 259_200),
        (Level.ROUTINE, None),
        (Level.ADMIN, None),
    ],
)
def test_deadlines(level, seconds):
    assert deadline_seconds(level, seconds_left_today=7200) == seconds


def test_words_on_a_message():
    assert [level.word for level in Level] == ["vital", "urgent", "today", "routine", "routine", "routine"]


def test_raising_stops_at_15():
    assert raised_by(Level.SAME_DAY, 1) is Level.DOCTOR_NOW
    assert raised_by(Level.DOCTOR_NOW, 5) is Level.CALL15_NOW
