"""A practice's calendar in memory, with fault knobs; for tests only.

It keeps the promises of ``CalendarGateway`` (the contract class runs on it) and breaks them on
demand, as real servers do: the reply is lost, the write refused, the server down, slow, broken or
closed to us. ``die_at`` stands for ``kill -9``: a ``Killed`` that no handler may catch.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from telesec.foundation.errors import Unavailable
from telesec.foundation.language import say
from telesec.scheduling.ports import (
    AppointmentWrite,
    Busy,
    CalendarAddress,
    CalendarConflictError,
    CalendarEntry,
    CalendarGateway,
    CalendarReading,
    OutcomeUnknown,
)


class Killed(BaseException):
    """The process was ended here; nothing after this line ran."""


class Trouble(StrEnum):
    """What ails the server until ``heal()``."""

    DOWN = "down"
    SLOW = "slow"
    UNREADABLE = "unreadable"
    LOGIN_REFUSED = "login_refused"


def unavailable(*, permanent: bool = False) -> Unavailable:
    """Return the error every gateway raises when a calendar cannot be read."""
    return Unavailable(
        "calendar_unavailable",
        say("The practice's calendar cannot be read. Nothing was booked."),
        permanent=permanent,
    )


@dataclass
class FakeCalendar:
    """One calendar: our entries by uid, and what others wrote.

    Args:
        clock: Tells ``read_at``; a fixed moment when None.
        open_slots: The stretches a FHIR-like practice publishes; None for one that does not.
    """

    clock: Callable[[], datetime] | None = None
    open_slots: list[tuple[datetime, datetime]] | None = None
    entries: dict[str, CalendarEntry] = field(default_factory=dict)
    foreign: list[Busy] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    writes: int = 0
    reads: int = 0
    _trouble: Trouble | None = None
    _lost: int = 0
    _conflicts: int = 0
    _deaths: set[str] = field(default_factory=set)
    _version: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def down(self) -> None:
        """Refuse connections from now on: nothing sent, nothing took effect."""
        self._trouble = Trouble.DOWN

    def slow(self) -> None:
        """Time out from now on: reads fail, writes take effect and their reply never comes."""
        self._trouble = Trouble.SLOW

    def unreadable(self) -> None:
        """Answer nonsense (500, broken iCalendar) from now on."""
        self._trouble = Trouble.UNREADABLE

    def refuse_login(self) -> None:
        """Answer 401 from now on."""
        self._trouble = Trouble.LOGIN_REFUSED

    def heal(self) -> None:
        """Work again."""
        self._trouble = None

    def lose_reply(self, times: int = 1) -> None:
        """Let the next writes take effect and lose their reply."""
        self._lost = times

    def conflict(self, times: int = 1) -> None:
        """Refuse the next writes as 412 would."""
        self._conflicts = times

    def die_at(self, point: str) -> None:
        """End the process once at ``before_put``, ``after_put``, ``before_find`` and so on."""
        self._deaths.add(point)

    def write_foreign(self, start: datetime, end: datetime, *, lane_weight: int = 0) -> None:
        """Let another client write an event."""
        self.foreign.append(Busy(start, end, f"foreign-{len(self.foreign)}@lilas", None, lane_weight))

    def touch(self, uid: str, *, shift: timedelta = timedelta(0)) -> None:
        """Let another client change our entry: a new ETag, and a new time when shifted."""
        entry = self.entries[uid]
        start, end = entry.start + shift, entry.end + shift
        self.entries[uid] = replace(entry, etag=self._next_etag(), start=start, end=end)

    def live_entries(self) -> list[CalendarEntry]:
        """Return our entries as an independent client sees them."""
        return [entry for entry in self.entries.values() if not entry.cancelled]

    def _next_etag(self) -> str:
        self._version += 1
        return f'"{self._version}"'

    def _point(self, name: str) -> None:
        if name in self._deaths:
            self._deaths.discard(name)
            raise Killed(name)

    def _check(self, *, write: bool = False) -> None:
        match self._trouble:
            case None:
                return
            case Trouble.SLOW if write:
                return
            case Trouble.UNREADABLE if write:
                raise OutcomeUnknown
            case Trouble.LOGIN_REFUSED:
                raise unavailable(permanent=True)
            case _:
                raise unavailable()

    def _check_write(self) -> None:
        self._check(write=True)
        if self._conflicts:
            self._conflicts -= 1
            raise CalendarConflictError

    def _reply(self) -> None:
        if self._lost:
            self._lost -= 1
            raise OutcomeUnknown
        if self._trouble is Trouble.SLOW:
            raise OutcomeUnknown


class FakeGateway:
    """Speaks to one ``FakeCalendar``; as many as wanted may share it, from any thread."""

    def __init__(self, calendar: FakeCalendar) -> None:
        self.calendar = calendar

    def read(self, start: datetime, end: datetime) -> CalendarReading:
        fake = self.calendar
        fake._point("before_read")  # noqa: SLF001 - the two halves of one fake
        with fake._lock:  # noqa: SLF001
            fake._check()  # noqa: SLF001
            fake.reads += 1
            ours = [Busy(e.start, e.end, e.uid, e.claim_id, 1) for e in fake.live_entries()]
            busy = tuple(b for b in [*ours, *fake.foreign] if b.start < end and b.end > start)
            slots = fake.open_slots
            free = None if slots is None else tuple(s for s in slots if s[0] < end and s[1] > start)
        now = fake.clock() if fake.clock else datetime(2026, 11, 26, 9, tzinfo=UTC)
        return CalendarReading(start, end, busy, now, free)

    def put(self, write: AppointmentWrite) -> CalendarEntry:
        fake = self.calendar
        fake._point("before_put")  # noqa: SLF001
        with fake._lock:  # noqa: SLF001
            fake._check_write()  # noqa: SLF001
            entry = self._store(write)
            fake._point("after_put")  # noqa: SLF001
            fake._reply()  # noqa: SLF001
        return entry

    def _store(self, write: AppointmentWrite) -> CalendarEntry:
        fake = self.calendar
        old = fake.entries.get(write.uid)
        if not write.href and old and not old.cancelled:
            same = (old.claim_id, old.start, old.end) == (write.claim_id, write.start, write.end)
            if same:
                return old
            raise CalendarConflictError
        if write.href and (old is None or old.etag != write.etag):
            raise CalendarConflictError
        etag = fake._next_etag()  # noqa: SLF001
        href = write.href or f"{write.uid}.ics"
        entry = CalendarEntry(write.uid, href, etag, write.start, write.end, write.claim_id)
        fake.entries[write.uid] = entry
        fake.titles[write.uid] = write.title
        fake.writes += 1
        return entry

    def find(self, uid: str, href: str = "") -> CalendarEntry | None:  # noqa: ARG002 - the port's shape
        fake = self.calendar
        fake._point("before_find")  # noqa: SLF001
        with fake._lock:  # noqa: SLF001
            fake._check()  # noqa: SLF001
            return fake.entries.get(uid)

    def remove(self, entry: CalendarEntry) -> None:
        fake = self.calendar
        fake._point("before_remove")  # noqa: SLF001
        with fake._lock:  # noqa: SLF001
            fake._check_write()  # noqa: SLF001
            held = fake.entries.get(entry.uid)
            if held is not None and held.etag != entry.etag:
                raise CalendarConflictError
            fake.entries.pop(entry.uid, None)
            fake._point("after_remove")  # noqa: SLF001
            fake._reply()  # noqa: SLF001


@dataclass
class FakeCalendars:
    """``Calendars`` in memory: one ``FakeCalendar`` per address, made when first asked for."""

    clock: Callable[[], datetime] | None = None
    by_url: dict[str, FakeCalendar] = field(default_factory=dict)
    opened: list[CalendarAddress] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, address: CalendarAddress) -> CalendarGateway:
        self.opened.append(address)
        return FakeGateway(self.at(address.url))

    def at(self, url: str) -> FakeCalendar:
        """Return the calendar behind an address, to look at it or to break it."""
        with self._lock:
            return self.by_url.setdefault(url, FakeCalendar(self.clock))
