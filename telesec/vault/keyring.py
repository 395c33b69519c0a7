"""The master keys: outside the database, several by id, one of them primary.

A key file holds one key a line, ``<id> <base64 of 32 bytes>``, and the word ``primary`` after the one
that wraps from now on (a single key needs no word). Adding a key before making it primary lets many
machines learn it before one of them uses it. A file that anybody but its owner can read is refused.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import stat
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import Sentence, say
from telesec.vault import envelope

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class MasterKeys:
    """Wraps and unwraps data keys; the database never sees what is in here.

    Unwrapped data keys are remembered by their wrapped bytes. So a key whose transaction was rolled
    back is never taken for another, and an external key service is asked once per key and process.

    Args:
        keys: Key id → 32 bytes.
        primary: The id that wraps new keys; one of ``keys``.
    """

    def __init__(self, keys: Mapping[int, bytes], primary: int) -> None:
        if primary not in keys or any(len(key) != envelope.KEY_BYTES for key in keys.values()):
            raise Misconfigured(say("The master keys are not valid: each has 32 bytes, one is primary."))
        self._keys = {key_id: bytearray(key) for key_id, key in keys.items()}
        self._opened: dict[tuple[int, bytes, bytes], bytearray] = {}
        self._lock = threading.Lock()
        self.primary = primary
        self.source: Path | None = None

    def file_state(self) -> str:
        """Return whether the file these came from still holds them: ``ok``, ``unreadable`` or ``another``.

        What runs needs it no more; the next start does.
        """
        if self.source is None:
            return "ok"
        try:
            there = from_file(self.source)
        except Misconfigured:
            return "unreadable"
        same = self._checksums() <= there._checksums()  # noqa: SLF001 - of this class
        there.wipe()
        return "ok" if same else "another"

    @property
    def ids(self) -> frozenset[int]:
        """The ids of the keys at hand."""
        return frozenset(self._keys)

    def checksum(self) -> str:
        """Return the primary key's checksum, as it stands on paper."""
        return _checksum(self.primary, bytes(self._keys[self.primary]))

    def _checksums(self) -> set[str]:
        return {f"{key_id} {_checksum(key_id, bytes(key))}" for key_id, key in self._keys.items()}

    def wrap(self, plain: bytes | bytearray, context: bytes) -> tuple[int, bytes]:
        """Return the primary key's id and ``plain`` wrapped under it."""
        return self.primary, envelope.wrap(self._keys[self.primary], plain, _with(context, self.primary))

    def unwrap(self, key_id: int, blob: bytes, context: bytes) -> bytearray:
        """Return what was wrapped. The buffer is shared: do not wipe it.

        Raises:
            Unreadable: The master key is not at hand, or is another key under the same id.
        """
        memo = (key_id, context, blob)
        with self._lock:
            known = self._opened.get(memo)
        if known is not None:
            return known
        if key_id not in self._keys:
            raise envelope.Unreadable
        plain = envelope.unwrap(self._keys[key_id], blob, _with(context, key_id))
        with self._lock:
            return self._opened.setdefault(memo, plain)

    def wipe(self) -> None:
        """Overwrite every key held; nothing opens afterwards."""
        with self._lock:
            for buffer in (*self._keys.values(), *self._opened.values()):
                buffer[:] = bytes(len(buffer))
            self._keys.clear()
            self._opened.clear()


def from_text(text: str) -> MasterKeys:
    """Read the keys of a key file or of an environment variable (lines or ``;`` between keys).

    Raises:
        Misconfigured: A line that is not a key, an id used twice, or no single primary key.
    """
    keys: dict[int, bytes] = {}
    primaries: list[int] = []
    for line in filter(None, (part.strip() for part in text.replace(";", "\n").splitlines())):
        if line.startswith("#"):
            continue
        key_id, key, marked = _parse(line)
        if key_id in keys:
            raise Misconfigured(say("Two master keys have the id %(id)s.", id=key_id))
        keys[key_id] = key
        primaries += [key_id] if marked else []
    if not primaries and len(keys) == 1:
        primaries = list(keys)
    if len(primaries) != 1:
        raise Misconfigured(say("Mark one master key with the word primary."))
    return MasterKeys(keys, primaries[0])


