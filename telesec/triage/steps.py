"""What every act on a session shares: the session locked, its next step found, stored and told."""

from uuid import UUID

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.triage import reads
from telesec.triage.engine import next_step
from telesec.triage.in_practice import library_of
from telesec.triage.library import Library
from telesec.triage.reads import SessionView
from telesec.triage.records import Record, fits, found, opened, store


def locked(uow: UnitOfWork, session_id: UUID) -> Record:
    """Return a session, locked."""
    row = found(uow, session_id, lock=True)
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(row.practice_id))
    return opened(uow, row)


def current(uow: UnitOfWork, library: Library, session_id: UUID) -> tuple[Record, Library]:
    """Return a session that can still be answered, and the library as its practice uses it.

    Raises:
        NotFound: No such session, or not the actor's.
        Refused: It is closed, or its protocol changed since (409).
    """
    record = locked(uow, session_id)
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(record.row.practice_id))
    library = library_of(uow, library, record.row.practice_id)
    if record.row.closed_at is not None:
        raise Refused("triage_closed", say("This triage is closed. Start a new one."))
    if not fits(library, record.content):
        raise Refused("protocol_changed", say("The protocol changed meanwhile. Start the triage again."))
    return record, library


def advanced(uow: UnitOfWork, library: Library, record: Record, act: str) -> SessionView:
    """Store where a session stands after an act, with its outcome when nothing is left to ask."""
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(record.row.practice_id))
    left = reads.seconds_left_today(uow, record.row.practice_id)
    end = next_step(library.book, record.case, seconds_left_today=left).disposition
    record = record.with_content(outcome=(end.level, end.because) if end else None)
    store(uow, record)
    uow.session.flush()
    uow.audit(f"triage.{act}", practice_id=record.row.practice_id, object_id=record.row.id)
    tell(uow, record)
    return reads.view(uow, library, record)


def tell(uow: UnitOfWork, record: Record) -> None:
    """Let the desks that show this call know."""
    authorize(uow, Permission.TRIAGE_RUN, on=Facts(record.row.practice_id))
    if record.row.call_id is not None:
        uow.publish("call", record.row.practice_id, record.row.call_id)
