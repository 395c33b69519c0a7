"""The file of a backup: an authenticated header, then the content in encrypted chunks.

``magic(8) | length u32 | header JSON | chunk …``. Each chunk is up to 1 MiB of content under AES-256-GCM
with its 16-byte tag; its nonce is ``0(7) | number u32 | last u8`` (the STREAM construction of Hoang,
Reyhanitabar, Rogaway and Vizár, CRYPTO 2015), its additional data the SHA-256 of everything before the first
chunk. So a chunk that is altered, moved, repeated or missing at the end does not open, nor does a header that
was changed.

The key of one file is random and wrapped in the header: by a key file (the format of the master keys, but
a file of its own) or by a key made from a passphrase (Argon2id, RFC 9106).
"""

import hashlib
import json
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.vault import envelope
from telesec.vault.keyring import MasterKeys

FORMAT = 1
CHUNK = 1024 * 1024
LONGEST_HEADER = 65_536
_MAGIC = b"TELESECB"
_LENGTH = struct.Struct(">I")
_NONCE = struct.Struct(">7xIB")
_TAG = 16
_MEMORY_KIB, _PASSES, _LANES = 65_536, 3, 1
Secret = MasterKeys | str
"""A key file's keys, or a passphrase."""


@dataclass(frozen=True)
class Header:
    """What may be read without the key, and cannot be changed without it.

    Args:
        part: ``data``, or ``keys`` (the wrapped keys of the records, kept apart).
        telesec: Release that made it.
        schema: Revision of the database.
        server: Major version of PostgreSQL.
        installation: Tells one installation from another.
        created_at: RFC 3339, UTC.
    """

    part: str
    telesec: str
    schema: str
    server: int
    installation: str
    created_at: str
    format: int = FORMAT


