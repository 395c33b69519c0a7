from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telesec.foundation.ids import new_id
from telesec.scheduling.availability import (
    Agenda,
    BusySpan,
    Claim,
    Kind,
    Reading,
    Reason,
    free_slots,
    room_for,
    why_nothing,
)
from telesec.scheduling.hours import OpeningRule, Pattern
from telesec.scheduling.intervals import Interval

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, tzinfo=UTC)
WEEK = Interval(MONDAY, MONDAY + timedelta(days=7))
TYPE = new_id()
HALF_HOUR = Kind(TYPE, timedelta(minutes=30), timedelta(minutes=30))
UTC_ZONE = ZoneInfo("UTC")
NINE_TO_ELEVEN = Pattern(UTC_ZONE, (OpeningRule(1, time(9), time(11)),))


def span(start: str, end: str) -> Interval:
    def moment(text: str) -> datetime:
        hour, minute = text.split(":")
        return MONDAY + timedelta(hours=int(hour), minutes=int(minute))

    return Interval(moment(start), moment(end))


def agenda(*busy: BusySpan, claims: tuple[Claim, ...] = (), lanes: int = 1) -> Agenda:
    return Agenda(NINE_TO_ELEVEN, lanes, Reading(WEEK, busy, NOW), claims)


def starts(some: Agenda, kind: Kind = HALF_HOUR, within: Interval = WEEK, now: datetime = NOW) -> list[str]:
    return [f"{slot.start:%H:%M}" for slot in free_slots(some, kind, within, now)]


def test_free_slots_follow_opening_hours() -> None:
    assert starts(agenda()) == ["09:00", "09:30", "10:00", "10:30"]


def test_free_slots_use_the_step() -> None:
    kind = Kind(TYPE, timedelta(minutes=30), timedelta(minutes=15))

    assert starts(agenda(), kind)[:3] == ["09:00", "09:15", "09:30"]
    assert starts(agenda(), kind)[-1] == "10:30"


def test_free_slots_leave_out_what_others_wrote() -> None:
    assert starts(agenda(BusySpan(span("09:15", "09:45")))) == ["10:00", "10:30"]


def test_free_slots_offer_what_only_touches_a_busy_event() -> None:
    assert starts(agenda(BusySpan(span("09:30", "10:00")))) == ["09:00", "10:00", "10:30"]


def test_free_slots_leave_out_claims() -> None:
    claim = Claim(new_id(), span("09:00", "09:30"), 1)

    assert starts(agenda(claims=(claim,))) == ["09:30", "10:00", "10:30"]


def test_our_own_entry_does_not_count_twice() -> None:
    claim = Claim(new_id(), span("09:00", "09:30"), 1)
    entry = BusySpan(claim.span, 1, claim.claim_id)

    assert starts(agenda(entry, claims=(claim,), lanes=2))[0] == "09:00"


def test_three_lanes_take_exactly_three() -> None:
    claims = tuple(Claim(new_id(), span("09:00", "09:30"), lane) for lane in (1, 2, 3))

    assert starts(agenda(claims=claims[:2], lanes=3))[0] == "09:00"
    assert starts(agenda(claims=claims, lanes=3))[0] == "09:30"


def test_event_of_others_takes_all_lanes_unless_it_says_fewer() -> None:
    assert starts(agenda(BusySpan(span("09:00", "09:30")), lanes=3))[0] == "09:30"
    assert starts(agenda(BusySpan(span("09:00", "09:30"), 1), lanes=3))[0] == "09:00"


def test_lane_must_be_free_for_the_whole_slot() -> None:
    claims = (Claim(new_id(), span("09:00", "09:30"), 1), Claim(new_id(), span("09:30", "10:00"), 2))
    hour = Kind(TYPE, timedelta(hours=1), timedelta(minutes=30))

    assert starts(agenda(claims=claims, lanes=2), hour) == ["09:30", "10:00"]


def test_past_is_never_offered() -> None:
    now = MONDAY + timedelta(hours=9, minutes=30)
    fresh = replace(agenda(), reading=Reading(WEEK, (), now))

    assert starts(fresh, now=now) == ["10:00", "10:30"]


def test_nothing_is_offered_outside_what_was_read() -> None:
    reading = Reading(Interval(MONDAY, MONDAY + timedelta(hours=10)), (), NOW)

    assert starts(replace(agenda(), reading=reading)) == ["09:00", "09:30"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"readable": False}, Reason.UNREADABLE),
        ({"reading": None}, Reason.NEVER_READ),
        ({"reading": Reading(WEEK, (), NOW - timedelta(minutes=11))}, Reason.STALE),
        ({"pattern": Pattern(UTC_ZONE, ())}, Reason.NO_HOURS),
    ],
)
def test_unusable_calendar_offers_nothing_and_says_why(changed: dict[str, object], reason: Reason) -> None:
    broken = replace(agenda(), **changed)  # type: ignore[arg-type]

    assert starts(broken) == []
    assert why_nothing(broken, NOW) is reason


def test_rule_of_another_type_opens_nothing() -> None:
    pattern = Pattern(UTC_ZONE, (OpeningRule(1, time(9), time(11), new_id()),))

    assert starts(replace(agenda(), pattern=pattern)) == []


def test_absence_keeps_the_grid() -> None:
    pattern = replace(NINE_TO_ELEVEN, closed=(span("09:00", "09:40"),))

    assert starts(replace(agenda(), pattern=pattern)) == ["10:00", "10:30"]


