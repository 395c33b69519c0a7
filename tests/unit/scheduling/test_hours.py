import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.scheduling.hours import OpeningRule, Pattern, closed_days, end_of_day, expand, wall_interval
from telesec.scheduling.intervals import Interval, union

PARIS = ZoneInfo("Europe/Paris")
ZONES = [PARIS, ZoneInfo("UTC"), ZoneInfo("America/Martinique"), ZoneInfo("Indian/Reunion"),
         ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/St_Johns")]  # fmt: skip
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)

times = st.integers(0, 95).map(lambda q: time(q // 4, q % 4 * 15))
days = st.one_of(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.sampled_from(
        [SPRING, AUTUMN, date(2026, 4, 5), date(2026, 10, 4), date(2026, 3, 8), date(2026, 11, 1)]
    ),
)


def paris(day: date, hour: int, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS, fold=fold).astimezone(UTC)


@given(st.sampled_from(ZONES), days, times, times)
def test_open_exactly_when_the_wall_clock_is_inside_the_rule(
    zone: ZoneInfo, day: date, starts: time, ends: time
) -> None:
    opened = union(wall_interval(zone, day, starts, ends))
    first = datetime.combine(day, starts)
    last = datetime.combine(day if ends > starts else day + timedelta(days=1), ends)

    moment = datetime.combine(day, time(0), UTC) - timedelta(days=1)
    for _ in range(4 * 24 * 4):
        wall = moment.astimezone(zone).replace(tzinfo=None)
        inside = any(i.start <= moment < i.end for i in opened)
        assert inside == (first <= wall < last), (moment, wall)
        moment += timedelta(minutes=15)


@given(st.sampled_from(ZONES), days, days)
def test_expand_is_sorted_apart_and_inside(zone: ZoneInfo, one: date, other: date) -> None:
    first, last = sorted((one, one + (other - one) % timedelta(days=40)))
    within = Interval(datetime.combine(first, time(7), UTC), datetime.combine(last, time(19), UTC))
    pattern = Pattern(zone, tuple(OpeningRule(d, time(9), time(12)) for d in range(1, 8)))

    opened = expand(pattern, within)

    assert all(within.covers(i) and i.start < i.end for i in opened)
    assert all(a.end < b.start for a, b in itertools.pairwise(opened))


def test_morning_opens_an_hour_earlier_in_utc_after_spring() -> None:
    pattern = Pattern(PARIS, tuple(OpeningRule(d, time(9), time(10)) for d in range(1, 8)))
    within = Interval(paris(SPRING - timedelta(days=1), 0), paris(SPRING + timedelta(days=1), 0))

    opened = expand(pattern, within)

    assert [i.start.hour for i in opened] == [8, 7]


def test_spring_night_opens_nothing_in_the_hour_that_is_missing() -> None:
    assert union(wall_interval(PARIS, SPRING, time(2), time(3))) == ()
    assert union(wall_interval(PARIS, SPRING, time(1), time(4))) == (
        Interval(paris(SPRING, 1), paris(SPRING, 1) + timedelta(hours=2)),
    )


def test_autumn_night_lasts_an_hour_longer() -> None:
    assert union(wall_interval(PARIS, AUTUMN, time(1), time(4))) == (
        Interval(paris(AUTUMN, 1), paris(AUTUMN, 1) + timedelta(hours=4)),
    )


def test_autumn_half_hour_that_comes_twice_opens_twice() -> None:
    first, second = paris(AUTUMN, 2), paris(AUTUMN, 2, fold=1)

    assert list(wall_interval(PARIS, AUTUMN, time(2), time(2, 30))) == [
        Interval(first, first + timedelta(minutes=30)),
        Interval(second, second + timedelta(minutes=30)),
    ]


def test_night_rule_reaches_into_the_next_day() -> None:
    monday = date(2026, 11, 30)
    pattern = Pattern(PARIS, (OpeningRule(1, time(20), time(8)),))
    within = Interval(paris(date(2026, 12, 1), 0), paris(date(2026, 12, 2), 0))

    assert expand(pattern, within) == (Interval(within.start, paris(date(2026, 12, 1), 8)),)
    assert monday.isoweekday() == 1


def test_absence_is_taken_off() -> None:
    monday = date(2026, 11, 30)
    away = Interval(paris(monday, 10), paris(monday, 11))
    pattern = Pattern(PARIS, (OpeningRule(1, time(9), time(12)),), closed=(away,))
    within = Interval(paris(monday, 0), paris(monday, 23))

    assert expand(pattern, within) == (
        Interval(paris(monday, 9), paris(monday, 10)),
        Interval(paris(monday, 11), paris(monday, 12)),
    )


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 11, 30), 24)])
def test_closed_day_is_as_long_as_the_day(day: date, hours: int) -> None:
    (closed,) = closed_days(PARIS, [day])

    assert closed.end - closed.start == timedelta(hours=hours)


def test_end_of_day_is_local_midnight() -> None:
    assert end_of_day(datetime(2026, 11, 26, 22, 59, tzinfo=UTC), PARIS) == datetime(
        2026, 11, 26, 23, tzinfo=UTC
    )
    assert end_of_day(datetime(2026, 11, 26, 23, tzinfo=UTC), PARIS) == datetime(2026, 11, 27, 23, tzinfo=UTC)
