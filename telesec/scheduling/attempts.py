"""One attempt on the practice's calendar, and the lock that says somebody is at it.

The lock is a session advisory lock on a connection of its own: a dead process frees it at once, a slow one is
never pre-empted. It needs a direct connection, not a transaction-mode pooler.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import psycopg

from telesec.foundation.errors import Unavailable
from telesec.scheduling.availability import Claim
from telesec.scheduling.intervals import Interval
from telesec.scheduling.ports import AppointmentWrite, CalendarAddress, CalendarEntry
from telesec.scheduling.rules import Operation


class DirectConnections(Protocol):
    """Opens a database connection outside the pool."""

    def direct(self) -> "psycopg.Connection[Any]":
        """Open a connection; the caller closes it."""
        ...


@dataclass(frozen=True)
class Attempt:
    """Everything needed to speak to the calendar, so that no transaction is open meanwhile.

    Args:
        write: What we want to be there; for a cancellation, what is there.
        before: Where the entry was before a move.
        own: The appointment's own claims, which are not in its way.
        others: Our other claims over the target, by lane.
        repeated: True for a sweep's attempt: the calendar is looked at before anything is written.
        over: The target lies in the past: nothing is written any more.
    """

    practice_id: UUID
    appointment_id: UUID
    schedule_id: UUID
    operation: Operation
    number: int
    address: CalendarAddress
    lanes: int
    write: AppointmentWrite
    own: frozenset[UUID]
    others: tuple[Claim, ...] = ()
    before: Interval | None = None
    repeated: bool = False
    over: bool = False

    @property
    def target(self) -> Interval:
        """Where the entry should be."""
        return Interval(self.write.start, self.write.end)


@dataclass(frozen=True)
class Written:
    """Read back from the calendar as asked."""

    entry: CalendarEntry


@dataclass(frozen=True)
class Gone:
    """Our entry is not in the calendar any more, as asked."""


@dataclass(frozen=True)
class Taken:
    """Somebody else's event is there, or the practice no longer offers the time; nothing was written."""


@dataclass(frozen=True)
class Disagrees:
    """The calendar refused, or holds something else under our identifier; ``theirs`` when it has a time."""

    theirs: Interval | None = None
    vanished: bool = False


@dataclass(frozen=True)
class Unknown:
    """Sent, no usable answer: it may or may not be there."""


@dataclass(frozen=True)
class Unreachable:
    """The calendar could not be read, so nothing was sent."""

    error: Unavailable


Outcome = Written | Gone | Taken | Disagrees | Unknown | Unreachable


@contextmanager
def attempt_lock(connections: DirectConnections, appointment_id: UUID) -> Iterator[bool]:
    """Hold the appointment's attempt; yields False when another process or thread is at it."""
    key = int.from_bytes(appointment_id.bytes[8:], "big", signed=True)
    connection = connections.direct()
    try:
        row = connection.execute("select pg_try_advisory_lock(%s)", (key,)).fetchone()
        held = bool(row and row[0])
        yield held
        if held:  # said aloud: a server notices a closed connection a moment later
            connection.execute("select pg_advisory_unlock(%s)", (key,))
    finally:
        connection.close()
