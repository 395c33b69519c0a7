"""Data keys out of the database: found or made, unwrapped, never kept beyond the key ring's memory."""

import os
from collections.abc import Callable, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from telesec.foundation.errors import NotFound
from telesec.foundation.paging import UUID_, one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.vault import envelope
from telesec.vault.models import PracticeKey, RecordKey


def require_practice(uow: UnitOfWork, practice_id: UUID) -> None:
    """Refuse practices outside the actor's; the database's own policy stands behind this."""
    if practice_id not in uow.actor.memberships:
        raise NotFound


def practice_key(uow: UnitOfWork, practice_id: UUID) -> PracticeKey:
    """Return the newest data key of a practice; the first use makes generation 1."""
    newest = newest_practice_key(uow, practice_id)
    if newest is None:
        add_practice_key(uow, practice_id, 1)
        newest = newest_practice_key(uow, practice_id)
    return cast("PracticeKey", newest)


def newest_practice_key(uow: UnitOfWork, practice_id: UUID) -> PracticeKey | None:
    """Return the newest generation, or None before the first."""
    return uow.session.scalars(
        select(PracticeKey)
        .where(PracticeKey.practice_id == practice_id)
        .order_by(PracticeKey.generation.desc())
        .limit(1)
    ).first()


def add_practice_key(uow: UnitOfWork, practice_id: UUID, generation: int) -> None:
    """Make one generation; another transaction that made it first wins, and its key is used."""
    context = envelope.practice_key_context(practice_id, generation)
    kek_id, wrapped = uow.keys.wrap(os.urandom(envelope.KEY_BYTES), context)
    uow.session.execute(
        insert(PracticeKey)
        .values(
            practice_id=practice_id,
            generation=generation,
            kek_id=kek_id,
            wrapped=wrapped,
            created_at=uow.now(),
        )
        .on_conflict_do_nothing()
    )


def open_practice_key(uow: UnitOfWork, key: PracticeKey) -> bytes | bytearray:
    """Return the plain data key."""
    context = envelope.practice_key_context(key.practice_id, key.generation)
    return uow.keys.unwrap(key.kek_id, key.wrapped, context)


def record_key(uow: UnitOfWork, practice_id: UUID, record_id: UUID) -> tuple[int, bytearray]:
    """Return generation and plain key of a record, making the key at the record's first sealing.

    Raises:
        Unreadable: As :func:`record_keys`.
    """
    newest = uow.session.execute(_KEYS_OF, {"practice": practice_id, "record": record_id}).all()
    for generation, kek_id, parent, wrapped in newest:
        if wrapped is not None:
            opener = Opener(uow, practice_id)
            return generation, opener.record_key(record_id.bytes, wrapped, generation, kek_id, parent)
    return _first_record_key(uow, practice_id, record_id, newest[0][:3] if newest else None)


_KEYS_OF = (
    select(PracticeKey.generation, PracticeKey.kek_id, PracticeKey.wrapped, RecordKey.wrapped)
    .outerjoin(
        RecordKey,
        (RecordKey.practice_id == PracticeKey.practice_id)
        & (RecordKey.generation == PracticeKey.generation)
        & (RecordKey.record_id == bindparam("record", type_=UUID_)),
    )
    .where(PracticeKey.practice_id == bindparam("practice", type_=UUID_))
    .order_by(PracticeKey.generation.desc())
    .limit(50)
)
"""The newest data keys of a practice, of which one at most wraps the record's key. They are few: a generation
is destroyed once nothing is wrapped by it. Of a key under one older still the insert finds out."""


