"""The REPORTs we send and the 207 answers we accept (RFC 4791 section 7.8, RFC 4918 section 13); pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from telesec.integrations.caldav.broken import BrokenCalendar

_DAV = "{DAV:}"
_CALDAV = "{urn:ietf:params:xml:ns:caldav}"
_QUERY = """<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<D:prop><D:getetag/><C:calendar-data/></D:prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
{condition}
</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""


@dataclass(frozen=True)
class Resource:
    """One calendar object as the server holds it; ``etag`` is empty where the server gave none."""

    href: str
    etag: str
    text: str


def query_between(start: datetime, end: datetime) -> str:
    """Return a query for all events that touch ``[start, end)``; the answer is filtered again by us."""
    span = f'<C:time-range start="{_utc(start)}" end="{_utc(end)}"/>'
    return _QUERY.format(condition=span)


def query_uid(uid: str) -> str:
    """Return a query for the events with one UID; servers may answer with more."""
    match = f'<C:text-match collation="i;octet">{escape(uid)}</C:text-match>'
    return _QUERY.format(condition=f'<C:prop-filter name="UID">{match}</C:prop-filter>')


def resources_of(body: bytes) -> list[Resource]:
    """Return every calendar object of a 207 answer.

    Raises:
        BrokenCalendar: The answer is no multistatus, is cut short (a 507 response, RFC 5323 section 5.4),
            or lacks an object's data: an event we cannot see may be any event.
    """
    try:
        root = ET.fromstring(body)  # noqa: S314 - expat stops bombs, size is capped
    except ET.ParseError:
        raise BrokenCalendar from None
    if root.tag != f"{_DAV}multistatus" or b"<!DOCTYPE" in body:
        raise BrokenCalendar
    return [_resource(response) for response in root.iterfind(f"{_DAV}response")]


def _resource(response: ET.Element) -> Resource:
    href = (response.findtext(f"{_DAV}href") or "").strip()
    for propstat in response.iterfind(f"{_DAV}propstat"):
        text = propstat.findtext(f"{_DAV}prop/{_CALDAV}calendar-data")
        if text is not None and _is_ok(propstat.findtext(f"{_DAV}status")) and href:
            return Resource(href, (propstat.findtext(f"{_DAV}prop/{_DAV}getetag") or "").strip(), text)
    raise BrokenCalendar


def _is_ok(status: str | None) -> bool:
    parts = (status or "").split()
    return len(parts) >= 2 and parts[1] == "200"


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
