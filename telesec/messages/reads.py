"""Reading messages: one by id, the inbox of a practice, counts without content.

Every opened text is audited. A secretary needs a typed reason for what is handled or older than 72 hours;
in a list such messages appear without their text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true

from telesec.foundation.access import REREAD_LIMIT, Facts, Permission, Role, authorize
from telesec.foundation.errors import NotFound
from telesec.foundation.paging import Cursor, Page, across_practices, bounded
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.messages.models import Message
from telesec.messages.rules import Folder, MessageState, age, state
from telesec.practices.reads import served_by
from telesec.triage.levels import Level
from telesec.vault import service as vault

KIND = "message"


@dataclass(frozen=True)
class MessageCard:
    """A message with its text, or without it (None) where the reader would first need a reason."""

    id: UUID
    practice_id: UUID
    practitioner_id: UUID
    level: Level
    state: MessageState
    text: str | None = field(repr=False)
    callback_number: str | None = field(repr=False)
    callback_number_read_back: bool
    call_id: UUID | None
    patient_id: UUID | None
    alert_id: UUID | None
    filed_at: datetime
    read_at: datetime | None
    handled_at: datetime | None
    version: int


@dataclass(frozen=True)
class InboxQuery:
    """Which messages an inbox shows; without a practitioner, those of the whole practice."""

    practice_id: UUID
    practitioner_id: UUID | None = None
    folder: Folder = Folder.TO_HANDLE
    limit: int | None = None
    cursor: str | None = None


def practice_of(uow: UnitOfWork, message_id: UUID) -> UUID:
    """Return the practice of a message among those the actor serves.

    Raises:
        NotFound: No such message, or not the actor's.
    """
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    served = served_by(uow.actor, Permission.MESSAGE_READ)
    found = uow.session.scalar(
        select(Message.practice_id).where(Message.practice_id.in_(served), Message.id == message_id)
    )
    if found is None:
        raise NotFound
    return found


def version(uow: UnitOfWork, practice_id: UUID, message_id: UUID) -> int:
    """Return how often a message was changed, 0 for one that is gone; nothing of it is opened."""
    authorize(uow, Permission.MESSAGE_READ, on=Facts(practice_id))
    found = uow.session.scalar(
        select(Message.version).where(Message.practice_id == practice_id, Message.id == message_id)
    )
    return found or 0


def message(
    uow: UnitOfWork, practice_id: UUID, message_id: UUID, *, reason: str | None = None
) -> MessageCard:
    """Return one message opened; audited as a view.

    Raises:
        NotFound: No such message here.
        Forbidden: ``reason_needed`` for a secretary when it is handled or older than 72 hours.
    """
    authorize(uow, Permission.MESSAGE_READ, on=Facts(practice_id))
    row = uow.session.get(Message, (practice_id, message_id))
    if row is None:
        raise NotFound
    authorize(uow, Permission.MESSAGE_READ, on=facts(row, uow.now(), reason))
    uow.audit("message.view", practice_id=practice_id, object_id=message_id, with_reason=bool(reason))
    return _cards(uow, practice_id, [row], opened=[row])[0]


def inbox(uow: UnitOfWork, query: InboxQuery) -> Page[MessageCard]:
    """Return messages of one practice, newest first, a page at a time; one audit entry with the ids."""
    authorize(uow, Permission.MESSAGE_READ, on=Facts(query.practice_id))
    size = bounded(query.limit)
    where = _folder(query.folder)
    if query.practitioner_id is not None:
        where &= Message.practitioner_id == query.practitioner_id
    rows = uow.session.scalars(
        across_practices(
            Message,
            (query.practice_id,),
            at=Message.filed_at,
            where=where,
            limit=size + 1,
            after=Cursor.decode(query.cursor) if query.cursor else None,
        )
    ).all()
    shown = rows[:size]
    cards = _cards(uow, query.practice_id, shown, [row for row in shown if _may_open(uow, row)])
    opened = [str(card.id) for card in cards if card.text is not None]
    if opened:
        uow.audit("message.list", practice_id=query.practice_id, ids=opened)
    more = Cursor(shown[-1].filed_at, shown[-1].id).encode() if len(rows) > size else None
    return Page(cards, more)


def of_call(uow: UnitOfWork, practice_id: UUID, call_id: UUID) -> tuple[MessageCard, ...]:
    """Return what was filed from one call, newest first, at most 50; one audit entry with the ids."""
    authorize(uow, Permission.MESSAGE_READ, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(Message)
        .where(Message.practice_id == practice_id, Message.call_id == call_id)
        .order_by(Message.filed_at.desc(), Message.id.desc())
        .limit(50)
    ).all()
    cards = _cards(uow, practice_id, rows, [row for row in rows if _may_open(uow, row)])
    opened = [str(card.id) for card in cards if card.text is not None]
    if opened:
        uow.audit("message.list", practice_id=practice_id, ids=opened)
    return cards


def opened(uow: UnitOfWork, practice_id: UUID, message_ids: Sequence[UUID]) -> Mapping[UUID, MessageCard]:
    """Return several messages by id, at most 200, for lists that show them; one audit entry with the ids."""
    authorize(uow, Permission.MESSAGE_READ, on=Facts(practice_id))
    rows = uow.session.scalars(
        select(Message).where(Message.practice_id == practice_id, Message.id.in_(message_ids)).limit(200)
    ).all()
    cards = _cards(uow, practice_id, rows, [row for row in rows if _may_open(uow, row)])
    ids = [str(card.id) for card in cards if card.text is not None]
    if ids:
        uow.audit("message.list", practice_id=practice_id, ids=ids)
    return {card.id: card for card in cards}


def to_handle(uow: UnitOfWork) -> Mapping[UUID, int]:
    """Return how many messages wait to be handled, by practice; counts only, nothing opened."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    served = served_by(uow.actor, Permission.MESSAGE_READ)
    rows = uow.session.execute(
        select(Message.practice_id, func.count().label("waiting"))
        .where(Message.practice_id.in_(served), Message.handled_at.is_(None))
        .group_by(Message.practice_id)
    )
    return {row.practice_id: row.waiting for row in rows}


