from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from telesec.scheduling.intervals import Interval
from telesec.scheduling.rules import (
    Seen,
    Verdict,
    bookable,
    hold_expires_at,
    judge,
    latest_start,
    next_attempt_at,
)
from telesec.triage.levels import Level

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
HERE, THERE, ELSEWHERE = (Interval(NOW + n * HOUR, NOW + (n + 1) * HOUR) for n in range(3))
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (None, Verdict.ABSENT),
        (Seen(HERE, cancelled=True), Verdict.ABSENT),
        (Seen(HERE), Verdict.WRITTEN),
        (Seen(THERE), Verdict.AS_BEFORE),
        (Seen(ELSEWHERE), Verdict.DIFFERENT),
    ],
)
def test_judge_compares_what_is_there_with_what_was_asked(seen: Seen | None, verdict: Verdict) -> None:
    assert judge(seen, HERE, THERE) is verdict


def test_judge_without_an_earlier_time_knows_no_as_before() -> None:
    assert judge(Seen(THERE), HERE, None) is Verdict.DIFFERENT


def test_next_attempts_wait_longer_and_a_minute_at_most() -> None:
    waits = [(next_attempt_at(n, NOW) - NOW).total_seconds() for n in (0, 1, 2, 3, 6, 1000)]

    assert waits == [2, 2, 4, 8, 60, 60]


def test_hold_lives_three_minutes_after_the_last_sign() -> None:
    assert hold_expires_at(NOW) == NOW + timedelta(minutes=3)


@pytest.mark.parametrize("level", [Level.CALL15_NOW, Level.DOCTOR_NOW])
def test_urgent_levels_are_never_booked(level: Level) -> None:
    assert not bookable(level, None)
    assert latest_start(level, NOW, PARIS) == NOW


@pytest.mark.parametrize(
    ("level", "limit", "answer"),
    [
        (None, Level.ROUTINE, True),
        (Level.SAME_DAY, None, True),
        (Level.SAME_DAY, Level.SAME_DAY, True),
        (Level.SAME_DAY, Level.ROUTINE, False),
        (Level.ADMIN, Level.ROUTINE, True),
    ],
)
def test_type_limits_the_level(level: Level | None, limit: Level | None, answer: bool) -> None:
    assert bookable(level, limit) is answer


@pytest.mark.parametrize(
    ("level", "latest"),
    [
        (None, None),
        (Level.ROUTINE, None),
        (Level.H48_72, NOW + timedelta(hours=72)),
        (Level.SAME_DAY, datetime(2026, 11, 26, 23, tzinfo=UTC)),
    ],
)
def test_level_says_by_when(level: Level | None, latest: datetime | None) -> None:
    assert latest_start(level, NOW, PARIS) == latest
