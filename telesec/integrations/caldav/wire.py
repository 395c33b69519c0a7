"""One appointment of ours ↔ iCalendar (RFC 5545, stored per RFC 4791 section 4.1); pure."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

from telesec.integrations.caldav.broken import BrokenCalendar
from telesec.integrations.caldav.parsing import PARSER_ERRORS, events_of, parsed
from telesec.scheduling.ports import AppointmentWrite, CalendarEntry

CLAIM = "X-TELESEC-CLAIM"
_PRODID = "-//telesec//telesec//FR"
_UNSAFE_IN_NAME = re.compile(r"[^A-Za-z0-9._-]")
_YEARS_AHEAD = 10


def build(write: AppointmentWrite, stamp: datetime) -> str:
    """Return the resource to PUT for an appointment.

    A VTIMEZONE always goes along: some servers otherwise use the definition another user sent. A time the
    zone has twice (an autumn night) or not at all is written in UTC, which no reader can mistake.

    Args:
        write: What the calendar shall hold.
        stamp: DTSTAMP, aware.
    """
    zone = ZoneInfo(write.time_zone)
    calendar = Calendar()
    calendar.add("PRODID", _PRODID)
    calendar.add("VERSION", "2.0")
    calendar.add_component(_definition(write.time_zone, write.start.astimezone(zone).year))
    event = Event()
    event.add("UID", write.uid)
    event.add("DTSTAMP", stamp.astimezone(UTC))
    event.add("DTSTART", _local(write.start, zone))
    event.add("DTEND", _local(write.end, zone))
    event.add("SUMMARY", _plain(write.title))
    if write.description:
        event.add("DESCRIPTION", _plain(write.description))
    event.add("STATUS", "CONFIRMED")
    event.add("TRANSP", "OPAQUE")
    event.add(CLAIM, str(write.claim_id))
    calendar.add_component(event)
    return str(calendar.to_ical().decode())


def resource_name(uid: str) -> str:
    """Return the last part of the address under which we store ``uid``, safe in any URL."""
    return f"{_UNSAFE_IN_NAME.sub('-', uid)}.ics"


def entry_of(text: str, *, href: str, etag: str, zone: tzinfo) -> CalendarEntry:
    """Return the entry a resource holds, its own times if it recurs.

    Raises:
        BrokenCalendar: The text cannot be understood or holds no event.
    """
    masters = [event for event in events_of(parsed(text, zone)) if "RECURRENCE-ID" not in event]
    if not masters:
        raise BrokenCalendar
    event = masters[0]
    try:
        start, end = span_of(event, zone)
        return CalendarEntry(
            uid=str(event["UID"]),
            href=href,
            etag=etag,
            start=start,
            end=end,
            claim_id=claim_of(event),
            cancelled=is_cancelled(event),
        )
    except PARSER_ERRORS:
        raise BrokenCalendar from None


def claim_of(event: Any) -> UUID | None:
    """Return our claim's id, None when the entry carries none or something else under its name."""
    try:
        return UUID(str(event.get(CLAIM, "")))
    except ValueError:
        return None


def is_cancelled(event: Any) -> bool:
    """Return whether STATUS says that the event does not take place."""
    return str(event.get("STATUS", "")).strip().upper() == "CANCELLED"


def span_of(event: Any, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return when an event (or one occurrence of it) is, ``[start, end)``, aware, UTC.

    All-day events run from midnight to midnight of the practice. Without DTEND and DURATION a day lasts a
    day and an instant has no length (RFC 5545 section 3.6.1).
    """
    first = event["DTSTART"].dt
    last = event.end
    start, end = instant(first, zone), instant(last, zone)
    return (start, end) if start <= end else (end, start)


def instant(value: date, zone: tzinfo) -> datetime:
    """Return a settled iCalendar time as an instant; a date is the practice's midnight."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.combine(value, time(), zone).astimezone(UTC)


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    local = at.astimezone(zone)
    unambiguous = all(local.replace(fold=fold).astimezone(UTC) == at for fold in (0, 1))
    return local if unambiguous else at.astimezone(UTC)


def _plain(text: str) -> str:
    """Return text without the control characters iCalendar has no form for."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"} else " " for c in unified)


@lru_cache(maxsize=256)
def _definition(name: str, year: int) -> Timezone:
    return Timezone.from_tzinfo(
        ZoneInfo(name), tzid=name, first_date=date(year - 1, 1, 1), last_date=date(year + _YEARS_AHEAD, 1, 1)
    )
