"""Who an urgent call reaches, half-hour by half-hour."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.desk.practice_cover import DAYS, STEPS, Answer, answer_at, cover, gaps
from telesec.practices.rules import Away

PARIS = ZoneInfo("Europe/Paris")
LUNE, SOLEIL = UUID(int=1), UUID(int=2)
THURSDAY = date(2026, 11, 26)
NOON = datetime(2026, 11, 26, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_first_one_on_call_is_reached():
    assert answer_at(NOON, [LUNE, SOLEIL], []) == Answer(LUNE)


def test_second_one_is_reached_while_the_first_is_away():
    away = [Away(LUNE, NOON, NOON + HOUR)]

    assert answer_at(NOON, [LUNE, SOLEIL], away) == Answer(SOLEIL)
    assert answer_at(NOON + HOUR, [LUNE, SOLEIL], away) == Answer(LUNE)


def test_nobody_on_call_is_a_gap():
    assert answer_at(NOON, [], []).gap


def test_closed_practice_with_a_word_where_to_turn_is_no_gap():
    told = answer_at(NOON, [LUNE], [Away(None, NOON, None, "Le 116 117 répond.")])

    assert (told.person, told.says, told.gap) == (None, "Le 116 117 répond.", False)


def test_closed_practice_without_a_word_is_a_gap():
    assert answer_at(NOON, [LUNE], [Away(None, NOON, None)]).gap


def test_gap_is_shown_on_the_wall_of_the_practice():
    days = cover(THURSDAY, PARIS, [LUNE], [Away(LUNE, NOON + HOUR / 2, NOON + 2 * HOUR)])

    shown = [(one.start, one.steps, one.answer.gap) for one in days[0].stretches]
    assert shown == [(0, 25, False), (25, 3, True), (28, 20, False)]


def test_gaps_are_told_to_the_minute():
    away = [
        Away(LUNE, NOON, NOON + 3 * HOUR),
        Away(SOLEIL, NOON + timedelta(minutes=50), NOON + timedelta(minutes=70)),
    ]

    (gap,) = gaps([LUNE, SOLEIL], away, NOON - HOUR, NOON + 9 * HOUR)

    assert (gap.start, gap.end) == (NOON + timedelta(minutes=50), NOON + timedelta(minutes=70))


def test_gaps_that_touch_are_one():
    away = [Away(LUNE, NOON, NOON + HOUR), Away(LUNE, NOON + HOUR, NOON + 2 * HOUR)]

    (gap,) = gaps([LUNE], away, NOON - HOUR, NOON + 9 * HOUR)

    assert (gap.start, gap.end) == (NOON, NOON + 2 * HOUR)


def test_gap_without_an_end_lasts_as_long_as_one_looks():
    (gap,) = gaps([LUNE], [Away(LUNE, NOON, None)], NOON - HOUR, NOON + 9 * HOUR)

    assert gap.end == NOON + 9 * HOUR


def test_gaps_of_the_past_are_not_told():
    assert gaps([LUNE], [Away(LUNE, NOON, NOON + HOUR)], NOON + HOUR, NOON + 9 * HOUR) == ()


def test_nobody_on_call_is_one_long_gap():
    (gap,) = gaps([], [], NOON, NOON + 9 * HOUR)

    assert (gap.start, gap.end) == (NOON, NOON + 9 * HOUR)


@pytest.mark.parametrize("night", [date(2026, 10, 25), date(2027, 3, 28)])
def test_nights_when_the_clock_is_changed_are_whole(night):
    (day, *_) = cover(night, PARIS, [LUNE], [])

    assert [(one.steps, one.answer) for one in day.stretches] == [(STEPS, Answer(LUNE))]


@given(
    st.lists(
        st.tuples(st.sampled_from([None, LUNE, SOLEIL]), st.integers(-48, 700), st.integers(1, 96)),
        max_size=6,
    )
)
def test_stretches_fill_every_day(absences):
    away = [
        Away(who, NOON + start * HOUR / 2, NOON + (start + steps) * HOUR / 2)
        for who, start, steps in absences
    ]

    days = cover(THURSDAY, PARIS, [LUNE, SOLEIL], away)

    assert len(days) == DAYS
    for day in days:
        assert sum(one.steps for one in day.stretches) == STEPS
        assert [one.start for one in day.stretches] == sorted({one.start for one in day.stretches})
