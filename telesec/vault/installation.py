"""Secrets that belong to no practice (second factors), and the canary that proves the master key.

They are sealed under an installation key in the same envelope, with the all-zero practice id.
"""

import hashlib
import hmac
import os
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from telesec.foundation.access import Facts, Permission, authorize
from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.foundation.unit_of_work import MasterKeys, UnitOfWork
from telesec.vault import envelope
from telesec.vault.envelope import Place, Unreadable
from telesec.vault.models import InstallationKey

INSTALLATION = UUID(int=0)
_CANARY = b"telesec canary"
_CANARY_PLACE = Place(INSTALLATION, "canary", INSTALLATION, 1, "canary")


def seal(uow: UnitOfWork, kind: str, record_id: UUID, **fields: bytes) -> dict[str, bytes]:
    """Return each field sealed under the installation's newest key."""
    newest = _newest(uow) or make(uow, 1)
    key = _open(uow, newest)
    return {
        name: envelope.seal(key, newest.generation, Place(INSTALLATION, kind, record_id, 1, name), data)
        for name, data in fields.items()
    }


def unseal(uow: UnitOfWork, kind: str, record_id: UUID, **blobs: bytes) -> dict[str, bytes]:
    """Return the data of each field sealed by :func:`seal`.

    Raises:
        Unreadable: The key is gone, or the bytes were altered or moved.
    """
    by_generation = {key.generation: key for key in uow.session.scalars(select(InstallationKey))}
    opened: dict[str, bytes] = {}
    for name, blob in blobs.items():
        found = by_generation.get(int.from_bytes(blob[2:6], "big"))
        if found is None:
            raise Unreadable
        opened[name] = envelope.unseal(_open(uow, found), Place(INSTALLATION, kind, record_id, 1, name), blob)
    return opened


def index(uow: UnitOfWork, purpose: str, value: str) -> int:
    """Return the blind index of a value that is looked up before any practice is known.

    63 bits of HMAC-SHA256 under the installation's first key, which is re-wrapped but never replaced:
    a new key would lose every index made before.

    Args:
        purpose: What the index is for; equal values of two purposes have unrelated indexes.
        value: For instance an E.164 number.
    """
    first = uow.session.scalars(
        select(InstallationKey).order_by(InstallationKey.generation).limit(1)
    ).first() or make(uow, 1)
    message = b"telesec/bi/0\0" + purpose.encode() + b"\0" + value.encode()
    digest = hmac.new(_open(uow, first), message, hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def check_canary(uow: UnitOfWork) -> None:
    """Refuse to start with master keys that do not open this database; makes the canary at first start.

    Raises:
        Misconfigured: The master key is missing or is not the one this database was made with.
    """
    authorize(uow, Permission.KEY_MANAGE, on=Facts(practice_id=None))
    if not canary_opens(uow):
        make(uow, 1)


def canary_opens(uow: UnitOfWork) -> bool:
    """Return whether there is a canary, after it was opened.

    Raises:
        Misconfigured: There is one and it does not open.
    """
    authorize(uow, Permission.KEY_MANAGE, on=Facts(practice_id=None))
    found = list(uow.session.scalars(select(InstallationKey)))
    try:
        for key in found:
            envelope.unseal(_open(uow, key), _CANARY_PLACE, key.canary)
    except Unreadable:
        raise Misconfigured(
            say("The master key does not open this database. Give the key file it was made with.")
        ) from None
    return bool(found)


def key_opens(master: MasterKeys, generation: int, kek_id: int, wrapped: bytes, canary: bytes) -> bool:
    """Return whether master keys open one installation key, as a backup tells it; no database is asked."""
    try:
        plain = master.unwrap(kek_id, wrapped, _context(generation))
        envelope.unseal(plain, _CANARY_PLACE, canary)
    except Unreadable:
        return False
    return True


def rewrap(uow: UnitOfWork) -> int:
    """Wrap the installation's keys with the primary master key; return how many changed."""
    authorize(uow, Permission.KEY_MANAGE, on=Facts(practice_id=None))
    changed = 0
    for key in uow.session.scalars(select(InstallationKey).with_for_update()):
        kek_id, wrapped = uow.keys.wrap(_open(uow, key), _context(key.generation))
        if kek_id != key.kek_id:
            key.kek_id, key.wrapped = kek_id, wrapped
            changed += 1
    return changed


def make(uow: UnitOfWork, generation: int) -> InstallationKey:
    """Make one generation of the installation's key with its canary, or return the one made meanwhile."""
    plain = os.urandom(envelope.KEY_BYTES)
    kek_id, wrapped = uow.keys.wrap(plain, _context(generation))
    canary = envelope.seal(plain, generation, _CANARY_PLACE, _CANARY)
    uow.session.execute(
        insert(InstallationKey)
        .values(generation=generation, kek_id=kek_id, wrapped=wrapped, canary=canary, created_at=uow.now())
        .on_conflict_do_nothing()
    )
    return uow.session.scalars(select(InstallationKey).where(InstallationKey.generation == generation)).one()


def _newest(uow: UnitOfWork) -> InstallationKey | None:
    return uow.session.scalars(
        select(InstallationKey).order_by(InstallationKey.generation.desc()).limit(1)
    ).first()


def _open(uow: UnitOfWork, key: InstallationKey) -> bytes | bytearray:
    return uow.keys.unwrap(key.kek_id, key.wrapped, _context(key.generation))


def _context(generation: int) -> bytes:
    return envelope.practice_key_context(INSTALLATION, generation)