def facts(row: Message, now: datetime, reason: str | None = None) -> Facts:
    """Return what the permission check must know about a message."""
    return Facts(
        row.practice_id,
        state=state(row.read_at, row.handled_at).value,
        age=age(row.filed_at, now),
        reason=reason,
        practitioner_ids=frozenset({row.practitioner_id}),
    )


def _folder(folder: Folder) -> ColumnElement[bool]:
    match folder:
        case Folder.TO_HANDLE:
            return Message.handled_at.is_(None)
        case Folder.HANDLED:
            return Message.handled_at.is_not(None)
        case Folder.ALL:
            return true()


def _may_open(uow: UnitOfWork, row: Message) -> bool:
    """Return whether a list may show the text: what a secretary would need a reason for stays closed."""
    if uow.actor.memberships.get(row.practice_id) is not Role.SECRETARY:
        return True
    return row.handled_at is None and age(row.filed_at, uow.now()) <= REREAD_LIMIT


def _cards(
    uow: UnitOfWork, practice_id: UUID, rows: Sequence[Message], opened: Sequence[Message]
) -> tuple[MessageCard, ...]:
    """Return cards in the order of ``rows``; only those also in ``opened`` are decrypted, in one query."""
    blobs = [
        (
            row.id,
            row.sealed_version,
            {"text": row.text_sealed, "callback_number": row.callback_number_sealed},
        )
        for row in opened
    ]
    told = vault.open_many(uow, practice_id, KIND, blobs)
    by_id = {row.id: fields for row, fields in zip(opened, told, strict=True)}
    return tuple(_card(row, by_id.get(row.id, {})) for row in rows)


def _card(row: Message, told: Mapping[str, str]) -> MessageCard:
    return MessageCard(
        id=row.id,
        practice_id=row.practice_id,
        practitioner_id=row.practitioner_id,
        level=Level(row.level),
        state=state(row.read_at, row.handled_at),
        text=told.get("text"),
        callback_number=told.get("callback_number"),
        callback_number_read_back=row.callback_number_read_back,
        call_id=row.call_id,
        patient_id=row.patient_id,
        alert_id=row.alert_id,
        filed_at=row.filed_at,
        read_at=row.read_at,
        handled_at=row.handled_at,
        version=row.version,
    )
