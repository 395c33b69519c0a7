from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from telesec.foundation.ids import new_id
from telesec.scheduling.availability import BusySpan, Reading
from telesec.scheduling.differences import given_free, strayed
from telesec.scheduling.intervals import Interval

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Ours:
    span: Interval


def hours(start: float, end: float) -> Interval:
    return Interval(NOW + timedelta(hours=start), NOW + timedelta(hours=end))


DAY = hours(0, 24)


def reading(*busy: Interval | BusySpan, span: Interval = DAY) -> Reading:
    entries = tuple(one if isinstance(one, BusySpan) else BusySpan(one) for one in busy)
    return Reading(span, entries, NOW)


def test_a_deleted_entry_gives_its_time_free() -> None:
    assert given_free(reading(hours(1, 2), hours(3, 4)), reading(hours(3, 4)), 1) == (hours(1, 2),)


def test_a_moved_entry_gives_free_what_it_does_not_cover_now() -> None:
    assert given_free(reading(hours(1, 3)), reading(hours(2, 4)), 1) == (hours(1, 2),)


def test_a_shortened_entry_gives_its_end_free() -> None:
    assert given_free(reading(hours(1, 3)), reading(hours(1, 2)), 1) == (hours(2, 3),)


def test_of_two_entries_one_over_the_other_one_is_not_enough() -> None:
    assert given_free(reading(hours(1, 2), hours(1, 3)), reading(hours(1, 3)), 1) == ()


def test_with_several_lanes_one_entry_of_two_is_enough() -> None:
    one = BusySpan(hours(1, 2), 1)

    assert given_free(reading(one, one), reading(one), 2) == (hours(1, 2),)
    assert given_free(reading(one, one), reading(hours(1, 2)), 2) == ()


def test_time_that_went_by_or_lies_beyond_the_reading_was_not_given_free() -> None:
    before = reading(hours(0, 2), hours(20, 24), span=hours(0, 24))
    after = reading(hours(1, 2), hours(20, 22), span=hours(1, 22))

    assert given_free(before, after, 1) == ()
    assert given_free(before, after, 2) == ()


def test_our_own_entries_are_left_out() -> None:
    assert given_free(reading(BusySpan(hours(1, 2), 1, new_id())), reading(), 1) == ()


def test_an_appointment_without_its_entry_has_strayed() -> None:
    here, gone = Ours(hours(1, 2)), Ours(hours(3, 4))

    assert strayed(reading(hours(1, 2), hours(5, 6)), [here, gone]) == (gone,)


def test_the_only_appointment_of_an_empty_calendar_may_have_strayed() -> None:
    assert strayed(reading(), [Ours(hours(1, 2))]) == (Ours(hours(1, 2)),)


def test_a_calendar_that_was_emptied_moves_nobody() -> None:
    assert strayed(reading(), [Ours(hours(1, 2)), Ours(hours(3, 4))]) == ()
