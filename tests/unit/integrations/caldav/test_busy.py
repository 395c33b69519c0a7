from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from icalendar.timezone import tzp

from telesec.integrations.caldav.broken import BrokenCalendar
from telesec.integrations.caldav.busy import busy_of

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 10, 19, tzinfo=UTC)
END = datetime(2026, 11, 2, tzinfo=UTC)


def event(*lines, uid="u"):
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261001T000000Z", *lines, "END:VEVENT", ""])


def calendar(*parts):
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//FR\r\n" + "".join(parts) + "END:VCALENDAR\r\n"


def definition(tzid, offset):
    return (
        f"BEGIN:VTIMEZONE\r\nTZID:{tzid}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
        f"TZOFFSETFROM:{offset}\r\nTZOFFSETTO:{offset}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )


def spans(text, start=START, end=END, zone=PARIS):
    return [
        (busy.start.strftime("%m-%d %H:%M"), busy.end.strftime("%m-%d %H:%M"))
        for busy in busy_of(text, start, end, zone)
    ]


def test_weekly_rule_keeps_its_local_hour_over_the_autumn_night():
    text = calendar(event("DTSTART;TZID=Europe/Paris:20261020T100000", "DURATION:PT30M", "RRULE:FREQ=WEEKLY"))

    assert spans(text) == [("10-20 08:00", "10-20 08:30"), ("10-27 09:00", "10-27 09:30")]


@pytest.mark.parametrize(
    "exdate",
    ["EXDATE;TZID=Europe/Paris:20261021T100000", "EXDATE:20261021T080000Z", "EXDATE;VALUE=DATE:20261021"],
)
def test_excluded_date_is_free(exdate):
    text = calendar(
        event(
            "DTSTART;TZID=Europe/Paris:20261020T100000", "DURATION:PT30M", "RRULE:FREQ=DAILY;COUNT=3", exdate
        )
    )

    assert spans(text) == [("10-20 08:00", "10-20 08:30"), ("10-22 08:00", "10-22 08:30")]


def test_moved_instance_replaces_its_own_and_may_be_transparent():
    rule = event("DTSTART;TZID=Europe/Paris:20261020T100000", "DURATION:PT30M", "RRULE:FREQ=DAILY;COUNT=3")
    moved = event("RECURRENCE-ID:20261021T080000Z", "DTSTART:20261021T150000Z", "DTEND:20261021T160000Z")
    free = event(
        "RECURRENCE-ID:20261022T080000Z",
        "DTSTART:20261022T080000Z",
        "DTEND:20261022T083000Z",
        "TRANSP:TRANSPARENT",
    )

    assert spans(calendar(rule, moved, free)) == [
        ("10-20 08:00", "10-20 08:30"),
        ("10-21 15:00", "10-21 16:00"),
    ]


def test_all_day_is_the_practices_day_also_when_it_has_25_hours():
    text = calendar(event("DTSTART;VALUE=DATE:20261025"))

    assert spans(text) == [("10-24 22:00", "10-25 23:00")]


def test_all_day_in_another_zone_is_that_zones_day():
    text = calendar(event("DTSTART;VALUE=DATE:20261020", "DTEND;VALUE=DATE:20261022"))

    assert spans(text, zone=ZoneInfo("Indian/Reunion")) == [("10-19 20:00", "10-21 20:00")]


@pytest.mark.parametrize("line", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "status:cancelled"])
def test_transparent_and_cancelled_are_free(line):
    assert spans(calendar(event("DTSTART:20261020T100000Z", "DTEND:20261020T110000Z", line))) == []


@pytest.mark.parametrize("line", ["TRANSP:OPAQUE", "STATUS:TENTATIVE", "STATUS:CONFIRMED", "CLASS:PRIVATE"])
def test_everything_else_is_busy(line):
    text = calendar(event("DTSTART:20261020T100000Z", "DTEND:20261020T110000Z", line))

    assert spans(text) == [("10-20 10:00", "10-20 11:00")]


def test_floating_time_is_the_practices():
    text = calendar(event("DTSTART:20261020T100000", "DURATION:PT1H"))

    assert spans(text) == [("10-20 08:00", "10-20 09:00")]


def test_event_without_length_takes_no_time():
    assert spans(calendar(event("DTSTART:20261020T100000Z"))) == []


def test_night_shift_on_a_dst_night_is_busy_until_the_later_reading():
    text = calendar(event("DTSTART;TZID=Europe/Paris:20260101T220000", "DURATION:PT8H", "RRULE:FREQ=DAILY"))

    spring = spans(text, datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC))
    autumn = spans(text, datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC))

    assert spring == [("03-28 21:00", "03-29 05:00")]
    assert autumn == [("10-24 20:00", "10-25 05:00")]


