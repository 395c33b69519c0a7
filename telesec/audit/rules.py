"""The hash chain of the audit trail, as values. Pure; the same on paper and in ``telesec audit verify``.

An entry commits to its detail by ``SHA-256(salt | detail)``, so detail and salt may lawfully be erased
and the chain still verifies. Each entry's hash covers its commitment and the hash before it.
"""

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

INSTALLATION = UUID(int=0)
"""The chain of what belongs to no practice: logins, settings, refusals."""

UNSEALED_LIMIT = timedelta(seconds=60)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOBODY = bytes(16)


class Fault(StrEnum):
    """What is wrong with a chain."""

    GAP = "gap"
    BROKEN_LINK = "broken_link"
    DETAIL_CHANGED = "detail_changed"
    HASH_MISMATCH = "hash_mismatch"
    CHECKPOINT_MISMATCH = "checkpoint_mismatch"
    TAIL_CUT = "tail_cut"
    UNSEALED = "unsealed"


@dataclass(frozen=True)
class Act:
    """What was done, before it has a place in the chain.

    Args:
        practice_id: The chain; all zero for the installation's.
        id: Made with the act.
        at: When, by telesec's clock, microseconds kept.
        actor: ``person:<id>``, ``token:<id>``, ``system:<purpose>`` or ``nobody``.
        action: ``noun.verb``.
        object_id: What it was done to.
        detail: Canonical JSON, or None once erased.
        salt: 16 random bytes, or None once erased.
        commitment: SHA-256 of salt and detail.
    """

    practice_id: UUID
    id: UUID
    at: datetime
    actor: str
    action: str
    object_id: UUID | None
    detail: str | None
    salt: bytes | None
    commitment: bytes


@dataclass(frozen=True)
class Link:
    """An act with its place: sequence from 1, the hash before it, its own hash."""

    act: Act
    seq: int
    previous: bytes
    hash: bytes


@dataclass(frozen=True)
class Checkpoint:
    """A place of a chain somebody noted elsewhere; at least this much must still be there."""

    seq: int
    hash: bytes


@dataclass(frozen=True)
class Verdict:
    """What a check of one chain found: its length, and the first fault with its place."""

    practice_id: UUID
    entries: int
    head: bytes
    fault: Fault | None = None
    at_seq: int | None = None


def canonical(detail: Mapping[str, object]) -> str:
    """Return detail as JSON with sorted keys; ids and instants as text."""
    return json.dumps(detail, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    return str(value)


def commit_to(salt: bytes, detail: str) -> bytes:
    """Return the commitment to a detail: SHA-256(salt | detail)."""
    return hashlib.sha256(salt + detail.encode()).digest()


def genesis(practice_id: UUID) -> bytes:
    """Return the hash before a chain's first entry."""
    return hashlib.sha256(b"genesis" + practice_id.bytes).digest()


def hash_of(act: Act, seq: int, previous: bytes) -> bytes:
    """Return an entry's hash; every part has a fixed length or is led by it (injective)."""
    actor, action = act.actor.encode(), act.action.encode()
    micros = (act.at - _EPOCH) // timedelta(microseconds=1)
    return hashlib.sha256(
        b"".join(
            (
                b"telesec/audit/1\0",
                act.practice_id.bytes,
                act.id.bytes,
                struct.pack(">qqI", seq, micros, len(actor)),
                actor,
                struct.pack(">I", len(action)),
                action,
                act.object_id.bytes if act.object_id else _NOBODY,
                act.commitment,
                previous,
            )
        )
    ).digest()


def chain(acts: Iterable[Act], *, seq: int, head: bytes) -> Iterator[Link]:
    """Give each act its place after entry ``seq`` whose hash is ``head``."""
    for act in acts:
        seq += 1
        link = Link(act, seq, head, hash_of(act, seq, head))
        head = link.hash
        yield link


def fault_of(link: Link, *, seq: int, head: bytes) -> Fault | None:
    """Return what is wrong with the entry that should follow entry ``seq`` with hash ``head``."""
    act = link.act
    if link.seq != seq + 1:
        return Fault.GAP
    if link.previous != head:
        return Fault.BROKEN_LINK
    if (act.salt is None) != (act.detail is None):
        return Fault.DETAIL_CHANGED
    if act.salt is not None and act.detail is not None and commit_to(act.salt, act.detail) != act.commitment:
        return Fault.DETAIL_CHANGED
    return Fault.HASH_MISMATCH if hash_of(act, link.seq, head) != link.hash else None


def verify(practice_id: UUID, links: Iterable[Link], checkpoint: Checkpoint | None = None) -> Verdict:
    """Walk a chain from its beginning and return the first fault, if there is one.

    Args:
        practice_id: Whose chain it should be.
        links: All entries, first to last.
        checkpoint: A place noted elsewhere; without one, a tail cut off whole cannot be seen.
    """
    seq, head = 0, genesis(practice_id)
    for link in links:
        fault = fault_of(link, seq=seq, head=head)
        if fault is None and checkpoint and checkpoint.seq == link.seq and checkpoint.hash != link.hash:
            fault = Fault.CHECKPOINT_MISMATCH
        if fault is not None:
            return Verdict(practice_id, seq, head, fault, seq + 1)
        seq, head = link.seq, link.hash
    if checkpoint and checkpoint.seq > seq:
        return Verdict(practice_id, seq, head, Fault.TAIL_CUT, seq + 1)
    return Verdict(practice_id, seq, head)
