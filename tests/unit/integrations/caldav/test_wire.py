from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from telesec.integrations.caldav.broken import BrokenCalendar
from telesec.integrations.caldav.busy import busy_of
from telesec.integrations.caldav.wire import build, entry_of, resource_name
from telesec.scheduling.ports import AppointmentWrite

PARIS = ZoneInfo("Europe/Paris")
STAMP = datetime(2026, 11, 26, 9, tzinfo=UTC)
ZONES = ["Europe/Paris", "Indian/Reunion", "America/Martinique", "Pacific/Noumea", "UTC", "America/New_York"]

times = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0)
)


@st.composite
def writes(draw):
    start = draw(times)
    return AppointmentWrite(
        claim_id=draw(st.uuids()),
        uid=f"{draw(st.uuids())}@telesec",
        start=start,
        end=start + timedelta(minutes=draw(st.integers(1, 600))),
        time_zone=draw(st.sampled_from(ZONES)),
        title=draw(st.text(max_size=200)),
        description=draw(st.text(max_size=500)),
    )


def write_at(start, minutes=30, **changes):
    values = {
        "claim_id": UUID(int=7),
        "uid": "7@telesec",
        "start": start,
        "end": start + timedelta(minutes=minutes),
        "time_zone": "Europe/Paris",
        "title": "Zoé Lilas",
    }
    return AppointmentWrite(**(values | changes))


@given(writes())
@example(write_at(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)))  # 02:30 Paris, the first of two
@example(write_at(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)))  # 02:30 Paris, the second
@example(write_at(datetime(2026, 3, 29, 0, 45, tzinfo=UTC)))  # ends beyond the hour that is missing
def test_entry_of_build_gives_back_what_was_written(write):
    entry = entry_of(build(write, STAMP), href="/x.ics", etag='"1"', zone=PARIS)

    assert (entry.uid, entry.start, entry.end, entry.claim_id, entry.cancelled) == (
        write.uid,
        write.start,
        write.end,
        write.claim_id,
        False,
    )
    assert (entry.href, entry.etag) == ("/x.ics", '"1"')


@given(writes())
def test_busy_of_build_is_the_appointment(write):
    busy = busy_of(build(write, STAMP), write.start, write.end, PARIS)

    assert [(b.start, b.end, b.uid, b.token) for b in busy] == [
        (write.start, write.end, write.uid, write.claim_id)
    ]


@given(st.text())
def test_build_keeps_the_title_up_to_control_characters(title):
    text = build(write_at(STAMP, title=title), STAMP)

    (event,) = Calendar.from_ical(text).walk("VEVENT")
    kept = [c for c in str(event["SUMMARY"]) if c.isalnum()]
    assert kept == [c for c in title if c.isalnum()]


@pytest.mark.parametrize(
    "title", ["a\r\nSTATUS:CANCELLED", "a\nEND:VEVENT\nEND:VCALENDAR", 'a;b,c\\n:"d"', "x" * 1000, "\x00\x0b"]
)
def test_build_lets_no_title_become_a_property(title):
    entry = entry_of(build(write_at(STAMP, title=title), STAMP), href="", etag="", zone=PARIS)

    assert (entry.start, entry.cancelled) == (STAMP, False)


def test_build_sends_a_definition_of_the_zone_and_local_times():
    text = build(write_at(STAMP), STAMP)

    assert "BEGIN:VTIMEZONE" in text
    assert "DTSTART;TZID=Europe/Paris:20261126T100000" in text
    assert "DTSTAMP:20261126T090000Z" in text
    assert f"X-TELESEC-CLAIM:{UUID(int=7)}" in text


def test_build_writes_a_doubled_hour_in_utc():
    text = build(write_at(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)), STAMP)

    assert "DTSTART:20261025T013000Z" in text


@pytest.mark.parametrize(
    ("uid", "name"), [("0198@telesec", "0198-telesec.ics"), ("../../x y?#", "..-..-x-y--.ics")]
)
def test_resource_name_is_safe_in_an_address(uid, name):
    assert resource_name(uid) == name


def test_entry_of_reads_cancelled_and_foreign_claim():
    text = build(write_at(STAMP), STAMP)
    text = text.replace("STATUS:CONFIRMED", "STATUS:CANCELLED").replace(str(UUID(int=7)), "not a uuid")

    entry = entry_of(text, href="", etag="", zone=PARIS)

    assert (entry.cancelled, entry.claim_id) == (True, None)


@st.composite
def mutations(draw):
    text = build(draw(writes()), STAMP)
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 4))):
        index = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(["drop", "double", "cut", "insert", "rule"]))
        if kind == "drop":
            lines[index : index + 1] = []
        elif kind == "double":
            lines.insert(index, lines[index])
        elif kind == "cut":
            lines[index] = lines[index][: draw(st.integers(0, len(lines[index])))]
        elif kind == "insert":
            at = draw(st.integers(0, len(lines[index])))
            lines[index] = lines[index][:at] + draw(st.text(max_size=8)) + lines[index][at:]
        else:
            rule = draw(st.sampled_from(["RRULE", "EXDATE", "RDATE", "RECURRENCE-ID", "DURATION", "DTEND"]))
            frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "YEARLY", "SECONDLY", "X"]))
            value = draw(
                st.sampled_from(
                    [
                        f"FREQ={frequency}",
                        f"FREQ={frequency};INTERVAL=0",
                        "20261126",
                        "-PT1H",
                        "20261126T090000Z/PT1H",
                    ]
                )
            )
            lines.insert(index, f"{rule}:{value}")
        lines = lines or ["BEGIN:VCALENDAR"]
    return "\r\n".join(lines)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(mutations())
def test_mutated_calendar_is_read_or_broken(text):
    for read in (
        lambda: busy_of(text, STAMP, STAMP + timedelta(days=30), PARIS),
        lambda: entry_of(text, href="", etag="", zone=PARIS),
    ):
        try:
            read()
        except BrokenCalendar:
            continue


@given(st.text())
def test_any_text_is_read_or_broken(text):
    with pytest.raises(BrokenCalendar):
        entry_of(text, href="", etag="", zone=PARIS)
