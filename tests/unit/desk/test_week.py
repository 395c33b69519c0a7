"""The grid of free slots: what it covers, its columns, what a cell shows, and the grids beside it."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from telesec.desk.week import Ask, Grid, button_id, stretch
from telesec.desk.wording import wording
from telesec.scheduling.offers import CalendarCard, Offer, OfferedSlot
from telesec.scheduling.ports import Health

NOW = datetime(2026, 11, 26, 9, 5, tzinfo=UTC)
"""Thursday, five past ten in Paris."""
LUNE, SOLEIL = UUID(int=1), UUID(int=2)
HALF = timedelta(minutes=30)
W = wording("fr", "Europe/Paris", NOW)


def slots(day, *hours, schedule=LUNE):
    """Slots at these hours of Paris in November."""
    starts = (datetime(2026, 11, day, tzinfo=UTC) + timedelta(hours=hour - 1) for hour in hours)
    return [OfferedSlot(schedule, schedule, start, start + HALF) for start in starts]


def grid(found, ask=None, doctors=(LUNE,)):
    cards = tuple(CalendarCard(one, one, "memory", Health.OK, NOW) for one in doctors)
    return Grid(ask or Ask("booking"), W, Offer(tuple(found), cards))


def days(shown):
    return [W.local_day(column.at) for column in shown.columns]


def test_a_week_begins_now_and_ends_at_the_practices_own_midnight():
    covers = stretch(Ask("booking"), W)

    assert covers.start == NOW
    assert covers.end == datetime(2026, 12, 2, 23, tzinfo=UTC)
    assert covers.until == NOW + timedelta(days=28)


@pytest.mark.parametrize(
    ("asked", "first"), [(date(2020, 1, 1), date(2026, 11, 26)), (date(2031, 1, 1), date(2026, 12, 24))]
)
def test_a_day_out_of_reach_is_brought_back(asked, first):
    assert W.local_day(stretch(Ask("booking", from_on=asked), W).start) == first


def test_the_last_week_ends_where_calendars_are_read_to():
    covers = stretch(Ask("booking", from_on=date(2026, 12, 24)), W)

    assert covers.until <= NOW + timedelta(days=35)


def test_a_weekend_stands_in_the_week_only_where_something_is_free():
    working = [date(2026, 11, 26), date(2026, 11, 27)] + [
        date(2026, 11, 30) + timedelta(days=n) for n in (0, 1, 2)
    ]

    assert days(grid(slots(27, 9))) == working
    assert date(2026, 11, 28) in days(grid(slots(28, 9)))


def test_a_cell_shows_what_fits_and_counts_the_rest():
    shown = grid([*slots(26, 14, 15), *slots(27, *range(9, 18))])
    today, tomorrow = (shown.cell(LUNE, column) for column in shown.columns[:2])

    assert (len(today.slots), today.more) == (2, 0)
    assert (len(tomorrow.slots), tomorrow.more) == (5, 4)


def test_as_many_as_fit_are_all_shown():
    shown = grid(slots(27, *range(9, 15)))

    assert shown.cell(LUNE, shown.columns[1]).more == 0


def test_a_day_by_the_hour_shows_every_slot_in_its_hour():
    asked = Ask("booking", from_on=date(2026, 11, 27), by_hour=True)
    shown = grid([*slots(27, 9, 9.5, 11), *slots(28, 9)], asked)

    assert [column.key for column in shown.columns] == [9, 10, 11]
    assert [len(shown.cell(LUNE, column).slots) for column in shown.columns] == [2, 0, 1]
    assert shown.week == Ask("booking", from_on=date(2026, 11, 27))


def test_a_slot_after_the_week_is_in_no_cell():
    late = OfferedSlot(LUNE, LUNE, NOW + timedelta(days=9), NOW + timedelta(days=9) + HALF)
    shown = grid([late])

    assert all(not shown.cell(LUNE, column).slots for column in shown.columns)
    assert shown.first_id == ""


def test_the_keyboard_begins_on_the_earliest_slot_whoever_has_it():
    early = slots(27, 8, schedule=SOLEIL)

    assert grid([*early, *slots(27, 9)], doctors=(LUNE, SOLEIL)).first_id == button_id(early[0])


def test_weeks_go_on_to_the_last_one_and_back_to_today():
    shown, steps = grid([]), [date(2026, 11, 26)]
    assert shown.earlier is None
    while shown.later:
        shown = grid([], shown.later)
        steps.append(W.local_day(shown.first))

    assert steps == [date(2026, 11, 26) + timedelta(days=7 * n) for n in range(5)]
    back = grid([], Ask("booking", from_on=date(2026, 11, 28))).earlier
    assert back
    assert back.from_on == date(2026, 11, 26)


def test_an_address_carries_the_day_and_nothing_else_of_the_grid():
    asked = Ask("booking", from_on=date(2026, 12, 3), by_hour=True)

    assert asked.place == {"from": "2026-12-03", "hours": 1}
    assert Ask("booking").place == {"from": None, "hours": None}


def test_many_rows_take_one_line_each_and_count_the_rest():
    doctors = tuple(UUID(int=number) for number in range(1, 5))
    found = [one for doctor in doctors for one in slots(27, 9, 10, schedule=doctor)]

    week = grid(found, doctors=doctors)
    cell = week.cell(LUNE, week.columns[1])

    assert week.many
    assert not week.abreast
    assert (len(cell.slots), cell.more) == (1, 1)
    assert not grid(found, doctors=doctors[:3]).many
    assert not grid(found, Ask("booking", by_hour=True), doctors).many
