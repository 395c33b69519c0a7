"""Reading calls: one with all a secretary needs to answer, one's own open ones, the queue.

The queue across practices carries no name, no number and nothing of health. Opening a call shows the
caller's number and who called before, and is audited.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text, true

from telesec.calls.models import Call, Draft
from telesec.calls.rules import (
    REPEAT_WITHIN,
    SILENT_FOR,
    CallState,
    DraftKind,
    Outcome,
    Source,
    seconds_waited,
    state,
)
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound
from telesec.foundation.paging import across_practices, bounded, one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices import reads as practices
from telesec.practices.reads import Situation, served_by
from telesec.triage.models import TriageSession
from telesec.vault import service as vault

KIND = "call"
DRAFT = "draft"
MOST_PREVIOUS = 5
MOST_SILENT = 100


@dataclass(frozen=True)
class QueueRow:
    """A call that rings or is open, as everybody serving the practice sees it."""

    id: UUID
    practice_id: UUID
    line_id: UUID | None
    state: CallState
    secretary_id: UUID | None
    opened_at: datetime
    waited: int


@dataclass(frozen=True)
class PreviousCall:
    """An earlier call from the same number or about the same patient."""

    id: UUID
    opened_at: datetime
    outcome: Outcome | None
    patient_id: UUID | None


@dataclass(frozen=True)
class DraftText:
    """A draft as loaded into a tab; ``version`` goes back with the next save."""

    text: str = field(repr=False)
    version: int
    saved_at: datetime


@dataclass(frozen=True)
class CallHead:
    """What a part of a call's page needs to know of it; nothing of it is opened.

    ``from_index`` is the blind index of the number that calls.
    """

    state: CallState
    line_id: UUID | None
    secretary_id: UUID | None
    patient_id: UUID | None
    answered_at: datetime | None
    from_index: int | None


@dataclass(frozen=True)
class CallCard:
    """One call with what its secretary needs: greeting, instructions in force, who called before."""

    id: UUID
    practice_id: UUID
    line_id: UUID | None
    source: Source
    state: CallState
    from_number: str = field(repr=False)
    patient_id: UUID | None
    secretary_id: UUID | None
    situation: Situation
    previous_calls: tuple[PreviousCall, ...]
    drafts: Mapping[DraftKind, DraftText] = field(repr=False)
    opened_at: datetime
    answered_at: datetime | None
    hung_up_at: datetime | None
    closed_at: datetime | None
    outcome: Outcome | None
    version: int


def practice_of(uow: UnitOfWork, call_id: UUID) -> UUID:
    """Return the practice of a call among those the actor serves.

    Raises:
        NotFound: No such call, or not the actor's.
    """
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    served = served_by(uow.actor, Permission.CALL_READ)
    found = uow.session.scalar(
        select(Call.practice_id).where(Call.practice_id.in_(served), Call.id == call_id)
    )
    if found is None:
        raise NotFound
    return found


def call(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> CallCard:
    """Return one call with everything to answer it; audited as a view.

    Raises:
        NotFound: No such call here.
    """
    authorize(uow, Permission.CALL_READ, on=Facts(practice_id))
    row = _found(uow, practice_id, call_id)
    previous = previous_calls(uow, practice_id, call_id)
    last = last_call_at(uow, practice_id, before=call_id)
    situation = practices.situation(uow, practice_id, last_call_at=last)
    uow.audit("call.view", practice_id=practice_id, object_id=call_id, previous=len(previous))
    return CallCard(
        id=row.id,
        practice_id=practice_id,
        line_id=row.line_id,
        source=Source(row.source),
        state=state(row.answered_at, row.closed_at),
        from_number=opened_number(uow, row),
        patient_id=row.patient_id,
        secretary_id=row.secretary_id,
        situation=situation,
        previous_calls=previous,
        drafts=drafts(uow, practice_id, call_id, *DraftKind),
        opened_at=row.opened_at,
        answered_at=row.answered_at,
        hung_up_at=row.hung_up_at,
        closed_at=row.closed_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        version=row.version,
    )


def head(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> CallHead:
    """Return where a call stands and whose it is; nothing of it is opened.

    Raises:
        NotFound: No such call here.
    """
    authorize(uow, Permission.CALL_READ, on=Facts(practice_id))
    row = _found(uow, practice_id, call_id)
    where = state(row.answered_at, row.closed_at)
    return CallHead(where, row.line_id, row.secretary_id, row.patient_id, row.answered_at, row.from_index)


def my_open_calls(uow: UnitOfWork) -> tuple[QueueRow, ...]:
    """Return the actor's own open calls, oldest first: what a reloaded or second tab goes back to."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    if uow.actor.person_id is None:
        return ()
    rows = uow.session.scalars(
        select(Call)
        .where(
            one_of(Call.practice_id, served_by(uow.actor, Permission.CALL_HANDLE)),
            Call.closed_at.is_(None),
            Call.secretary_id == uow.actor.person_id,
        )
        .order_by(Call.opened_at, Call.id)
        .limit(50)
    )
    return tuple(_queue_row(row, uow.now()) for row in rows)