def published(*slots: tuple[str, str]) -> Reading:
    return Reading(WEEK, (), NOW, tuple(span(*slot) for slot in slots))


def test_published_slots_are_the_grid() -> None:
    reading = published(("09:10", "09:40"), ("10:00", "10:30"))

    assert starts(replace(agenda(), reading=reading)) == ["09:10", "10:00"]


def test_published_slots_need_no_opening_hours() -> None:
    reading = published(("14:00", "14:30"))

    assert starts(Agenda(Pattern(UTC_ZONE, ()), 1, reading)) == ["14:00"]


def test_published_slots_outside_opening_hours_are_not_offered() -> None:
    assert starts(replace(agenda(), reading=published(("14:00", "14:30")))) == []


def test_long_type_spans_published_slots_that_touch() -> None:
    hour = Kind(TYPE, timedelta(hours=1), timedelta(minutes=30))
    reading = published(("09:00", "09:30"), ("09:30", "10:00"), ("10:30", "11:00"))

    assert starts(replace(agenda(), reading=reading), hour) == ["09:00"]


def test_hold_takes_one_of_the_published_slots() -> None:
    reading = published(("09:00", "09:30"), ("09:00", "09:30"))
    holds = tuple(Claim(new_id(), span("09:00", "09:30"), lane) for lane in (1, 2))

    assert starts(replace(agenda(claims=holds[:1], lanes=3), reading=reading)) == ["09:00"]
    assert starts(replace(agenda(claims=holds, lanes=3), reading=reading)) == []


def test_room_for_looks_past_our_own_claim_and_entry() -> None:
    claim = Claim(new_id(), span("09:00", "09:30"), 1)
    entry = BusySpan(claim.span, 1, claim.claim_id)

    assert room_for(agenda(entry, claims=(claim,)), claim.span, frozenset({claim.claim_id}))


def test_room_for_refuses_what_others_wrote_meanwhile() -> None:
    claim = Claim(new_id(), span("09:00", "09:30"), 1)
    doctors = BusySpan(span("09:20", "09:25"))

    assert not room_for(agenda(doctors, claims=(claim,)), claim.span, frozenset({claim.claim_id}))


def test_room_for_refuses_what_is_no_longer_published() -> None:
    claim = Claim(new_id(), span("09:00", "09:30"), 1)
    some = replace(agenda(claims=(claim,)), reading=published(("10:00", "10:30")))

    assert not room_for(some, claim.span, frozenset({claim.claim_id}))


def test_room_for_counts_the_published_slot_an_appointment_leaves() -> None:
    claim = Claim(new_id(), span("09:00", "09:30"), 1)
    entry = BusySpan(claim.span, 1, claim.claim_id)
    reading = replace(published(("09:30", "10:00")), busy=(entry,))
    moved = span("09:15", "09:45")

    assert room_for(replace(agenda(claims=(claim,)), reading=reading), moved, frozenset({claim.claim_id}))


minutes = st.integers(0, 12).map(lambda q: MONDAY + timedelta(hours=9, minutes=10 * q))
spans = st.tuples(minutes, minutes).filter(lambda p: p[0] < p[1]).map(lambda p: Interval(*p))


@given(
    st.lists(spans, max_size=5), st.lists(st.tuples(spans, st.integers(1, 3)), max_size=6), st.integers(1, 3)
)
def test_offered_never_meets_busy_nor_a_full_schedule(
    busy: list[Interval], claimed: list[tuple[Interval, int]], lanes: int
) -> None:
    claims = tuple(Claim(new_id(), s, lane) for s, lane in claimed if lane <= lanes)
    some = agenda(*(BusySpan(s) for s in busy), claims=claims, lanes=lanes)
    kind = Kind(TYPE, timedelta(minutes=20), timedelta(minutes=10))

    for slot in free_slots(some, kind, WEEK, NOW):
        assert not any(slot.overlaps(b) for b in busy)
        assert len({c.lane for c in claims if c.span.overlaps(slot)}) < lanes
        assert span("09:00", "11:00").covers(slot)


def stretch(day: int, hour: int, minutes: int) -> Interval:
    start = MONDAY + timedelta(days=day, hours=hour)
    return Interval(start, start + timedelta(minutes=minutes))


def full_month() -> Agenda:
    days = range(30)
    halves = ((time(8), time(12)), (time(14), time(19)))
    rules = tuple(OpeningRule(weekday, *half) for weekday in range(1, 6) for half in halves)
    busy = tuple(BusySpan(stretch(day, hour, 30)) for day in days for hour in (8, 10, 14))
    claims = tuple(Claim(new_id(), stretch(day, 9, 15), 1) for day in days)
    month = Interval(MONDAY, MONDAY + timedelta(days=30))
    return Agenda(Pattern(ZoneInfo("Europe/Paris"), rules), 1, Reading(month, busy, NOW), claims)


def test_five_practitioners_have_slots_on_all_of_thirty_days() -> None:
    agendas = [full_month() for _ in range(5)]
    kind = Kind(TYPE, timedelta(minutes=20), timedelta(minutes=20))
    month = Interval(MONDAY, MONDAY + timedelta(days=30))

    found = [list(islice(free_slots(a, kind, month, NOW), 1000)) for a in agendas]

    assert all(len(slots) > 300 for slots in found)
