"""One transaction and everything that must commit with it, or not at all.

It carries the actor, the session, the clock, audit notes and wake-ups; live events leave after the
commit, because a NOTIFY inside the transaction serialises all commits of the database.
The edge opens and commits; a service takes it first and never commits.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from telesec.foundation.access import Actor
from telesec.foundation.clock import Clock
from telesec.foundation.database import Database
from telesec.foundation.errors import NotFound, Stale

Row = TypeVar("Row")


class MasterKeys(Protocol):
    """Wraps and unwraps keys under the installation's master key; opaque to all but the vault."""

    primary: int
    """Id of the master key that wraps from now on."""

    def wrap(self, plain: bytes | bytearray, context: bytes) -> tuple[int, bytes]:
        """Return the master key's id and the wrapped key."""
        ...

    def unwrap(self, key_id: int, blob: bytes, context: bytes) -> bytes | bytearray:
        """Return the plain key, or raise when key, blob or context do not belong together."""
        ...

    def file_state(self) -> str:
        """Return whether the next start will find these keys: ``ok``, ``unreadable`` or ``another``."""
        ...


@dataclass(frozen=True)
class AuditNote:
    """Something the actor did to a record, to be written by the same commit."""

    action: str
    practice_id: UUID | None
    object_id: UUID | None
    detail: Mapping[str, object]


@dataclass(frozen=True)
class LiveEvent:
    """A change other screens should show; ids only."""

    topic: str
    practice_id: UUID | None
    object_id: UUID | None = None


class Parts(Protocol):
    """What a unit of work is made from; ``bootstrap`` supplies it."""

    @property
    def database(self) -> Database: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def keys(self) -> MasterKeys: ...
    @property
    def record(self) -> Callable[[Session, Actor, Sequence[AuditNote], datetime], None]: ...
    @property
    def defer(self) -> Callable[[Session, str], None]: ...
    @property
    def send(self) -> Callable[[Sequence[LiveEvent]], None]: ...


class UnitOfWork:
    """One transaction in progress; see the module's own words."""

    def __init__(self, parts: Parts, actor: Actor, session: Session) -> None:
        self._parts = parts
        self.actor = actor
        self.session = session
        self.clock = parts.clock
        self.keys = parts.keys
        self._notes: list[AuditNote] = []
        self._wakes: dict[str, None] = {}
        self._events: dict[LiveEvent, None] = {}

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return self.clock.now()

    def locked(self, model: type[Row], practice_id: UUID, row_id: UUID) -> Row:
        """Return a practice's row as it is now, locked until the end of the transaction.

        Raises:
            NotFound: No such row there.
        """
        key = practice_id, row_id
        row = self.session.get(model, key, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound
        return row

    def audit(
        self, action: str, *, practice_id: UUID | None, object_id: UUID | None = None, **detail: object
    ) -> None:
        """Note what was done; written by the commit, lost with a rollback like the act itself."""
        self._notes.append(AuditNote(action, practice_id, object_id, detail))

    def wake(self, sweep: str) -> None:
        """Ask for a sweep soon after the commit; once per sweep and transaction."""
        self._wakes[sweep] = None

    def publish(self, topic: str, practice_id: UUID | None, object_id: UUID | None = None) -> None:
        """Tell other screens after the commit; a lost event is repaired by their own re-read."""
        self._events[LiveEvent(topic, practice_id, object_id)] = None

    def commit(self) -> None:
        """Write audit notes and wake-ups, commit, then send live events.

        Raises:
            Stale: A row changed since this unit of work read it; nothing was written.
        """
        try:
            self.session.flush()
            if self._notes:
                self._parts.record(self.session, self.actor, self._notes, self.now())
            for sweep in self._wakes:
                self._parts.defer(self.session, sweep)
            self.session.commit()
        except StaleDataError:
            self.session.rollback()
            raise Stale from None
        events = tuple(self._events)
        self._notes, self._wakes, self._events = [], {}, {}
        if events:
            self._parts.send(events)


@contextmanager
def open_unit_of_work(parts: Parts, actor: Actor) -> Iterator[UnitOfWork]:
    """Open a unit of work for an actor; it rolls back unless it was committed."""
    name = str(actor.person_id or actor.purpose or actor.role)
    session = parts.database.session(actor.practice_ids, name)
    try:
        yield UnitOfWork(parts, actor, session)
    finally:
        session.close()


def violated(error: IntegrityError) -> str:
    """Return the name of the constraint an integrity error broke, or an empty string."""
    diagnosis = getattr(error.orig, "diag", None)
    return str(getattr(diagnosis, "constraint_name", "") or "")