def queue(uow: UnitOfWork, *, limit: int | None = None) -> tuple[QueueRow, ...]:
    """Return ringing and open calls of every practice the actor serves, longest first."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    rows = uow.session.scalars(
        across_practices(
            Call,
            served_by(uow.actor, Permission.CALL_READ),
            at=Call.opened_at,
            where=_not_closed,
            limit=bounded(limit),
            newest_first=False,
        )
    ).all()
    return tuple(_queue_row(row, uow.now()) for row in rows)


def previous_calls(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> tuple[PreviousCall, ...]:
    """Return the last calls from the same number or about the same patient, newest first."""
    authorize(uow, Permission.CALL_READ, on=Facts(practice_id))
    this = _found(uow, practice_id, call_id)
    same = [
        column == value
        for column, value in ((Call.from_index, this.from_index), (Call.patient_id, this.patient_id))
        if value is not None
    ]
    if not same:
        return ()
    rows = uow.session.scalars(
        select(Call)
        .where(
            Call.practice_id == practice_id, Call.id != call_id, or_(*same), Call.opened_at <= this.opened_at
        )
        .order_by(Call.opened_at.desc(), Call.id.desc())
        .limit(MOST_PREVIOUS)
    )
    return tuple(
        PreviousCall(row.id, row.opened_at, Outcome(row.outcome) if row.outcome else None, row.patient_id)
        for row in rows
    )


def earlier_calls_about(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> int:
    """Return how many calls of the 72 hours before told a symptom of the same person, whoever took them.

    The same patient, or the same number in a call somebody answered; a number two known patients share does
    not make one of the other. A call in which no triage was held was about something else.
    """
    authorize(uow, Permission.CALL_READ, on=Facts(practice_id))
    this = _found(uow, practice_id, call_id)
    same = []
    if this.patient_id is not None:
        same.append(Call.patient_id == this.patient_id)
    if this.from_index is not None:
        unknown = true() if this.patient_id is None else Call.patient_id.is_(None)
        same.append(and_(Call.from_index == this.from_index, unknown, Call.answered_at.is_not(None)))
    if not same:
        return 0
    since = this.opened_at - REPEAT_WITHIN
    counted = uow.session.scalar(
        select(func.count()).where(
            Call.practice_id == practice_id,
            or_(*same),
            Call.id != call_id,
            Call.opened_at.between(since, this.opened_at),
            exists().where(TriageSession.practice_id == practice_id, TriageSession.call_id == Call.id),
        )
    )
    return counted or 0


def last_call_at(uow: UnitOfWork, practice_id: UUID, *, before: UUID | None = None) -> datetime | None:
    """Return when the actor last answered a call for a practice, the call ``before`` aside."""
    authorize(uow, Permission.CALL_READ, on=Facts(practice_id))
    if uow.actor.person_id is None:
        return None
    query = select(func.max(Call.answered_at)).where(
        Call.practice_id == practice_id, Call.secretary_id == uow.actor.person_id
    )
    if before is not None:
        query = query.where(Call.id != before)
    return uow.session.scalar(query)


def find_call(uow: UnitOfWork, provider_id: str) -> tuple[UUID, UUID] | None:
    """Return (practice_id, call_id) of the carrier's own name for a call; before any tenant is known."""
    authorize(uow, Permission.CALL_HANDLE, on=Facts(None))
    row = uow.session.execute(
        text("SELECT practice_id, id FROM sec.find_call(:provider_id)"), {"provider_id": provider_id}
    ).first()
    return (row.practice_id, row.id) if row else None


def silent(uow: UnitOfWork) -> list[tuple[UUID, UUID]]:
    """Return (practice_id, call_id) of calls that ring on a line no carrier speaks of, the oldest first."""
    authorize(uow, Permission.CALL_HANDLE, on=Facts(None))
    rows = uow.session.execute(
        text("SELECT practice_id, id FROM sec.due_ringing(:before, :most)"),
        {"before": uow.now() - SILENT_FOR, "most": MOST_SILENT},
    )
    return [(row.practice_id, row.id) for row in rows]


def _found(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> Call:
    row = uow.session.get(Call, (practice_id, call_id))
    if row is None:
        raise NotFound
    return row


def opened_number(uow: UnitOfWork, row: Call) -> str:
    """Return the caller's number in E.164, empty when it was not shown; for a call already authorized."""
    authorize(uow, Permission.CALL_READ, on=Facts(row.practice_id))
    if row.from_number_sealed is None:
        return ""
    told = vault.open(
        uow, row.practice_id, KIND, row.id, row.sealed_version, from_number=row.from_number_sealed
    )
    return told["from_number"]


def _not_closed() -> ColumnElement[bool]:
    return Call.closed_at.is_(None)


def drafts(
    uow: UnitOfWork, practice_id: UUID, call_id: UUID, *kinds: DraftKind
) -> dict[DraftKind, DraftText]:
    """Return what is kept beside a call, by kind: two queries."""
    authorize(uow, Permission.CALL_READ, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(Draft).where(
            Draft.practice_id == practice_id,
            Draft.call_id == call_id,
            Draft.kind.in_([kind.value for kind in kinds]),
        )
    ).all()
    blobs = [(call_id, row.sealed_version, {row.kind: row.text_sealed}) for row in rows]
    opened = vault.open_many(uow, practice_id, DRAFT, blobs)
    return {
        DraftKind(row.kind): DraftText(told[row.kind], row.sealed_version, row.saved_at)
        for row, told in zip(rows, opened, strict=True)
    }


def _queue_row(row: Call, now: datetime) -> QueueRow:
    return QueueRow(
        row.id,
        row.practice_id,
        row.line_id,
        state(row.answered_at, row.closed_at),
        row.secretary_id,
        row.opened_at,
        seconds_waited(row.opened_at, row.answered_at, now),
    )
