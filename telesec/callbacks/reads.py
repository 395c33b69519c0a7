"""What waits to be called back, across practices, earliest promise first.

The list itself shows no number and no name: those are opened one card at a time, and audited.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

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


def waiting(uow: UnitOfWork, *, limit: int | None = None, cursor: str | None = None) -> Page[CallbackRow]:
    """Return open cards of every practice the actor serves, earliest due first."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    size = bounded(limit)
    rows = uow.session.scalars(
        across_practices(
            Callback,
            served_by(uow.actor, Permission.CALLBACK_READ),
            at=Callback.due_at,
            where=Callback.state == CallbackState.OPEN.value,
            limit=size + 1,
            after=Cursor.decode(cursor) if cursor else None,
            newest_first=False,
        )
    ).all()
    now = uow.now()
    shown = rows[:size]
    more = Cursor(shown[-1].due_at, shown[-1].id).encode() if len(rows) > size else None
    return Page(
        tuple(
            CallbackRow(
                row.id,
                row.practice_id,
                row.patient_id,
                row.due_at,
                urgency(row.due_at, now),
                row.opened_at,
            )
            for row in shown
        ),
        more,
    )


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


def open_of_practice(uow: UnitOfWork, practice_id: UUID) -> tuple[CallbackCard, ...]:
    """Return the open cards of one practice, earliest due first, at most 200; one audit entry."""
    authorize(uow, Permission.CALLBACK_READ, on=Facts(practice_id))
    ids = uow.session.scalars(
        select(Callback.id)
        .where(Callback.practice_id == practice_id, Callback.state == CallbackState.OPEN.value)
        .order_by(Callback.due_at, Callback.id)
        .limit(200)
    ).all()
    cards = _open(uow, practice_id, list(ids))
    uow.audit("callback.list", practice_id=practice_id, ids=[str(card.id) for card in cards])
    return cards


def _open(uow: UnitOfWork, practice_id: UUID, ids: list[UUID]) -> tuple[CallbackCard, ...]:
    rows = uow.session.scalars(
        select(Callback)
        .where(Callback.practice_id == practice_id, Callback.id.in_(ids))
        .order_by(Callback.due_at, Callback.id)
    ).all()
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
        )
        for row, told in zip(rows, opened, strict=True)
    )