def _first_record_key(
    uow: UnitOfWork, practice_id: UUID, record_id: UUID, newest: Sequence[Any] | None
) -> tuple[int, bytearray]:
    """Make a record's key under the newest data key; another transaction that made it first wins."""
    if newest is None:
        made = practice_key(uow, practice_id)
        newest = made.generation, made.kek_id, made.wrapped
    generation, kek_id, parent = newest
    above = uow.keys.unwrap(kek_id, parent, envelope.practice_key_context(practice_id, generation))
    plain = bytearray(os.urandom(envelope.KEY_BYTES))
    context = envelope.record_key_context(practice_id, record_id, generation)
    won = uow.session.execute(
        _NEW_RECORD_KEY,
        {
            "practice": practice_id, "record": record_id, "generation": generation,
            "wrapped": envelope.wrap(above, plain, context),
        },
    ).first()  # fmt: skip
    if won is None:
        return record_keys(uow, practice_id, [record_id])[record_id]
    return generation, plain


_NEW_RECORD_KEY = text(
    "insert into vault.record_key (practice_id, record_id, generation, wrapped) "
    "values (:practice, :record, :generation, :wrapped) on conflict do nothing returning generation"
)


def record_keys(
    uow: UnitOfWork, practice_id: UUID, record_ids: Sequence[UUID]
) -> dict[UUID, tuple[int, bytearray]]:
    """Return generation and plain key of each record that has one: one query whatever their number.

    Raises:
        Unreadable: A wrapped key does not belong to its record, practice or generation.
    """
    rows = uow.session.execute(
        select(
            RecordKey.record_id,
            RecordKey.wrapped,
            RecordKey.generation,
            PracticeKey.kek_id,
            PracticeKey.wrapped,
        )
        .join(
            PracticeKey,
            (PracticeKey.practice_id == RecordKey.practice_id)
            & (PracticeKey.generation == RecordKey.generation),
        )
        .where(RecordKey.practice_id == practice_id, one_of(RecordKey.record_id, record_ids))
    )
    opener = Opener(uow, practice_id)
    return {
        record_id: (generation, opener.record_key(record_id.bytes, wrapped, generation, kek_id, parent))
        for record_id, wrapped, generation, kek_id, parent in rows
    }


class Opener:
    """Unwraps the keys of many records of one practice; each practice key is made ready once."""

    def __init__(self, uow: UnitOfWork, practice_id: UUID) -> None:
        self._uow, self._practice_id = uow, practice_id
        self._parents: dict[int, Callable[[bytes, bytes], bytearray]] = {}

    def record_key(
        self, record: bytes, wrapped: bytes | None, generation: int, kek_id: int, parent: bytes
    ) -> bytearray:
        """Return the plain key of a record.

        Args:
            record: The record's id as 16 bytes.

        Raises:
            Unreadable: It has none, or the wrapped key is not this record's.
        """
        if wrapped is None:
            raise envelope.Unreadable
        opened = self._parents.get(generation)
        if opened is None:
            opened = self._parents[generation] = self._made_ready(generation, kek_id, parent)
        return opened(record, wrapped)

    def _made_ready(self, generation: int, kek_id: int, parent: bytes) -> Callable[[bytes, bytes], bytearray]:
        context = envelope.practice_key_context(self._practice_id, generation)
        unwrap = envelope.unwrapper(self._uow.keys.unwrap(kek_id, parent, context))
        context_of = envelope.record_key_contexts(self._practice_id, generation)
        return lambda record, wrapped: unwrap(wrapped, context_of(record))


def make_record_keys(
    uow: UnitOfWork, practice_id: UUID, record_ids: Sequence[UUID]
) -> tuple[int, dict[UUID, bytearray]]:
    """Return the generation and the fresh plain keys of records that have none yet; one insert for all."""
    parent = practice_key(uow, practice_id)
    opened = open_practice_key(uow, parent)
    fresh = {record_id: bytearray(os.urandom(envelope.KEY_BYTES)) for record_id in record_ids}
    if fresh:
        uow.session.execute(
            insert(RecordKey),
            [
                {
                    "practice_id": practice_id,
                    "record_id": record_id,
                    "generation": parent.generation,
                    "wrapped": envelope.wrap(
                        opened, plain, envelope.record_key_context(practice_id, record_id, parent.generation)
                    ),
                }
                for record_id, plain in fresh.items()
            ],
        )
    return parent.generation, fresh
