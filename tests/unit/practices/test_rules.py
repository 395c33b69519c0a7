"""What is in force at a practice at one moment."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from telesec.practices.rules import (
    Applies,
    Away,
    Moment,
    Occasion,
    Opening,
    in_force,
    is_new,
    is_open,
    moment,
    needs_confirming,
    occasion,
    opening_errors,
)

LUNE = UUID(int=1)
SOLEIL = UUID(int=2)
NOON = datetime(2026, 11, 26, 11, tzinfo=UTC)
"""Thursday, 12:00 in Paris."""


@dataclass(frozen=True)
class Text:
    valid_from: datetime = NOON - timedelta(days=1)
    valid_to: datetime | None = None
    applies: Applies = Applies.ALWAYS
    practitioner_id: UUID | None = None
    retired_at: datetime | None = None


def now(*, open_: bool = True, absent: frozenset[UUID] = frozenset(), everybody: bool = False) -> Moment:
    return Moment(NOON, open_, absent, everybody)


def test_is_open_reads_local_minutes():
    thursday = [Opening(4, 12 * 60, 13 * 60)]

    assert is_open(thursday, NOON, "Europe/Paris")
    assert not is_open(thursday, NOON, "Indian/Reunion")


def test_is_open_ends_before_the_closing_minute():
    assert not is_open([Opening(4, 8 * 60, 12 * 60)], NOON, "Europe/Paris")


def test_is_open_without_hours_is_always():
    assert is_open([], NOON, "Europe/Paris")


def test_is_open_on_the_night_the_clock_goes_back():
    sunday = [Opening(7, 2 * 60, 3 * 60)]
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    assert is_open(sunday, first, "Europe/Paris")
    assert is_open(sunday, second, "Europe/Paris")


def test_moment_is_closed_when_the_whole_practice_is_away():
    away = [Away(None, NOON - timedelta(hours=1), NOON + timedelta(hours=1))]

    assert not moment(NOON, "Europe/Paris", [], away).is_open


def test_moment_forgets_an_absence_at_its_end():
    away = [Away(LUNE, NOON - timedelta(hours=1), NOON)]

    assert moment(NOON, "Europe/Paris", [], away).absent == frozenset()


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        (Text(), now(), True),
        (Text(valid_from=NOON), now(), True),
        (Text(valid_to=NOON), now(), False),
        (Text(valid_from=NOON + timedelta(seconds=1)), now(), False),
        (Text(retired_at=NOON), now(), False),
        (Text(applies=Applies.OPEN), now(), True),
        (Text(applies=Applies.OPEN), now(open_=False), False),
        (Text(applies=Applies.CLOSED), now(open_=False), True),
        (Text(applies=Applies.CLOSED), now(), False),
        (Text(applies=Applies.ABSENT), now(), False),
        (Text(applies=Applies.ABSENT), now(absent=frozenset({LUNE})), True),
        (Text(applies=Applies.ABSENT, practitioner_id=LUNE), now(absent=frozenset({LUNE})), True),
        (Text(applies=Applies.ABSENT, practitioner_id=LUNE), now(absent=frozenset({SOLEIL})), False),
        (Text(applies=Applies.ABSENT, practitioner_id=LUNE), now(everybody=True), True),
    ],
)
def test_in_force(text, at, expected):
    assert in_force(text, at) is expected


def test_is_new_marks_only_what_changed_after_the_last_call():
    assert is_new(NOON, NOON - timedelta(minutes=1))
    assert not is_new(NOON, NOON)
    assert not is_new(NOON, None)


def test_needs_confirming_after_ninety_days():
    assert needs_confirming(date(2026, 8, 28), date(2026, 11, 26))
    assert not needs_confirming(date(2026, 8, 29), date(2026, 11, 26))


def test_occasion_follows_the_hours():
    assert occasion(now()) is Occasion.OPEN
    assert occasion(now(open_=False)) is Occasion.CLOSED


@pytest.mark.parametrize(
    ("openings", "wrong"),
    [
        ([Opening(1, 480, 720), Opening(1, 720, 1440)], None),
        ([Opening(1, 480, 720), Opening(1, 719, 800)], "overlap"),
        ([Opening(1, 480, 480)], "bad_hours"),
        ([Opening(8, 480, 720)], "bad_hours"),
        ([Opening(1, 480, 1441)], "bad_hours"),
    ],
)
def test_opening_errors(openings, wrong):
    assert opening_errors(openings) == wrong
