"""Prove that stored records still open, without showing or keeping what they say."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.vault import keys, service
from telesec.vault.models import RecordKey

PRACTICES = 20
"""How many practices a sample visits."""
RECORDS = 20


def open_record_keys(uow: UnitOfWork, practice_id: UUID, limit: int = RECORDS) -> int:
    """Unwrap the keys of a practice's newest records; return how many there were.

    Raises:
        Unreadable: One does not open.
    """
    authorize(uow, Permission.KEY_MANAGE, on=Facts(practice_id))
    ids = uow.session.scalars(
        select(RecordKey.record_id)
        .where(RecordKey.practice_id == practice_id)
        .order_by(RecordKey.record_id.desc())
        .limit(limit)
    ).all()
    return len(keys.record_keys(uow, practice_id, ids))


def open_records(
    uow: UnitOfWork, practice_id: UUID, kind: str, fields: Sequence[str], limit: int = RECORDS
) -> int:
    """Decrypt the newest records of one kind and forget them at once; return how many there were.

    A record without a key was erased; it is passed over.

    Args:
        kind: What was sealed; also the table's name.
        fields: Sealed fields, each kept in the column ``<field>_sealed``.

    Raises:
        Unreadable: One does not open.
    """
    authorize(uow, Permission.KEY_MANAGE, on=Facts(practice_id))
    columns = ", ".join(f"{name}_sealed" for name in fields)
    rows = uow.session.execute(
        text(
            f"select id, sealed_version, {columns} from {kind} r where practice_id = :practice and exists"
            " (select 1 from vault.record_key k where k.practice_id = r.practice_id and k.record_id = r.id)"
            " order by id desc limit :limit"
        ),
        {"practice": practice_id, "limit": limit},
    ).all()
    blobs = [
        (row[0], row[1], {name: bytes(blob) for name, blob in zip(fields, row[2:], strict=True) if blob})
        for row in rows
    ]
    return len(service.open_many(uow, practice_id, kind, blobs))
