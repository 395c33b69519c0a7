"""Twilio's lists: filters by number, status and time, newest first, in pages."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlencode

FIELDS: Final[Mapping[str, str]] = {"To": "to", "From": "from", "Status": "status"}
DATES: Final[Mapping[str, str]] = {"DateSent": "date_sent", "StartTime": "start_time", "EndTime": "end_time"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T00:00:00Z)?")
# The client writes a date as midnight; both mean the whole day.


def _during(value: str) -> tuple[datetime, datetime]:
    start = datetime.fromisoformat(value)
    if start.tzinfo is None:
        start = start.replace(tzinfo=UTC)
    return start, start + (timedelta(days=1) if _DAY.fullmatch(value) else timedelta(seconds=1))


def _in_time(row: Mapping[str, Any], name: str, arguments: Mapping[str, str]) -> bool:
    written = row[DATES[name]]
    for suffix in ("", "<", ">"):
        value = arguments.get(name + suffix)
        if not value:
            continue
        if written is None:
            return False
        at, (start, end) = parsedate_to_datetime(written), _during(value)
        if suffix == "" and not start <= at < end:
            return False
        if (suffix == "<" and at > start) or (suffix == ">" and at < start):
            return False
    return True


def page_of(
    name: str,
    rows: Sequence[dict[str, Any]],
    arguments: Mapping[str, str],
    *,
    path: str,
    dates: tuple[str, ...],
) -> dict[str, Any]:
    """Return one page of a list resource; ``rows`` are newest first."""
    kept = [
        row
        for row in rows
        if all(not arguments.get(key) or row[field] == arguments[key] for key, field in FIELDS.items())
        and all(_in_time(row, date, arguments) for date in dates)
    ]
    size = max(1, min(1000, int(arguments.get("PageSize", 50))))
    number = max(0, int(arguments.get("Page", 0)))
    shown = kept[number * size : (number + 1) * size]

    def uri(page: int) -> str:
        return f"{path}?{urlencode(dict(arguments) | {'PageSize': size, 'Page': page})}"

    more = len(kept) > (number + 1) * size
    return {
        name: shown,
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(0, len(shown) - 1),
        "uri": uri(number),
        "first_page_uri": uri(0),
        "previous_page_uri": uri(number - 1) if number else None,
        "next_page_uri": uri(number + 1) if more else None,
    }
