"""A request repeated under one ``Idempotency-Key`` gets the first answer, not a second record.

Source: draft-ietf-httpapi-idempotency-key-header. A key belongs to its token and lives for 24 hours.
Only a success is kept: what was refused changed nothing and may be sent again under the same key. The
answer is sealed, for it may hold a name. The act's own commit marks the claim as carried out and fails when
another attempt took it over meanwhile, so that no death of a process, however slow, makes an act happen
twice. What was carried out and lost its answer is told as that, with the id of what it made.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from telesec.accounts.models import IdempotentRequest
from telesec.foundation.access import Actor, Facts, Permission, authorize
from telesec.foundation.errors import InProgress, NotFound, Refused
from telesec.foundation.ids import new_id
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import AuditNote, UnitOfWork
from telesec.vault import installation

KEPT = timedelta(hours=24)
CLAIM_LASTS = timedelta(seconds=10)
"""After so long, or where the clock went back since, the first attempt is taken for dead; if it is only slow,
its commit is refused."""
LONGEST_KEY = 200
KIND = "idempotent_request"


@dataclass(frozen=True)
class Request:
    """What is repeated: ``request_hash`` covers method, path, body and the practices it may touch."""

    token_id: UUID
    key_hash: bytes
    request_hash: bytes


@dataclass(frozen=True)
class Claim:
    """The right to work on a request; ends with :func:`keep` or :func:`release`."""

    request: Request
    attempt_id: UUID


@dataclass(frozen=True)
class KeptAnswer:
    """The first answer, to be given again."""

    status: int
    body: bytes


def request_of(actor: Actor, key: str, *parts: bytes) -> Request:
    """Return what identifies a request of a token.

    A token whose practices changed meanwhile sends another request: nothing is answered from the store
    that it may no longer see.

    Args:
        actor: Whose token it is.
        key: The header's value.
        parts: Method, path and body.

    Raises:
        NotFound: The actor did not come by a token.
        Refused: The key is not 1 to 200 visible ASCII characters.
    """
    if actor.token_id is None:
        raise NotFound
    if not 0 < len(key) <= LONGEST_KEY or not all("!" <= char <= "~" for char in key):
        raise Refused(
            "bad_idempotency_key",
            say("An Idempotency-Key is 1 to 200 visible ASCII characters."),
            status=422,
            field="Idempotency-Key",
        )
    scope = repr(sorted((str(place), role.value) for place, role in actor.memberships.items())).encode()
    digest = hashlib.sha256()
    for part in (scope, *parts):
        digest.update(len(part).to_bytes(8, "big") + part)
    return Request(actor.token_id, hashlib.sha256(key.encode()).digest(), digest.digest())


def claim(uow: UnitOfWork, request: Request) -> Claim | KeptAnswer:
    """Return the right to work on a request, or the answer it already got.

    Raises:
        InProgress: The same request is being worked on.
        Refused: The key stands for another request (422), or what it asks was done and its answer is lost
            (``answer_lost``, 409).
    """
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    mine, now = Claim(request, new_id()), uow.now()
    fresh = {"attempt_id": mine.attempt_id, "request_hash": request.request_hash, "claimed_at": now}
    place = {"token_id": request.token_id, "key_hash": request.key_hash}
    made = insert(IdempotentRequest).values(**place, **fresh).on_conflict_do_nothing()
    if uow.session.execute(made.returning(IdempotentRequest.attempt_id)).first():
        return mine
    row = uow.session.scalars(select(IdempotentRequest).filter_by(**place).with_for_update()).first()
    if row is None:
        raise InProgress(1)
    if now - row.claimed_at >= KEPT:
        _take_over(row, mine, uow)
        return mine
    if row.request_hash != request.request_hash:
        raise Refused(
            "idempotency_key_reused",
            say("This Idempotency-Key was used for another request. Send a new one."),
            status=422,
            field="Idempotency-Key",
        )
    if row.status is not None and row.answer_sealed is not None:
        opened = installation.unseal(uow, KIND, row.attempt_id, body=row.answer_sealed)
        return KeptAnswer(row.status, opened["body"])
    if abs(now - row.claimed_at) < CLAIM_LASTS:
        raise InProgress(1)
    if row.acted_at is not None:
        raise Refused(
            "answer_lost",
            say("This was carried out, but its answer was lost. Look at what it made; do not send it again."),
            extra={"id": str(row.acted_id)} if row.acted_id else None,
        )
    _take_over(row, mine, uow)
    return mine


def mark(session: Session, actor: Actor, notes: Sequence[AuditNote], now: datetime) -> None:
    """Mark the actor's request as carried out, in the transaction of what it did; nothing for others.

    Raises:
        InProgress: Another attempt took the request over; this one must not commit.
    """
    if actor.attempt_id is None:
        return
    made = next((note.object_id for note in reversed(notes) if note.object_id is not None), None)
    marked = session.execute(
        update(IdempotentRequest)
        .where(IdempotentRequest.token_id == actor.token_id, IdempotentRequest.attempt_id == actor.attempt_id)
        .values(
            acted_at=func.coalesce(IdempotentRequest.acted_at, now),
            acted_id=func.coalesce(IdempotentRequest.acted_id, made),
        )
        .returning(IdempotentRequest.attempt_id)
        .execution_options(synchronize_session=False)
    )
    if marked.first() is None:
        raise InProgress(1)


def keep(uow: UnitOfWork, held: Claim, status: int, body: bytes) -> None:
    """Seal and keep the answer of a request that succeeded."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    sealed = installation.seal(uow, KIND, held.attempt_id, body=body)["body"]
    uow.session.execute(
        update(IdempotentRequest).where(*_held(held)).values(status=status, answer_sealed=sealed)
    )


def release(uow: UnitOfWork, held: Claim, *, undone: bool) -> None:
    """Forget a request that was refused or failed, so that it may be tried again under its key.

    Args:
        undone: False when it broke in the middle: what was carried out is then kept.
    """
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    gone = delete(IdempotentRequest).where(*_held(held))
    uow.session.execute(gone if undone else gone.where(IdempotentRequest.acted_at.is_(None)))


def sweep(uow: UnitOfWork, limit: int = 1000) -> int:
    """Delete what is older than a day; return how many went."""
    authorize(uow, Permission.SESSION_OWN, on=Facts(None))
    old = (
        select(IdempotentRequest.attempt_id)
        .where(IdempotentRequest.claimed_at < uow.now() - KEPT)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    gone = delete(IdempotentRequest).where(IdempotentRequest.attempt_id.in_(old))
    return len(uow.session.scalars(gone.returning(IdempotentRequest.attempt_id)).all())


def _take_over(row: IdempotentRequest, mine: Claim, uow: UnitOfWork) -> None:
    row.attempt_id, row.request_hash = mine.attempt_id, mine.request.request_hash
    row.claimed_at, row.status, row.answer_sealed = uow.now(), None, None
    row.acted_at = row.acted_id = None
    uow.session.flush()


def _held(held: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        IdempotentRequest.token_id == held.request.token_id,
        IdempotentRequest.key_hash == held.request.key_hash,
        IdempotentRequest.attempt_id == held.attempt_id,
    )
