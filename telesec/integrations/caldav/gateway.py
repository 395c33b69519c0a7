"""A practice's calendar over CalDAV (RFC 4791): conditional writes, read back, failing closed.

Nothing here retries blindly. A write whose answer is doubtful (412, 423, 5xx) is looked at first; one that
left and got no answer is ``OutcomeUnknown``, and whoever holds the claim looks before repeating.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from telesec.foundation.clock import Clock
from telesec.foundation.errors import Unavailable
from telesec.integrations.caldav.broken import BrokenCalendar
from telesec.integrations.caldav.busy import busy_of
from telesec.integrations.caldav.client import Accounts, Reply, resource_url, unavailable
from telesec.integrations.caldav.multistatus import Resource, query_between, query_uid, resources_of
from telesec.integrations.caldav.quirks import Support, quirks_of
from telesec.integrations.caldav.wire import build, entry_of, resource_name
from telesec.scheduling.ports import (
    AppointmentWrite,
    CalendarAddress,
    CalendarConflictError,
    CalendarEntry,
    CalendarReading,
    OutcomeUnknown,
)

DEFAULT_ZONE = "Europe/Paris"
_ATTEMPTS = 4
_MARGIN = timedelta(days=1)
_DONE = (200, 201, 204)
_GONE = (404, 410)
_CONTENDED = (423, 429, 500, 502, 503, 504)
_REFUSED = (404, 409, 410, 412)


class CaldavGateway:
    """One collection; may be shared between threads, each speaks through its own client.

    Args:
        accounts: The open clients.
        address: The collection. ``options``: ``time_zone`` of the practice (whole days and floating times are
            meant there), ``server`` (a name in ``quirks``), ``auth``.
        clock: For DTSTAMP and the moment of a reading.
    """

    def __init__(self, accounts: Accounts, address: CalendarAddress, clock: Clock) -> None:
        self._accounts = accounts
        self._address = address
        self._clock = clock
        self._quirks = quirks_of(address.options.get("server", ""))

    def read(self, start: datetime, end: datetime) -> CalendarReading:
        """Return everything busy in ``[start, end)``; the server is asked for a day more on both sides."""
        zone = self._zone()
        read_at = self._clock.now()
        resources = self._query(query_between(start - _MARGIN, end + _MARGIN))
        try:
            busy = [busy for resource in resources for busy in busy_of(resource.text, start, end, zone)]
        except BrokenCalendar:
            raise unavailable() from None
        return CalendarReading(
            start, end, tuple(sorted(busy, key=lambda b: (b.start, b.end, b.uid))), read_at
        )

    def put(self, write: AppointmentWrite) -> CalendarEntry:
        """Create or replace our entry, then read it back."""
        return self._replace(write) if write.href else self._create(write)

    def find(self, uid: str, href: str = "") -> CalendarEntry | None:
        """Return our entry, at the address given, at ours, or wherever the server put it."""
        held = self._get(self._url(href or resource_name(uid)))
        return held if held is not None and held.uid == uid else self._by_uid(uid)

    def remove(self, entry: CalendarEntry) -> None:
        """Delete our entry if it is as ``entry`` says; absent is success."""
        url = self._url(entry.href or resource_name(entry.uid))
        etag = entry.etag
        if not etag or self._quirks.delete_only is not Support.FULL:
            held = self._get(url)
            if held is None:
                return
            if held.claim_id != entry.claim_id or (etag and held.etag != etag):
                raise CalendarConflictError
            etag = held.etag
        for _ in range(_ATTEMPTS):
            reply = self._send("DELETE", url, headers=_if_match(etag))
            if reply.status in _DONE or reply.status in _GONE:
                return
            held = self._after(reply, url)
            if held is None:
                return
            if reply.status in _REFUSED or held.etag != etag:
                raise CalendarConflictError
        raise unavailable()

    # -- writing --------------------------------------------------------------------------------------

    def _create(self, write: AppointmentWrite) -> CalendarEntry:
        url = self._url(resource_name(write.uid))
        body = build(write, self._clock.now())
        for _ in range(_ATTEMPTS):
            held = self._get(url) if self._quirks.create_only is not Support.FULL else None
            if held is not None:
                return _ours(held, write)
            reply = self._send("PUT", url, body, {"If-None-Match": "*"})
            if reply.status in _DONE:
                return self._read_back(url, write)
            entry = self._already_there(reply, url, write)
            if entry is not None:
                return entry
        raise unavailable()

    def _already_there(self, reply: Reply, url: str, write: AppointmentWrite) -> CalendarEntry | None:
        """Return our entry if an earlier attempt left it, None when the create may be repeated."""
        held = self._after(reply, url, (403, *_REFUSED))
        if held is None and reply.status not in _CONTENDED:
            held = self._by_uid(write.uid)
        if held is not None:
            return _ours(held, write)
        if reply.status == 403:
            raise unavailable(permanent=True)
        if reply.status in _REFUSED:
            raise CalendarConflictError
        return None

    def _replace(self, write: AppointmentWrite) -> CalendarEntry:
        url = self._url(write.href)
        body = build(write, self._clock.now())
        etag = write.etag
        if not etag:
            held = self._get(url)
            if held is None or held.uid != write.uid:
                raise CalendarConflictError
            etag = held.etag
        for _ in range(_ATTEMPTS):
            reply = self._send("PUT", url, body, _if_match(etag))
            if reply.status in _DONE:
                return self._read_back(url, write)
            held = self._after(reply, url)
            if held is not None and _is_ours(held, write):
                return held
            if reply.status in _REFUSED or held is None or held.etag != etag:
                raise CalendarConflictError
        raise unavailable()

    def _read_back(self, url: str, write: AppointmentWrite) -> CalendarEntry:
        """Return what the server holds after a write it said it took; never "booked" before that."""
        try:
            held = self._get(url) or self._by_uid(write.uid)
        except Unavailable:
            raise OutcomeUnknown from None
        if held is None:
            raise OutcomeUnknown
        return _ours(held, write)

    def _after(self, reply: Reply, url: str, refused: tuple[int, ...] = _REFUSED) -> CalendarEntry | None:
        """Look at what a write that was not taken left behind.

        Raises:
            Unavailable: The server refuses us, or this write, for good.
            OutcomeUnknown: The server failed within the write and cannot be looked at.
        """
        if reply.status not in _CONTENDED and reply.status not in refused:
            raise unavailable(permanent=True)
        try:
            return self._get(url)
        except Unavailable:
            if reply.status in _CONTENDED:
                raise OutcomeUnknown from None
            raise

    def _send(self, method: str, url: str, body: str = "", headers: dict[str, str] | None = None) -> Reply:
        account = self._accounts.of(self._address)
        kind = {"Content-Type": "text/calendar; charset=utf-8"} if body else {}
        reply: Reply = account.request(url, method, body, {**kind, **(headers or {})})
        return reply

    # -- reading --------------------------------------------------------------------------------------

    def _get(self, url: str) -> CalendarEntry | None:
        reply = self._look("GET", url)
        if reply.status in _GONE:
            return None
        _must_be(reply, 200)
        try:
            text = reply.body.decode(errors="replace")
            return entry_of(text, href=url, etag=reply.etag, zone=self._zone())
        except BrokenCalendar:
            raise unavailable() from None

    def _by_uid(self, uid: str) -> CalendarEntry | None:
        for resource in self._query(query_uid(uid)):
            if uid in resource.text.replace("\r", "").replace("\n ", ""):
                try:
                    entry = entry_of(
                        resource.text, href=self._url(resource.href), etag=resource.etag, zone=self._zone()
                    )
                except BrokenCalendar:
                    raise unavailable() from None
                if entry.uid == uid:
                    return entry
        return None

    def _query(self, query: str) -> list[Resource]:
        collection = self._url("")
        reply = self._look(
            "REPORT", collection, query, {"Depth": "1", "Content-Type": "text/xml; charset=utf-8"}
        )
        _must_be(reply, 207)
        try:
            return resources_of(reply.body)
        except BrokenCalendar:
            raise unavailable() from None

    def _look(self, method: str, url: str, body: str = "", headers: dict[str, str] | None = None) -> Reply:
        """Send a request that changes nothing: without an answer the calendar is unavailable."""
        try:
            return self._send(method, url, body, headers)
        except OutcomeUnknown:
            raise unavailable() from None

    def _url(self, href: str) -> str:
        return resource_url(self._address.url, href)

    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self._address.options.get("time_zone", DEFAULT_ZONE))
        except (ZoneInfoNotFoundError, ValueError):
            raise unavailable(permanent=True) from None


def _must_be(reply: Reply, status: int) -> None:
    if reply.status != status:
        raise unavailable(permanent=300 <= reply.status < 500 and reply.status not in {408, 423, 425, 429})


def _if_match(etag: str) -> dict[str, str]:
    return {"If-Match": etag} if etag else {}


def _is_ours(held: CalendarEntry, write: AppointmentWrite) -> bool:
    wanted = (write.uid, write.claim_id, write.start, write.end, False)
    return (held.uid, held.claim_id, held.start, held.end, held.cancelled) == wanted


def _ours(held: CalendarEntry, write: AppointmentWrite) -> CalendarEntry:
    if not _is_ours(held, write):
        raise CalendarConflictError
    return held