class Writer:
    """Encrypts what is written to it; the file is whole only after :meth:`finish`."""

    def __init__(self, stream: BinaryIO, header: Header, secret: Secret) -> None:
        self._stream = stream
        key = os.urandom(envelope.KEY_BYTES)
        preamble = _preamble({**asdict(header), **_wrapped(asdict(header), key, secret)})
        self._bound = hashlib.sha256(preamble).digest()
        self._cipher = AESGCM(key)
        self._waiting = bytearray()
        self._number = 0
        stream.write(preamble)

    def write(self, data: bytes) -> None:
        """Take content; a chunk leaves when there is more than one."""
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._send(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def finish(self) -> None:
        """Write the last chunk."""
        self._send(bytes(self._waiting), last=True)

    def _send(self, data: bytes, *, last: bool) -> None:
        nonce = _NONCE.pack(self._number, last)
        self._stream.write(self._cipher.encrypt(nonce, data, self._bound))
        self._number += 1


class Reader:
    """Reads a header at once, and the content with the right key.

    Raises:
        Refused: The file is not a backup, or was made by a newer release.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self.name = name
        raw = stream.read(len(_MAGIC) + _LENGTH.size)
        if not raw.startswith(_MAGIC) or len(raw) != len(_MAGIC) + _LENGTH.size:
            told = say(
                "%(name)s is not a backup of telesec; nothing was changed. "
                "Type: telesec backup restore FILE, with a file that ends in .telesec-backup.",
                name=name,
            )
            raise Refused("not_a_backup", told, status=422)
        body = stream.read(min(_LENGTH.unpack(raw[-_LENGTH.size :])[0], LONGEST_HEADER))
        self._bound = hashlib.sha256(raw + body).digest()
        try:
            self._fields: dict[str, Any] = json.loads(body)
            newer = int(self._fields["format"]) > FORMAT
            fields = {name: self._fields[name] for name in Header.__dataclass_fields__}
        except (ValueError, KeyError, TypeError):
            raise damaged(name) from None
        self.header = Header(**fields)
        if newer:
            raise made_by_newer(self.header)

    def content(self, secret: Secret) -> Iterator[bytes]:
        """Yield the content chunk by chunk, each authenticated before it is handed out.

        Raises:
            Refused: The key is another one, or the file is damaged or cut short.
        """
        cipher = AESGCM(bytes(_unwrapped(self._fields, secret, self.name)))
        number, ahead = 0, self._stream.read(CHUNK + _TAG)
        while True:
            sealed, ahead = ahead, self._stream.read(CHUNK + _TAG)
            try:
                yield cipher.decrypt(_NONCE.pack(number, not ahead), sealed, self._bound)
            except InvalidTag:
                raise damaged(self.name) from None
            if not ahead:
                return
            number += 1


def damaged(name: str) -> Refused:
    """Return the refusal of a file that is not what was written."""
    told = say(
        "%(name)s is cut short or damaged; nothing was changed. Copy it again from where it was made, or "
        "take an older backup, then type: telesec backup restore FILE",
        name=name,
    )
    return Refused("backup_damaged", told, status=422)


def made_by_newer(header: Header) -> Refused:
    """Return the refusal of a backup this release cannot know."""
    told = say(
        "This backup was made by telesec %(version)s (schema %(schema)s), newer than this program. "
        "Nothing was changed. Install that release, then type: telesec backup restore FILE",
        version=header.telesec,
        schema=header.schema,
    )
    return Refused("backup_newer", told, status=422)


def _preamble(fields: Mapping[str, object]) -> bytes:
    body = _canonical(fields)
    return _MAGIC + _LENGTH.pack(len(body)) + body


def _canonical(fields: Mapping[str, object]) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def _context(fields: Mapping[str, object]) -> bytes:
    told = {name: value for name, value in fields.items() if name != "wrapped"}
    return b"telesec/backup/1\0" + _canonical(told)


def _wrapped(fields: Mapping[str, object], key: bytes, secret: Secret) -> dict[str, object]:
    """Return the header's part about the key."""
    if isinstance(secret, str):
        salt = os.urandom(16)
        about: dict[str, object] = {"key": {"salt": salt.hex()}}
        sealed = envelope.wrap(_derive(secret, salt), key, _context({**fields, **about}))
    else:
        about = {"key": {"id": secret.primary, "checksum": secret.checksum()}}
        _, sealed = secret.wrap(key, _context({**fields, **about}))
    return {**about, "wrapped": sealed.hex()}


def _unwrapped(fields: Mapping[str, Any], secret: Secret, name: str) -> bytes | bytearray:
    """Return the key of one file.

    Raises:
        Refused: It is not under this key; says which one it is under.
    """
    try:
        about, sealed, context = fields["key"], bytes.fromhex(fields["wrapped"]), _context(fields)
        salt = about.get("salt")
        if (salt is not None) != isinstance(secret, str):
            raise _other_key(name, about, secret)
        if isinstance(secret, str):
            return envelope.unwrap(_derive(secret, bytes.fromhex(salt)), sealed, context)
        return secret.unwrap(int(about["id"]), sealed, context)
    except envelope.Unreadable:
        raise _other_key(name, fields["key"], secret) from None
    except (KeyError, ValueError, TypeError, AttributeError):
        raise damaged(name) from None


def _other_key(name: str, about: Mapping[str, Any], secret: Secret) -> Refused:
    """Return the refusal of a key: a passphrase is needed, the key was rotated, or it is another."""
    if "salt" in about:
        told = say(
            "%(name)s opens with the passphrase it was made with, and with nothing else; nothing was "
            "changed. Type: telesec backup restore FILE --passphrase",
            name=name,
        )
        return Refused("backup_key", told, status=422)
    if not isinstance(secret, str) and int(about["id"]) not in secret.ids:
        told = say(
            "%(name)s was made with backup key %(id)s, checksum %(checksum)s; this key file holds only "
            "%(held)s: the key was changed in between. The database is as it was. Type: telesec backup "
            "restore FILE --key-file KEY_FILE, with your copy of the file that holds key %(id)s.",
            name=name,
            id=about["id"],
            checksum=about.get("checksum"),
            held=", ".join(map(str, sorted(secret.ids))),
        )
        return Refused("backup_key_older", told, status=422)
    told = say(
        "%(name)s does not open with this key; nothing was changed. It was made with backup key %(id)s, "
        "checksum %(checksum)s. Type: telesec backup restore FILE --key-file KEY_FILE, with the file that "
        "holds it.",
        name=name,
        id=about.get("id"),
        checksum=about.get("checksum"),
    )
    return Refused("backup_key", told, status=422)


def _derive(passphrase: str, salt: bytes) -> bytes:
    derive = Argon2id(salt=salt, length=32, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB)
    return derive.derive(passphrase.encode())
