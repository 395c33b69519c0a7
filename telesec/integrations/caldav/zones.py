"""What a TZID in somebody's iCalendar means, decided anew for each document.

The icalendar library, like Radicale, keeps the first definition of a TZID its process ever met, from
whichever practice; here a name of the IANA database means that zone, whatever definition came along
(RFC 7809 section 5), and any other name means the VTIMEZONE of its own document, or nothing at all.
"""

import re
from collections.abc import Mapping
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Calendar
from icalendar.timezone import tzp
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from telesec.integrations.caldav.broken import BrokenCalendar

_DEFINITION = re.compile(r"^BEGIN:VTIMEZONE\r?\n.*?^END:VTIMEZONE\r?\n", re.DOTALL | re.MULTILINE)
_TZID = re.compile(r"^TZID:([^\r\n]+)", re.MULTILINE)


def zones_of(calendar: Calendar) -> dict[str, tzinfo]:
    """Return the zones a document defines itself, those with an IANA name left out.

    Also empties the library's process-wide memory of definitions.

    Raises:
        BrokenCalendar: A definition cannot be read.
    """
    found = {
        str(component["TZID"]): component.to_tz(lookup_tzid=False)
        for component in calendar.timezones
        if _known(str(component["TZID"])) is None
    }
    tzp.use_default()
    return found


def without_known_definitions(text: str) -> str:
    """Return a document without the VTIMEZONEs that would be ignored; reading these is half the work."""
    return _DEFINITION.sub(_kept, text)


def _kept(match: re.Match[str]) -> str:
    block = match[0]
    tzid = _TZID.search(block)
    whole = block.count("BEGIN:VTIMEZONE") == 1 and "BEGIN:VEVENT" not in block
    return "" if whole and tzid and _known(tzid[1]) is not None else block


def zone_named(tzid: str, own: Mapping[str, tzinfo]) -> tzinfo:
    """Return the zone a TZID parameter means.

    Args:
        tzid: For instance ``Europe/Paris``, ``Romance Standard Time``, ``/vendor.example/Europe/Paris``.
        own: The document's own definitions, by TZID.

    Raises:
        BrokenCalendar: Nobody says what this name means; guessing could free a busy hour.
    """
    zone = _known(tzid) or own.get(tzid)
    if zone is None:
        raise BrokenCalendar
    return zone


def _known(tzid: str) -> ZoneInfo | None:
    clean = tzid.strip("/")
    parts = clean.split("/")
    suffixes = ["/".join(parts[i:]) for i in range(1, len(parts))] if tzid.startswith("/") else []
    for name in (clean, WINDOWS_TO_OLSON.get(clean, ""), *suffixes):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return None