def from_file(path: Path) -> MasterKeys:
    """Read a key file.

    Raises:
        Misconfigured: It is missing, not a regular file, or readable by others than its owner.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        raise Misconfigured(lost(path)) from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise Misconfigured(lost(path))
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as stream:
        if mode & _OTHERS:
            raise Misconfigured(
                say("The master key file %(path)s is open to others. Type: chmod 400 %(path)s", path=path)
            )
        keys = from_text(stream.read())
    keys.source = path
    return keys


def lost(path: Path) -> Sentence:
    """Return what is said where a key file is not at hand; a new key opens nothing that exists."""
    return say(
        "The master key file %(path)s cannot be read. Put your copy of it back there: without it no message "
        "can be read. Only a new installation makes one: telesec keys generate %(path)s",
        path=path,
    )


def generate_file(path: Path) -> int:
    """Write a new key file (0400), or add a key to it that is not yet primary; return the key's id.

    Raises:
        Misconfigured: An existing file is not a valid, private key file.
    """
    line = base64.b64encode(os.urandom(envelope.KEY_BYTES)).decode()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, f"1 {line} primary\n")
        return 1
    key_id = max(from_file(path).ids) + 1
    _write(path, path.read_text("ascii").rstrip("\n") + f"\n{key_id} {line}\n")
    return key_id


@dataclass(frozen=True)
class PrintedKey:
    """A master key as it is kept on paper: eight groups of eight letters and digits, and a checksum."""

    id: int
    groups: tuple[str, ...] = field(repr=False)
    checksum: str


def printed(path: Path) -> tuple[PrintedKey, ...]:
    """Return the keys of a file as they are kept on paper, in order.

    Raises:
        Misconfigured: The file cannot be read or is not valid.
    """
    from_file(path)
    lines = path.read_text("ascii").splitlines()
    keys = [_parse(line) for line in lines if line.strip() and not line.startswith("#")]
    return tuple(
        PrintedKey(key_id, tuple(re.findall(".{8}", key.hex())), _checksum(key_id, key))
        for key_id, key, _ in keys
    )


def from_paper(path: Path, key_id: int, typed: str, checksum: str) -> None:
    """Write a new key file from what was kept on paper.

    Raises:
        Misconfigured: A file is there already, or something was mistyped: the checksum does not fit.
    """
    if path.exists():
        raise Misconfigured(say("%(path)s is there already; nothing was written.", path=path))
    try:
        key = bytes.fromhex("".join(typed.split()).lower())
    except ValueError:
        key = b""
    given = "".join(checksum.split()).lower()
    if len(key) != envelope.KEY_BYTES or not hmac.compare_digest(_checksum(key_id, key), given):
        raise Misconfigured(
            say("Key and checksum do not fit: something was mistyped. Read both again, nothing was written.")
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(path, f"{key_id} {base64.b64encode(key).decode()} primary\n")


def _checksum(key_id: int, key: bytes) -> str:
    """Return eight digits that tell a slip of the pen; they say nothing of the key's 256 bits."""
    return hashlib.sha256(b"telesec/paper/1\0" + struct.pack(">I", key_id) + key).hexdigest()[:8]


def make_primary(path: Path, key_id: int) -> None:
    """Mark one key of the file as the one that wraps from now on.

    Raises:
        Misconfigured: The file is not valid or holds no such key.
    """
    if key_id not in from_file(path).ids:
        raise Misconfigured(say("There is no master key %(id)s in this file.", id=key_id))
    lines = [line.removesuffix(" primary") for line in path.read_text("ascii").splitlines()]
    marked = [f"{line} primary" if line.split(" ")[0] == str(key_id) else line for line in lines]
    _write(path, "\n".join(marked) + "\n")


def _write(path: Path, text: str) -> None:
    """Replace the file in one step, never readable by others."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)


def _parse(line: str) -> tuple[int, bytes, bool]:
    """Return id, key and whether it is marked; the line itself never enters an error."""
    words = line.split()
    if not 2 <= len(words) <= 3 or (len(words) == 3 and words[2] != "primary") or not words[0].isdecimal():
        raise Misconfigured(say("A line of the master keys is not `<id> <base64> [primary]`."))
    try:
        key = base64.b64decode(words[1], validate=True)
    except binascii.Error:
        raise Misconfigured(say("A master key is not base64.")) from None
    return int(words[0]), key, len(words) == 3


def _with(context: bytes, key_id: int) -> bytes:
    """Bind the master key's id to what is wrapped."""
    return context + struct.pack(">I", key_id)
