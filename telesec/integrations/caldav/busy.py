"""When a calendar's resource keeps its owner busy, recurring events expanded by us; pure.

The server's own expansion is never used: Radicale can be an hour off over a DST night, SOGo has none.
"""

import warnings
from datetime import datetime, timedelta, tzinfo
from typing import Any

import recurring_ical_events

from telesec.integrations.caldav.broken import BrokenCalendar
from telesec.integrations.caldav.parsing import PARSER_ERRORS, parsed
from telesec.integrations.caldav.wire import claim_of, is_cancelled, span_of
from telesec.scheduling.ports import Busy

_MARGIN = timedelta(days=2)


def busy_of(text: str, start: datetime, end: datetime, zone: tzinfo) -> list[Busy]:
    """Return the busy stretches of one resource that overlap ``[start, end)``, whole, in order.

    Free are only: TRANSP:TRANSPARENT, STATUS:CANCELLED, and events without length.

    Args:
        text: One VCALENDAR.
        start: Aware.
        end: Aware.
        zone: The practice's zone: floating times and whole days are meant there.

    Raises:
        BrokenCalendar: The text cannot be understood; nothing in it may be taken as free.
    """
    calendar = parsed(text, zone)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            query = recurring_ical_events.of(calendar, keep_recurrence_attributes=True)
            found = [
                _busy(event, zone)
                for event in query.between(start - _MARGIN, end + _MARGIN)
                if _blocks(event)
            ]
    except PARSER_ERRORS:
        raise BrokenCalendar from None
    return sorted(
        (busy for busy in found if busy.start < end and busy.end > start and busy.start < busy.end),
        key=lambda busy: (busy.start, busy.end, busy.uid),
    )


def _blocks(event: Any) -> bool:
    transparent = str(event.get("TRANSP", "")).strip().upper() == "TRANSPARENT"
    return not transparent and not is_cancelled(event)


def _busy(event: Any, zone: tzinfo) -> Busy:
    start, end = span_of(event, zone)
    if "RRULE" in event or "RDATE" in event:
        end = max(end, start + _nominal(event))
    claim = claim_of(event)
    # What others wrote takes every lane of the schedule, our own entry one.
    return Busy(start, end, uid=str(event["UID"]), token=claim, lane_weight=0 if claim is None else 1)


def _nominal(event: Any) -> timedelta:
    """Return an occurrence's length on the clock on the wall.

    On the night the clocks go forward, a shift of eight hours ends eight hours after its start (RFC 5545
    section 3.8.5.3) or at its usual hour (many clients): it is busy until the later of the two.
    """
    first, last = event["DTSTART"].dt, event.end
    if isinstance(first, datetime) and isinstance(last, datetime):
        return last.replace(tzinfo=None) - first.replace(tzinfo=None)
    return timedelta(0)
