"""The bytes of a sealed field and of a wrapped key (SECURITY.md, record encryption). Pure: no database.

A sealed field is ``header(6) | nonce(12) | AES-256-GCM(pad(data)) with its 16-byte tag``; the header is
``version u8 | suite u8 | key generation u32``. Its place (practice, record, row version, kind, field) is
authenticated, so a value moved to another row, field, version or practice does not open. Lengths are
hidden by padding to 64, 128, 256 and then by PADMÉ (Nikitin et al., PETS 2019, section 4: at most 12 %
and the length leaks O(log log n) bits).
"""

import os
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from telesec.foundation.errors import TelesecError
from telesec.foundation.language import say

KEY_BYTES = 32
_VERSION = 1
_SUITE_GCM = 1
_HEADER = struct.Struct(">BBI")
_KIND_OF_SEAL = bytes((_VERSION, _SUITE_GCM))
_NONCE = 12
_TAG = 16
_BODY = _HEADER.size + _NONCE
_STEPS = (64, 128, 256)
_LENGTH = struct.Struct(">I")


class Unreadable(TelesecError):
    """Sealed bytes do not open: altered, moved, or their key is gone. Which one is not told."""

    def __init__(self) -> None:
        super().__init__("unreadable", say("This content cannot be decrypted. Tell the operator."))


class Place(NamedTuple):
    """Where a sealed field lives; all of it is authenticated.

    Args:
        practice_id: The tenant; the all-zero id for secrets of the installation.
        kind: What the record is, for instance ``message``; at most 255 bytes.
        record_id: The record.
        version: The row's ``sealed_version``, 0 to 2**32 - 1.
        field: Name of the field, at most 255 bytes.
    """

    practice_id: UUID
    kind: str
    record_id: UUID
    version: int
    field: str

    def authenticated(self, header: bytes) -> bytes:
        """Return the additional data: fixed order, every variable part led by its length (injective)."""
        named = _named(self.kind, self.field)
        return _authenticated(header, self.practice_id.bytes, self.record_id.bytes, self.version, named)


def _authenticated(header: bytes, practice: bytes, record: bytes, version: int, named: bytes) -> bytes:
    return b"".join((b"telesec/rec/1\0", header, practice, record, _LENGTH.pack(version), named))


@lru_cache(maxsize=256)
def _named(kind: str, field: str) -> bytes:
    """Return kind and field, each led by its length; the code's own words, so they are few."""
    words = kind.encode(), field.encode()
    return b"".join(struct.pack("B", len(word)) + word for word in words)


def seal(key: bytes | bytearray, generation: int, place: Place, data: bytes) -> bytes:
    """Return ``data`` sealed under a record key for one place.

    Args:
        key: The record key, 32 bytes.
        generation: Generation of the practice key at this moment, for the header.
        place: Where the result will be stored.
        data: Any bytes shorter than 4 GiB.
    """
    header = _HEADER.pack(_VERSION, _SUITE_GCM, generation)
    nonce = os.urandom(_NONCE)
    return header + nonce + AESGCM(key).encrypt(nonce, pad(data), place.authenticated(header))


def unseal(key: bytes | bytearray, place: Place, blob: bytes) -> bytes:
    """Return the data sealed in ``blob``.

    Raises:
        Unreadable: The bytes, their place or the key are not the ones they were sealed with.
    """
    named = _named(place.kind, place.field)
    return unpad(_padded(key, place.practice_id.bytes, place.record_id.bytes, place.version, named, blob))


def sayer(practice_id: UUID, kind: str, field: str, data: bytes) -> Callable[..., bool]:
    """Return a function that tells whether a field of one of many records holds ``data``.

    It takes (record key, record id as 16 bytes, version, sealed bytes), opens as :func:`unseal` does and
    compares without taking the filling off: equal data is filled equally.

    Raises:
        Unreadable: The function, as :func:`unseal`.
    """
    practice, named, wanted = practice_id.bytes, _named(kind, field), pad(data)

    def says(key: bytes | bytearray, record: bytes, version: int, blob: bytes) -> bool:
        return _padded(key, practice, record, version, named, blob) == wanted

    return says


def _padded(
    key: bytes | bytearray, practice: bytes, record: bytes, version: int, named: bytes, blob: bytes
) -> bytes:
    if len(blob) < _BODY + _TAG or blob[:2] != _KIND_OF_SEAL:
        raise Unreadable
    aad = _authenticated(blob[: _HEADER.size], practice, record, version, named)
    try:
        return AESGCM(key).decrypt(blob[_HEADER.size : _BODY], blob[_BODY:], aad)
    except InvalidTag:
        raise Unreadable from None


def wrap(parent: bytes | bytearray, plain: bytes | bytearray, context: bytes) -> bytes:
    """Return ``plain`` (a key, or a short secret) wrapped under a parent key: 28 bytes longer.

    ``context`` names what is wrapped and for whom; see :func:`practice_key_context` and its neighbours.
    """
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(parent).encrypt(nonce, plain, b"telesec/wrap/1\0" + context)


def unwrap(parent: bytes | bytearray, blob: bytes, context: bytes) -> bytearray:
    """Return what :func:`wrap` wrapped, in a buffer that can be wiped.

    Raises:
        Unreadable: Another parent key, another context, or altered bytes.
    """
    return unwrapper(parent)(blob, context)


def unwrapper(parent: bytes | bytearray) -> Callable[[bytes, bytes], bytearray]:
    """Return :func:`unwrap` under one parent key, for many keys at once."""
    decrypt = AESGCM(parent).decrypt

    def opened(blob: bytes, context: bytes) -> bytearray:
        if len(blob) < _NONCE + _TAG:
            raise Unreadable
        try:
            return bytearray(decrypt(blob[:_NONCE], blob[_NONCE:], b"telesec/wrap/1\0" + context))
        except InvalidTag:
            raise Unreadable from None

    return opened


def practice_key_context(practice_id: UUID, generation: int) -> bytes:
    """Return what authenticates a practice's data key under a master key (whose id is added there)."""
    return b"dek" + practice_id.bytes + _LENGTH.pack(generation)


def record_key_context(practice_id: UUID, record_id: UUID, generation: int) -> bytes:
    """Return what authenticates a record key under a practice's data key of one generation."""
    return record_key_contexts(practice_id, generation)(record_id.bytes)


def record_key_contexts(practice_id: UUID, generation: int) -> Callable[[bytes], bytes]:
    """Return :func:`record_key_context` of one practice and generation, of a record id as 16 bytes."""
    before, after = b"rk" + practice_id.bytes, _LENGTH.pack(generation)
    return lambda record: before + record + after


def padded_length(length: int) -> int:
    """Return the padded size in bytes of ``length`` bytes and their four-byte prefix."""
    total = length + _LENGTH.size
    for step in _STEPS:
        if total <= step:
            return step
    exponent = total.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return (total + mask) & ~mask


def pad(data: bytes) -> bytes:
    """Return ``length u32 | data | zeros``."""
    return _LENGTH.pack(len(data)) + data + bytes(padded_length(len(data)) - _LENGTH.size - len(data))


def unpad(padded: bytes) -> bytes:
    """Return the data of :func:`pad`.

    Raises:
        Unreadable: The length does not fit or the filling is not zeros.
    """
    if len(padded) < _LENGTH.size:
        raise Unreadable
    (length,) = _LENGTH.unpack_from(padded)
    end = _LENGTH.size + length
    if end > len(padded) or padded[end:].strip(b"\0"):
        raise Unreadable
    return padded[_LENGTH.size : end]
