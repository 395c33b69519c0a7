"""Change keys beside live reads and writes: small batches, rows another worker holds are skipped.

Master key: wrap every data key anew. Practice key: make a new generation, wrap the record keys anew,
destroy the old generation. Sealed content is never rewritten; only 60-byte wraps change.
"""

from uuid import UUID

from sqlalchemy import delete, exists, func, select, text

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.vault import envelope, keys
from telesec.vault.models import PracticeKey, RecordKey

BATCH = 200


def due_practices(uow: UnitOfWork, limit: int = BATCH) -> list[UUID]:
    """Return practices with a data key that the primary master key did not wrap."""
    authorize(uow, Permission.KEY_MANAGE, on=Facts(practice_id=None))
    rows = uow.session.execute(
        text("select distinct practice_id from sec.due_practice_keys(:primary, :limit)"),
        {"primary": uow.keys.primary, "limit": limit},
    )
    return [row.practice_id for row in rows]


def rewrap_practice_keys(uow: UnitOfWork, practice_id: UUID) -> int:
    """Wrap a practice's data keys with the primary master key; return how many changed."""
    authorize(uow, Permission.KEY_MANAGE, on=Facts(practice_id))
    due = uow.session.scalars(
        select(PracticeKey)
        .where(PracticeKey.practice_id == practice_id, PracticeKey.kek_id != uow.keys.primary)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for key in due:
        context = envelope.practice_key_context(practice_id, key.generation)
        key.kek_id, key.wrapped = uow.keys.wrap(keys.open_practice_key(uow, key), context)
    if due:
        uow.audit("key.rewrap", practice_id=practice_id, count=len(due), master_key=uow.keys.primary)
    return len(due)


def begin(uow: UnitOfWork, practice_id: UUID) -> int:
    """Make a new generation of a practice's data key; what is sealed from now on uses it."""
    authorize(uow, Permission.KEY_MANAGE, on=Facts(practice_id))
    generation = keys.practice_key(uow, practice_id).generation + 1
    keys.add_practice_key(uow, practice_id, generation)
    uow.audit("key.rotate", practice_id=practice_id, generation=generation)
    return generation


def rewrap_record_keys(uow: UnitOfWork, practice_id: UUID, limit: int = BATCH) -> int:
    """Wrap a batch of record keys with the newest practice key; 0 means none is left."""
    authorize(uow, Permission.KEY_MANAGE, on=Facts(practice_id))
    newest = keys.practice_key(uow, practice_id)
    parent = keys.open_practice_key(uow, newest)
    rows = uow.session.execute(
        select(RecordKey, PracticeKey)
        .join(
            PracticeKey,
            (PracticeKey.practice_id == RecordKey.practice_id)
            & (PracticeKey.generation == RecordKey.generation),
        )
        .where(RecordKey.practice_id == practice_id, RecordKey.generation < newest.generation)
        .limit(limit)
        .with_for_update(of=RecordKey, skip_locked=True)
    ).all()
    for record, old in rows:
        was = envelope.record_key_context(practice_id, record.record_id, old.generation)
        now = envelope.record_key_context(practice_id, record.record_id, newest.generation)
        plain = envelope.unwrap(keys.open_practice_key(uow, old), record.wrapped, was)
        record.wrapped, record.generation = envelope.wrap(parent, plain, now), newest.generation
        plain[:] = bytes(len(plain))
    return len(rows)


def destroy_old(uow: UnitOfWork, practice_id: UUID) -> int:
    """Destroy the generations no record key needs any more, the newest kept; return how many.

    A record key written meanwhile under an old generation stops this by its foreign key: run
    :func:`rewrap_record_keys` again.
    """
    authorize(uow, Permission.KEY_MANAGE, on=Facts(practice_id))
    newest = select(func.max(PracticeKey.generation)).where(PracticeKey.practice_id == practice_id)
    used = exists().where(
        RecordKey.practice_id == PracticeKey.practice_id, RecordKey.generation == PracticeKey.generation
    )
    destroyed = uow.session.scalars(
        delete(PracticeKey)
        .where(
            PracticeKey.practice_id == practice_id,
            PracticeKey.generation < newest.scalar_subquery(),
            ~used,
        )
        .returning(PracticeKey.generation)
    ).all()
    if destroyed:
        uow.audit("key.destroy", practice_id=practice_id, generations=sorted(destroyed))
    return len(destroyed)
