import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from telesec.scheduling.intervals import Interval, intersect, subtract, union

ORIGIN = datetime(2026, 11, 30, tzinfo=UTC)


def at(minute: int) -> datetime:
    return ORIGIN + timedelta(minutes=minute)


@st.composite
def intervals(draw: st.DrawFn) -> list[Interval]:
    pairs = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6))
    return [Interval(at(a), at(b)) for a, b in pairs]


def minutes(some: tuple[Interval, ...] | list[Interval]) -> set[int]:
    return {m for m in range(61) for i in some if i.start <= at(m) < i.end}


@given(intervals())
def test_union_keeps_the_same_moments_sorted_and_apart(some: list[Interval]) -> None:
    merged = union(some)

    assert minutes(merged) == minutes(some)
    assert all(a.end < b.start for a, b in itertools.pairwise(merged))


@given(intervals(), intervals())
def test_intersect_keeps_the_moments_in_both(left: list[Interval], right: list[Interval]) -> None:
    assert minutes(intersect(union(left), union(right))) == minutes(left) & minutes(right)


@given(intervals(), intervals())
def test_subtract_keeps_the_moments_in_the_first_only(left: list[Interval], right: list[Interval]) -> None:
    assert minutes(subtract(union(left), union(right))) == minutes(left) - minutes(right)


def test_touching_ends_do_not_overlap() -> None:
    assert not Interval(at(0), at(30)).overlaps(Interval(at(30), at(60)))
