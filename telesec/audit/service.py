"""Append acts with the transaction that did them; give them their place in the chain; check chains.

The business transaction only inserts: chaining inside it deadlocked secretaries who list many
practices. The sealer, one per practice at a time, follows within seconds; a crash loses nothing.
"""

import os
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from telesec.audit import rules
from telesec.audit.models import Entry, Pending
from telesec.audit.rules import Act, Checkpoint, Fault, Link, Verdict
from telesec.foundation.access import Actor, Facts, Permission, authorize
from telesec.foundation.ids import new_id
from telesec.foundation.unit_of_work import AuditNote, UnitOfWork

BATCH = 500
CHAINS_AT_ONCE = 100
AHEAD = timedelta(days=2)
"""Acts of so much later than now are sealed too: they were done before the clock was put back."""


def append_pending(session: Session, actor: Actor, notes: Sequence[AuditNote], now: datetime) -> None:
    """Insert what a unit of work did; called by its commit.

    A note about a practice outside the actor's (a refusal, for instance) goes to the installation's
    chain and names the practice in its detail.
    """
    ids = sorted(new_id() for _ in notes)
    own = set(actor.practice_ids)
    session.execute(
        insert(Pending).execution_options(render_nulls=True),
        [_row(note, note_id, actor, own, now) for note, note_id in zip(notes, ids, strict=True)],
    )


def seal(uow: UnitOfWork, practice_id: UUID, limit: int = BATCH) -> int:
    """Move a batch of one practice's pending acts to its chain, oldest first; return how many.

    Returns 0 at once when another worker is at this chain.
    """
    authorize(uow, Permission.AUDIT_SEAL, on=Facts(practice_id))
    lock = func.pg_try_advisory_xact_lock(func.hashtextextended(f"telesec-audit:{practice_id}", 0))
    if not uow.session.scalar(select(lock)):
        return 0
    last = uow.session.execute(
        select(Entry.seq, Entry.hash)
        .where(Entry.practice_id == practice_id)
        .order_by(Entry.seq.desc())
        .limit(1)
    ).first()
    seq, head = (last.seq, last.hash) if last else (0, rules.genesis(practice_id))
    pending = uow.session.scalars(
        select(Pending)
        .where(Pending.practice_id == practice_id)
        .order_by(Pending.at, Pending.id)
        .limit(limit)
    )
    links = [
        {**asdict(link.act), "seq": link.seq, "previous": link.previous, "hash": link.hash}
        for link in rules.chain(map(_act, pending), seq=seq, head=head)
    ]
    if links:
        uow.session.execute(insert(Entry), links)
    return len(links)


def due_chains(uow: UnitOfWork, limit: int = CHAINS_AT_ONCE) -> list[UUID]:
    """Return chains with acts that wait for their place, those of before the clock was put back too."""
    authorize(uow, Permission.AUDIT_SEAL, on=Facts(practice_id=None))
    rows = uow.session.execute(
        text("select practice_id from sec.due_audit(:now, :limit)"),
        {"now": uow.now() + AHEAD, "limit": limit},
    )
    return [row.practice_id for row in rows]


def chains(uow: UnitOfWork) -> list[UUID]:
    """Return every chain there is, the installation's first; ids only."""
    authorize(uow, Permission.AUDIT_READ, on=Facts(practice_id=None))
    return list(uow.session.scalars(text("select practice_id from sec.find_audit_chains() order by 1")))


def verify(uow: UnitOfWork, practice_id: UUID, checkpoint: Checkpoint | None = None) -> Verdict:
    """Check one chain from its beginning, then that nothing waits longer than a minute for its place."""
    chain_of = None if practice_id == rules.INSTALLATION else practice_id
    authorize(uow, Permission.AUDIT_READ, on=Facts(chain_of))
    with closing(_links(uow, practice_id)) as links:
        verdict = rules.verify(practice_id, links, checkpoint)
    if verdict.fault is not None:
        return verdict
    late = uow.session.scalar(
        select(func.count())
        .select_from(Pending)
        .where(Pending.practice_id == practice_id, Pending.at < uow.now() - rules.UNSEALED_LIMIT)
    )
    if late:
        return Verdict(practice_id, verdict.entries, verdict.head, Fault.UNSEALED, verdict.entries + 1)
    return verdict


def _links(uow: UnitOfWork, practice_id: UUID) -> Generator[Link]:
    """Stream a chain; it may be long. Closing the generator closes the database's cursor."""
    rows = uow.session.scalars(
        select(Entry).where(Entry.practice_id == practice_id).order_by(Entry.seq),
        execution_options={"yield_per": BATCH},
    )
    with closing(rows):
        for row in rows:
            yield Link(_act(row), row.seq, row.previous, row.hash)
            uow.session.expunge(row)


def _act(row: Pending | Entry) -> Act:
    return Act(
        practice_id=row.practice_id,
        id=row.id,
        at=row.at,
        actor=row.actor,
        action=row.action,
        object_id=row.object_id,
        detail=row.detail,
        salt=row.salt,
        commitment=row.commitment,
    )


def _row(note: AuditNote, note_id: UUID, actor: Actor, own: set[UUID], now: datetime) -> dict[str, object]:
    practice_id, facts = note.practice_id, dict(note.detail)
    if practice_id is not None and practice_id not in own:
        facts["practice_id"] = practice_id
        practice_id = None
    detail, salt = rules.canonical(facts), os.urandom(16)
    return {
        "practice_id": practice_id or rules.INSTALLATION,
        "id": note_id,
        "at": now,
        "actor": _name(actor),
        "action": note.action,
        "object_id": note.object_id,
        "detail": detail,
        "salt": salt,
        "commitment": rules.commit_to(salt, detail),
    }


def _name(actor: Actor) -> str:
    """Return who acted: a token before its person, telesec's own purpose, or nobody known."""
    if actor.token_id is not None:
        return f"token:{actor.token_id}"
    if actor.person_id is not None:
        return f"person:{actor.person_id}"
    return f"system:{actor.purpose}" if actor.purpose else "nobody"
