"""What waits to be called back, across practices, earliest promise first.

The list itself shows no number and no name: those are opened one card at a time, and audited.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from telesec.callbacks.models import Callback
from telesec.callbacks.rules import CallbackState, Urgency, urgency
from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import NotFound
from telesec.foundation.paging import Cursor, Page, across_practices, bounded
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.practices.reads import served_by
from telesec.vault import service as vault

KIND = "callback"


@dataclass(frozen=True)
class CallbackRow:
    """A card as the list across practices shows it: no name, no number."""

    id: UUID
    practice_id: UUID
    patient_id: UUID | None
    due_at: datetime
    urgency: Urgency
    opened_at: datetime
    vital: bool


@dataclass(frozen=True)
class CallbackCard:
    """One card with the number to call and what was noted."""

    id: UUID
    practice_id: UUID
    patient_id: UUID | None
    call_id: UUID | None
    phone: str = field(repr=False)
    note: str = field(repr=False)
    due_at: datetime
    state: CallbackState
    opened_at: datetime
    vital: bool


def waiting(uow: UnitOfWork, *, limit: int | None = None, cursor: str | None = None) -> Page[CallbackRow]:
    """Return open cards of every practice the actor serves, earliest due first."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    rows, more = _page(uow, None, limit, cursor)
    now = uow.now()
    return Page(tuple(_row(row, now) for row in rows), more)


def callback(uow: UnitOfWork, practice_id: UUID, callback_id: UUID) -> CallbackCard:
    """Return one card, number and note opened; audited as a view.

    Raises:
        NotFound: No such card here.
    """
    authorize(uow, Permission.CALLBACK_READ, on=Facts(practice_id))
    cards = _open(uow, practice_id, [callback_id])
    if not cards:
        raise NotFound
    uow.audit("callback.view", practice_id=practice_id, object_id=callback_id)
    return cards[0]


def open_cards(
    uow: UnitOfWork, practice_id: UUID | None, *, limit: int | None = None, cursor: str | None = None
) -> Page[CallbackCard]:
    """Return open cards with their numbers, of one practice or of all served; one audit entry a practice."""
    authorize(uow, Permission.CALLBACK_READ, on=Facts(practice_id))
    rows, more = _page(uow, (practice_id,) if practice_id else None, limit, cursor)
    by_practice: dict[UUID, list[Callback]] = {}
    for row in rows:
        by_practice.setdefault(row.practice_id, []).append(row)
    cards: dict[UUID, CallbackCard] = {}
    for practice, theirs in by_practice.items():
        cards |= {card.id: card for card in _opened(uow, practice, theirs)}
        uow.audit("callback.list", practice_id=practice, ids=[str(row.id) for row in theirs])
    return Page(tuple(cards[row.id] for row in rows), more)


def _still_open() -> ColumnElement[bool]:
    return Callback.state == CallbackState.OPEN.value


def _page(
    uow: UnitOfWork, practice_ids: tuple[UUID, ...] | None, limit: int | None, cursor: str | None
) -> tuple[Sequence[Callback], str | None]:
    """Return the rows of a page of open cards, and where the next one starts."""
    size = bounded(limit)
    rows = uow.session.scalars(
        across_practices(
            Callback,
            practice_ids or served_by(uow.actor, Permission.CALLBACK_READ),
            at=Callback.due_at,
            where=_still_open,
            limit=size + 1,
            after=Cursor.decode(cursor) if cursor else None,
            newest_first=False,
        )
    ).all()
    shown = rows[:size]
    more = Cursor(shown[-1].due_at, shown[-1].id).encode() if len(rows) > size else None
    return shown, more


def _row(row: Callback, now: datetime) -> CallbackRow:
    late = urgency(row.due_at, now)
    return CallbackRow(row.id, row.practice_id, row.patient_id, row.due_at, late, row.opened_at, row.vital)


def _open(uow: UnitOfWork, practice_id: UUID, ids: list[UUID]) -> tuple[CallbackCard, ...]:
    rows = uow.session.scalars(
        select(Callback)
        .where(Callback.practice_id == practice_id, Callback.id.in_(ids))
        .order_by(Callback.due_at, Callback.id)
    ).all()
    return _opened(uow, practice_id, rows)


def _opened(uow: UnitOfWork, practice_id: UUID, rows: Sequence[Callback]) -> tuple[CallbackCard, ...]:
    blobs = [
        (row.id, row.sealed_version, {"phone": row.phone_sealed, "note": row.note_sealed}) for row in rows
    ]
    opened = vault.open_many(uow, practice_id, KIND, blobs)
    return tuple(
        CallbackCard(
            row.id,
            row.practice_id,
            row.patient_id,
            row.call_id,
            told["phone"],
            told["note"],
            row.due_at,
            CallbackState(row.state),
            row.opened_at,
            row.vital,
        )
        for row, told in zip(rows, opened, strict=True)
    )
