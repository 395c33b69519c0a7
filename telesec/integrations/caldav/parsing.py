"""iCalendar text of strangers → events whose times are settled; anything doubtful is broken.

The icalendar library drops a line it cannot read and keeps the event, so that an unreadable RRULE
leaves an event that never recurs. Here such a document is refused as a whole (RFC 5545; fail closed).
"""

import re
import warnings
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from icalendar import Calendar, vRecur

from telesec.integrations.caldav.broken import BrokenCalendar
from telesec.integrations.caldav.zones import without_known_definitions, zone_named, zones_of

# What the libraries raise on input they do not expect; listed, so that a bug of ours stays one.
PARSER_ERRORS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    AssertionError,
)
_SINGLE = ("UID", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "STATUS", "TRANSP")
_TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")
# A rule that fires each second or minute is nobody's appointment, and expanding it takes minutes.
_TOO_OFTEN = re.compile(r"FREQ=(SECONDLY|MINUTELY)", re.IGNORECASE)
_FOLD = re.compile(r"\r?\n[ \t]")
_MOST_TIMES_A_DAY = 48
_HOURLY_FILTERS = ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "BYDAY")
_OLDEST_YEAR = 1900
_LAST_FORTY_YEARS = datetime(9959, 1, 1)  # noqa: DTZ001 - a pattern has no zone


def parsed(text: str, zone: tzinfo) -> Calendar:
    """Return the calendar object in ``text``, each time in it aware or a plain date.

    Args:
        text: One VCALENDAR, as a resource of a CalDAV collection holds it.
        zone: The practice's zone, in which floating times are meant.

    Raises:
        BrokenCalendar: The text is not one VCALENDAR, or a time, rule or status in it is not clear.
    """
    if _TOO_OFTEN.search(_FOLD.sub("", text)):
        raise BrokenCalendar
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            calendar = Calendar.from_ical(without_known_definitions(text))
            if not isinstance(calendar, Calendar):
                raise BrokenCalendar
            own = zones_of(calendar)
            for event in events_of(calendar):
                _check(event)
                for value in _time_values(event):
                    value.dt = _settled(value.dt, value.params.get("TZID"), zone, own)
    except PARSER_ERRORS:
        raise BrokenCalendar from None
    return calendar


def events_of(calendar: Calendar) -> list[Any]:
    """Return the VEVENTs, masters and changed instances alike."""
    return list(calendar.walk("VEVENT"))


def _check(event: Any) -> None:
    if any(name is None for name, _error in event.errors):
        raise BrokenCalendar
    if "UID" not in event or "DTSTART" not in event:
        raise BrokenCalendar
    for name in _SINGLE:
        if isinstance(event.get(name), list):
            raise BrokenCalendar
    for rule in _listed(event.get("RRULE")):
        _check_rule(dict(rule), event["DTSTART"].dt)


def _check_rule(rule: dict[str, Any], first: date) -> None:
    times = 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        times *= max(1, len(_listed(rule.get(name))))
    frequency = _listed(rule["FREQ"])[0]
    if times > _MOST_TIMES_A_DAY or (frequency != "YEARLY" and first.year < _OLDEST_YEAR):
        raise BrokenCalendar
    if frequency == "HOURLY" and (times > 1 or any(name in rule for name in _HOURLY_FILTERS)):
        raise BrokenCalendar
    if not _fires(rule):
        raise BrokenCalendar


def _fires(rule: dict[str, Any]) -> bool:
    """Return whether a rule's pattern ever matches a day; 30 February would be sought until the year 9999.

    Tried on the last forty years dateutil knows, which hold every pattern of weekday and leap year.
    """
    pattern = {name: value for name, value in rule.items() if name not in {"COUNT", "UNTIL", "INTERVAL"}}
    text: bytes = vRecur(pattern).to_ical()  # type: ignore[no-untyped-call]
    occurrences = rrulestr(text.decode(), dtstart=_LAST_FORTY_YEARS)
    return next(iter(occurrences), None) is not None


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _time_values(event: Any) -> Iterator[Any]:
    for name in _TIMES:
        for value in _listed(event.get(name)):
            yield from getattr(value, "dts", [value])


def _settled(value: Any, tzid: str | None, zone: tzinfo, own: dict[str, tzinfo]) -> Any:
    if isinstance(value, tuple):
        start, end = value
        return (
            _settled(start, tzid, zone, own),
            end if isinstance(end, timedelta) else _settled(end, tzid, zone, own),
        )
    if isinstance(value, datetime):
        if tzid is not None:
            return value.replace(tzinfo=zone_named(tzid, own))
        return value if value.tzinfo is not None else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return value
    raise BrokenCalendar
