"""Secrets people or programs carry: session tokens, API tokens, links, recovery codes. Only hashes are kept.

An API token is ``tsk_`` + 43 base-62 digits of 256 random bits + 6 of a CRC-32, so that a scanner, and
we, can tell a mistyped one without the database.
"""

import hashlib
import re
import secrets
import zlib
from uuid import UUID

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_API_TOKEN = re.compile(r"tsk_[0-9A-Za-z]{49}")
_CODE_LENGTH = 16


def new_token() -> str:
    """Return 256 random bits for a cookie or a link."""
    return secrets.token_urlsafe(32)


def new_api_token() -> str:
    """Return a fresh API token; shown once."""
    body = "tsk_" + _base62(secrets.randbits(256), 43)
    return body + _checksum(body)


def is_api_token(text: str) -> bool:
    """Return whether this has the form and the checksum of an API token."""
    return _API_TOKEN.fullmatch(text) is not None and _checksum(text[:-6]) == text[-6:]


def hashed(token: str) -> bytes:
    """Return what is stored of a token of 256 random bits: SHA-256 suffices, nothing can be guessed."""
    return hashlib.sha256(token.encode()).digest()


def key_of(*parts: str) -> str:
    """Return a rate limit's key; hashed, so that the table names nobody."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def new_recovery_code() -> str:
    """Return 80 random bits as ``XXXX-XXXX-XXXX-XXXX`` without letters that look alike."""
    letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, _CODE_LENGTH, 4))


def hashed_recovery_code(person_id: UUID, typed: str) -> bytes:
    """Return what is stored of a recovery code; forgives case, dashes, spaces and look-alikes."""
    plain = re.sub(r"[\s-]", "", typed).upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return hashlib.sha256(b"telesec/recovery/1\0" + person_id.bytes + plain.encode()).digest()


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), 6)


def _base62(number: int, width: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 62)
        text = _DIGITS[digit] + text
    return text.rjust(width, "0")