@pytest.mark.parametrize(
    "tzid", ["Europe/Paris", "Romance Standard Time", "/freeassociation.sourceforge.net/Europe/Paris"]
)
def test_known_zone_means_itself_whatever_definition_came_along(tzid):
    text = calendar(definition(tzid, "+0900"), event(f"DTSTART;TZID={tzid}:20261020T100000", "DURATION:PT1H"))

    assert spans(text) == [("10-20 08:00", "10-20 09:00")]


def test_own_zone_of_one_document_does_not_reach_the_next():
    first = calendar(
        definition("Cabinet", "+0500"), event("DTSTART;TZID=Cabinet:20261020T100000", "DURATION:PT1H")
    )
    second = first.replace("+0500", "+0700")

    assert spans(first) == [("10-20 05:00", "10-20 06:00")]
    assert spans(second) == [("10-20 03:00", "10-20 04:00")]


def test_zone_nobody_defines_is_broken_even_if_another_document_did():
    event_text = event("DTSTART;TZID=Cabinet:20261020T100000", "DURATION:PT1H")
    spans(calendar(definition("Cabinet", "+0500"), event_text))

    with pytest.raises(BrokenCalendar):
        spans(calendar(event_text))


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:2026gar"],
        ["DTSTART:20261020T250000Z", "DURATION:PT1H"],
        ["SUMMARY:no start"],
        ["DTSTART:20261020T100000Z", "DTSTART:20261021T100000Z"],
        ["DTSTART:20261020T100000Z", "DURATION:XX"],
        ["DTSTART:20261020T100000Z", "DURATION:PT1H", "RRULE:FREQ=BLAH"],
        ["DTSTART:20261020T100000Z", "DURATION:PT1H", "RRULE FREQ=DAILY"],
        ["DTSTART:20261020T100000Z", "DURATION:PT1H", "EXDATE:2026gar"],
        ["DTSTART:20261020T100000Z", "DURATION:PT1H", "RRULE:FREQ=SECONDLY"],
        ["DTSTART:20261020T100000Z", "DURATION:PT1H", "RRULE:FREQ=MIN\r\n UTELY"],
        ["DTSTART:20261020T100000Z", "DURATION:PT1H", "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"],
        ["DTSTART:20261020T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"],
        ["DTSTART:20261020T100000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYSETPOS=300;BYDAY=MO"],
        ["DTSTART:00010101T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY"],
        ["DTSTART:20261020T100000Z", "DURATION:PT1H", "STATUS:CANCELLED", "STATUS:CONFIRMED"],
    ],
)
def test_doubtful_event_is_broken_and_never_free(lines):
    with pytest.raises(BrokenCalendar):
        spans(calendar(event(*lines)))


@pytest.mark.parametrize("text", ["", "<html>login</html>", "BEGIN:VCALENDAR\r\n", calendar() + calendar()])
def test_what_is_no_calendar_is_broken(text):
    with pytest.raises(BrokenCalendar):
        spans(text)


def test_broken_event_beside_a_sound_one_breaks_both():
    sound = event("DTSTART:20261020T100000Z", "DURATION:PT1H", uid="sound")

    with pytest.raises(BrokenCalendar):
        spans(calendar(sound, event("DTSTART:rubbish", uid="broken")))


def test_definitions_of_a_document_are_not_kept_in_memory():
    spans(calendar(definition("Cabinet", "+0500"), event("DTSTART:20261020T100000Z", "DURATION:PT1H")))

    assert tzp.timezone("Cabinet") is None


def test_event_inside_an_unclosed_definition_is_not_swallowed():
    cut = definition("Europe/Paris", "+0100").replace("END:VTIMEZONE\r\n", "")
    hidden = event("DTSTART:20261020T100000Z", "DURATION:PT1H")

    with pytest.raises(BrokenCalendar):
        spans(calendar(cut, hidden, definition("Europe/Paris", "+0100")))


def test_claim_of_ours_is_the_token():
    claim = UUID(int=5)
    text = calendar(event("DTSTART:20261020T100000Z", "DURATION:PT1H", f"X-TELESEC-CLAIM:{claim}"))

    assert [(busy.token, busy.lane_weight) for busy in busy_of(text, START, END, PARIS)] == [(claim, 1)]


def test_event_of_others_takes_every_lane():
    text = calendar(event("DTSTART:20261020T100000Z", "DURATION:PT1H"))

    assert [(busy.token, busy.lane_weight) for busy in busy_of(text, START, END, PARIS)] == [(None, 0)]


def test_window_is_half_open():
    text = calendar(event("DTSTART:20261020T100000Z", "DURATION:PT1H"))
    ten = datetime(2026, 10, 20, 10, tzinfo=UTC)

    assert spans(text, ten - timedelta(hours=1), ten) == []
    assert spans(text, ten + timedelta(hours=1), ten + timedelta(hours=2)) == []
    assert len(spans(text, ten + timedelta(minutes=59), ten + timedelta(hours=2))) == 1
