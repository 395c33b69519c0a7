"""Seal, open and shred the fields of records; phone numbers as a blind index.

The service that calls these has already authorized its own use case; here only the tenant is checked
again. Nothing is logged and nothing is audited: the caller knows what was read and why.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete

from telesec.foundation.paging import one_of
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.vault import envelope, keys
from telesec.vault.envelope import Place, Unreadable
from telesec.vault.models import PracticeKey, RecordKey

PHONE_INDEX = UUID(int=1)
"""The record whose key makes a practice's phone index; rotated like any other record key."""


def seal(
    uow: UnitOfWork, practice_id: UUID, kind: str, record_id: UUID, version: int, **fields: str
) -> dict[str, bytes]:
    """Return each field sealed for one version of one record; makes the record's key at first use.

    Args:
        kind: What the record is, for instance ``message``; must be the same when it is opened.
        version: The row's ``sealed_version`` these bytes are stored with.
        fields: Name → text.
    """
    return seal_versions(uow, practice_id, kind, record_id, [(version, fields)])[0]


def seal_versions(
    uow: UnitOfWork,
    practice_id: UUID,
    kind: str,
    record_id: UUID,
    versions: Sequence[tuple[int, Mapping[str, str]]],
) -> list[dict[str, bytes]]:
    """Return the sealed fields of several versions of one record, in order; one look for its key.

    Args:
        versions: (version, field name → text).
    """
    keys.require_practice(uow, practice_id)
    generation, key = keys.record_key(uow, practice_id, record_id)
    return [
        {
            name: envelope.seal(
                key, generation, Place(practice_id, kind, record_id, version, name), text.encode()
            )
            for name, text in fields.items()
        }
        for version, fields in versions
    ]


def seal_new(
    uow: UnitOfWork, practice_id: UUID, kind: str, rows: Sequence[tuple[UUID, Mapping[str, str]]]
) -> list[dict[str, bytes]]:
    """Return the sealed fields of many new records (version 1), in order; one insert for all their keys.

    Args:
        rows: (id of a record that has no key yet, field name → text).
    """
    keys.require_practice(uow, practice_id)
    generation, fresh = keys.make_record_keys(uow, practice_id, [record_id for record_id, _ in rows])
    return [
        {
            name: envelope.seal(
                fresh[record_id], generation, Place(practice_id, kind, record_id, 1, name), text.encode()
            )
            for name, text in fields.items()
        }
        for record_id, fields in rows
    ]


def open(  # noqa: A001 - read at the call as vault.open
    uow: UnitOfWork, practice_id: UUID, kind: str, record_id: UUID, version: int, **blobs: bytes
) -> dict[str, str]:
    """Return the text of each sealed field of one record.

    Raises:
        Unreadable: The record was shredded, or the bytes were altered or moved.
    """
    return open_many(uow, practice_id, kind, [(record_id, version, blobs)])[0]


def open_many(
    uow: UnitOfWork, practice_id: UUID, kind: str, rows: Sequence[tuple[UUID, int, Mapping[str, bytes]]]
) -> list[dict[str, str]]:
    """Return the text of the sealed fields of many records, in order; one query.

    Args:
        rows: (record id, sealed version, field name → sealed bytes).

    Raises:
        Unreadable: As :func:`open`, for any of them.
    """
    keys.require_practice(uow, practice_id)
    if not rows:
        return []
    at_hand = keys.record_keys(uow, practice_id, [record_id for record_id, _, _ in rows])
    opened: list[dict[str, str]] = []
    for record_id, version, blobs in rows:
        if record_id not in at_hand:
            raise Unreadable
        key = at_hand[record_id][1]
        opened.append(
            {
                name: envelope.unseal(key, Place(practice_id, kind, record_id, version, name), blob).decode()
                for name, blob in blobs.items()
            }
        )
    return opened


def with_keys(query: Select[*tuple[Any, ...]], practice_id: UUID, record_id: Any) -> Select[*tuple[Any, ...]]:
    """Return a query whose rows end with the wrapped keys of their records, for :func:`saying`."""
    kept, above = RecordKey.__table__.c, PracticeKey.__table__.c
    theirs = (kept.practice_id == practice_id) & (kept.record_id == record_id)
    whose = (above.practice_id == practice_id) & (above.generation == kept.generation)
    return (
        query.outerjoin(RecordKey.__table__, theirs)
        .outerjoin(PracticeKey.__table__, whose)
        .add_columns(kept.wrapped, kept.generation, above.kek_id, above.wrapped)
    )


def saying(
    uow: UnitOfWork, practice_id: UUID, kind: str, field: str, rows: Iterable[Sequence[Any]], text: str
) -> list[UUID]:
    """Return the ids of those of many records whose one sealed field says ``text``, in order.

    Each is opened under its own record's key, as by :func:`open_many`; nothing opened is kept.

    Args:
        rows: (record id, sealed version, sealed bytes) and the columns of :func:`with_keys`.

    Raises:
        Unreadable: As :func:`open`, for any of them.
    """
    keys.require_practice(uow, practice_id)
    says, found, opener = (
        envelope.sayer(practice_id, kind, field, text.encode()),
        [],
        keys.Opener(uow, practice_id),
    )
    for record_id, version, blob, *wrapped in rows:
        record = record_id.bytes
        if says(opener.record_key(record, *wrapped), record, version, blob):
            found.append(record_id)
    return found


def phone_index(uow: UnitOfWork, practice_id: UUID, e164: str) -> int:
    """Return the blind index of a phone number: 63 bits of HMAC-SHA256 under the practice's own key.

    Equal numbers of one practice have equal indexes; between practices they say nothing. None exists
    for names: the commonest names would show at any width.
    """
    return phone_indexes(uow, practice_id, (e164,))[e164]


def phone_indexes(uow: UnitOfWork, practice_id: UUID, numbers: Iterable[str]) -> dict[str, int]:
    """Return the blind index of each number, as :func:`phone_index`; the key is asked for once."""
    keys.require_practice(uow, practice_id)
    _, key = keys.record_key(uow, practice_id, PHONE_INDEX)

    def index(e164: str) -> int:
        digest = hmac.new(key, b"telesec/bi/1\0phone\0" + e164.encode(), hashlib.sha256).digest()
        return int.from_bytes(digest[:8], "big") >> 1

    return {number: index(number) for number in numbers}


def shred(uow: UnitOfWork, practice_id: UUID, record_id: UUID) -> None:
    """Delete a record's key, so that nothing of it opens again.

    This alone is not erasure: the wrapped key lingers in heap and log until the generation of the
    practice key that wrapped it is destroyed (see ``rotation``) and key backups have expired.
    """
    keys.require_practice(uow, practice_id)
    uow.session.execute(
        delete(RecordKey).where(RecordKey.practice_id == practice_id, RecordKey.record_id == record_id)
    )
    uow.audit("record.shred", practice_id=practice_id, object_id=record_id)


def shred_many(uow: UnitOfWork, practice_id: UUID, record_ids: Sequence[UUID]) -> None:
    """Delete the keys of many records, as :func:`shred`; one statement and one audit entry."""
    keys.require_practice(uow, practice_id)
    if not record_ids:
        return
    uow.session.execute(
        delete(RecordKey).where(RecordKey.practice_id == practice_id, one_of(RecordKey.record_id, record_ids))
    )
    uow.audit("record.shred_many", practice_id=practice_id, count=len(record_ids))
