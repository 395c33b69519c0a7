"""Bring a backup back: into an empty database, in one transaction, after everything was checked.

Both files are decrypted and authenticated to their last byte before the database is touched; then schema,
data, keys and constraints are loaded in one transaction of ``telesec_migrate``. So whatever goes wrong, a
kill included, leaves the database as empty as it was, and the same command may be typed again.

Everybody logs in again afterwards: sessions of the past are not brought back to life.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from telesec.foundation import migrate, revision
from telesec.foundation.embedded_postgres import DatabaseUrls
from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.operations import identity, programs, targets
from telesec.operations.archive import Header, Reader, Secret, damaged, made_by_newer
from telesec.operations.backup import KEYS_SUFFIX, first_error
from telesec.operations.folders import cannot_write, held, require_room
from telesec.operations.machine_checks import BACKUP_SUFFIX
from telesec.vault.keyring import MasterKeys

ALREADY_THERE = (" SCHEMA - ", " ACL - SCHEMA ", " COMMENT - SCHEMA ")
"""Lines of a table of contents that provisioning has made in every database."""
BEGIN = b"begin;\ngrant create on schema public, audit, vault to telesec_system;\n"
"""A role must be able to make what it is given, for the time of the restore."""
COMMIT = b"""set row_security = on;
delete from public.login_session;
revoke create on schema public, audit, vault from telesec_system;
commit;
"""
PIECE = 256 * 1024


@dataclass(frozen=True)
class Restored:
    """What came back."""

    header: Header
    rows: dict[str, int]


@dataclass(frozen=True)
class _Opened:
    """One file, decrypted and whole: its manifest and its dump."""

    header: Header
    manifest: dict[str, Any]
    dump: Path


def keys_beside(data: Path, keys_folder: Path) -> Path:
    """Return the keys' file made with a data file: beside it, or in the keys' folder.

    Raises:
        Refused: It is in neither.
    """
    name = data.name.removesuffix(BACKUP_SUFFIX) + KEYS_SUFFIX
    for folder in (data.parent, keys_folder):
        if (folder / name).exists():
            return folder / name
    told = say("The keys' file %(name)s is missing. Name it, or a newer one, with --keys.", name=name)
    raise Refused("keys_missing", told, status=422)


def restore(
    urls: DatabaseUrls, files: tuple[Path, Path], secret: Secret, master: MasterKeys, scratch: Path
) -> Restored:
    """Fill an empty database; returns once the schema is this release's.

    Args:
        files: The data's file and the keys' file.
        secret: What the backup was encrypted with.
        master: The master keys of the installation that was backed up.
        scratch: Where the dumps may lie, decrypted, while they are loaded.

    Raises:
        Refused: Damaged, newer, of another installation, another key, no room, or the database is not empty.
            Nothing was changed.
    """
    server = targets.look(urls.migrate)
    if server.tables:
        told = say(
            "This database already holds tables; nothing was changed. Restore into an empty one: name "
            "another data folder (TELESEC_DATA_DIR), or make another database with telesec db provision."
        )
        raise Refused("database_not_empty", told)
    with _room(scratch, files, secret) as folder:
        data = _open(files[0], "data", secret, folder)
        keys = _open(files[1], "keys", secret, folder)
        _compare(data, keys, server.major, master)
        where = programs.folder_for(server.major)
        _load(urls.migrate, where, data.dump, keys.dump, folder)
    migrate.upgrade(urls.migrate)
    rows = {
        name: (keys if name.startswith("vault.") else data).manifest["rows"][name]
        for name in data.manifest["rows"]
    }
    return Restored(data.header, rows)


def manifest_of(path: Path, secret: Secret) -> tuple[Header, dict[str, Any]]:
    """Return header and manifest of a file without reading it to its end."""
    with path.open("rb") as stream:
        reader = Reader(stream, path.name)
        content = reader.content(secret)
        manifest, _ = _split(content, path.name)
        return reader.header, manifest


def require_files(files: Sequence[Path]) -> None:
    """Refuse files that are not there.

    Raises:
        Refused: With the one that is missing.
    """
    for path in files:
        if not path.is_file():
            raise Refused("no_such_file", say("There is no file %(path)s.", path=path), status=422)


@contextmanager
def _room(scratch: Path, files: Sequence[Path], secret: Secret) -> Iterator[Path]:
    """Yield a private folder with room for dumps and database; what a killed restore left is removed first.

    An embedded database lies on the same volume; on a server of one's own this asks for more than is needed.
    """
    require_files(files)
    with held(scratch):
        for left in scratch.glob(".restore-*"):
            shutil.rmtree(left, ignore_errors=True)
        loaded = int(manifest_of(files[0], secret)[1].get("bytes", 0))
        require_room(scratch, sum(path.stat().st_size for path in files) + loaded)
        folder = Path(tempfile.mkdtemp(prefix=".restore-", dir=scratch))
        try:
            yield folder
        except OSError as error:
            raise cannot_write(scratch, error) from None
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _open(path: Path, part: str, secret: Secret, folder: Path) -> _Opened:
    """Decrypt a file to the folder, to its last byte."""
    dump = folder / f"{part}.dump"
    with path.open("rb") as stream, dump.open("wb") as out:
        reader = Reader(stream, path.name)
        _require(reader.header, part, path.name)
        content = reader.content(secret)
        manifest, rest = _split(content, path.name)
        out.write(rest)
        for piece in content:
            out.write(piece)
    return _Opened(reader.header, manifest, dump)


def _split(content: Iterator[bytes], name: str) -> tuple[dict[str, Any], bytes]:
    """Return the manifest, and what the chunks read for it hold beyond it."""
    held = next(content)
    length = int.from_bytes(held[:4], "big")
    while len(held) < 4 + length:
        piece = next(content, b"")
        if not piece:
            raise damaged(name)
        held += piece
    manifest: dict[str, Any] = json.loads(held[4 : 4 + length])
    return manifest, held[4 + length :]


def _require(header: Header, part: str, name: str) -> None:
    if header.part != part:
        told = say("%(name)s is not the file of the %(part)s.", name=name, part=part)
        raise Refused("other_part", told, status=422)
    if header.schema not in revision.known():
        raise made_by_newer(header)


def _compare(data: _Opened, keys: _Opened, major: int, master: MasterKeys) -> None:
    """Refuse files that do not belong together, or that this server or master key cannot take.

    Keys newer than the data are welcome: what was erased in between stays erased.
    """
    if data.header.installation != keys.header.installation:
        told = say(
            "The two files are of two installations; nothing was changed. "
            "Type: telesec backup restore FILE --keys KEYS_FILE, with the keys' file of this backup."
        )
        raise Refused("other_installation", told, status=422)
    if keys.header.created_at < data.header.created_at:
        told = say(
            "The keys' file is older than the data: newer messages would not open. Nothing was changed. "
            "Type: telesec backup restore FILE --keys KEYS_FILE, with a newer one."
        )
        raise Refused("keys_older", told, status=422)
    if max(data.header.server, keys.header.server) > major:
        told = say(
            "The backup comes from PostgreSQL %(from_major)s, this server is %(major)s; nothing was changed. "
            "Use a server as new, then type: telesec backup restore FILE",
            from_major=data.header.server,
            major=major,
        )
        raise Refused("server_older", told, status=422)
    if older := identity.lacking(keys.manifest["installation_keys"], master):
        told = say(
            "This backup was made under master key %(id)s; the master key file holds only %(held)s: the "
            "key was rotated in between. Nothing was changed. Put the line of key %(id)s from your copy "
            "back into the file (TELESEC_MASTER_KEY_FILE), without the word primary, then type: telesec "
            "backup restore FILE, and after it: telesec keys rotate-master",
            id=", ".join(map(str, older)),
            held=", ".join(map(str, sorted(master.ids))),
        )
        raise Refused("older_master_key", told, status=422)
    if not identity.opens(keys.manifest["installation_keys"], master):
        told = say(
            "The master key at hand is not the one of this backup, but of another installation: it would "
            "stay unreadable. Nothing was changed. Put the master key file of that installation in place "
            "(TELESEC_MASTER_KEY_FILE), then type: telesec backup restore FILE"
        )
        raise Refused("other_master_key", told, status=422)


def _load(url: str, where: Path, data: Path, keys: Path, folder: Path) -> None:
    """Run everything through one psql, in one transaction that only we commit."""
    contents = _run(where, "--list", str(data))
    wanted = [line for line in contents.splitlines() if not any(word in line for word in ALREADY_THERE)]
    chosen = folder / "contents"
    chosen.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    with subprocess.Popen(
        [str(where / "psql"), "-X", "-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1", "-f", "-"],
        env=programs.environment(url),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as loading:
        script: BinaryIO = loading.stdin  # type: ignore[assignment]
        try:
            _write(script, where, keys, (f"--use-list={chosen}", str(data)))
        except BrokenPipeError:  # psql refused something, and says what
            with suppress(BrokenPipeError):
                script.close()
        except BaseException:
            loading.kill()
            raise
        complaint = loading.stderr.read() if loading.stderr else b""
    if loading.returncode:
        raise _failed(complaint.decode(errors="replace"))


def _write(script: BinaryIO, where: Path, keys: Path, listed: tuple[str, str]) -> None:
    """Write everything in one transaction; a script that ends before its ``commit`` changes nothing."""
    script.write(BEGIN)
    _feed(where, script, "--section=pre-data", "--section=data", *listed)
    _feed(where, script, str(keys))
    _feed(where, script, "--section=post-data", *listed)
    script.write(COMMIT)
    script.close()


def _feed(where: Path, script: BinaryIO, *words: str) -> None:
    """Send one part of a dump, as SQL, to psql."""
    with subprocess.Popen(
        [str(where / "pg_restore"), "-f", "-", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        source: BinaryIO = process.stdout  # type: ignore[assignment]
        try:
            shutil.copyfileobj(source, script, PIECE)
        except BaseException:
            process.kill()
            raise
        complaint = process.stderr.read() if process.stderr else b""
    if process.returncode:
        raise _failed(complaint.decode(errors="replace"))


def _run(where: Path, *words: str) -> str:
    answer = subprocess.run([str(where / "pg_restore"), *words], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise _failed(answer.stderr)
    return answer.stdout


def _failed(complaint: str) -> Refused:
    told = say("The restore failed and nothing was changed: %(reason)s", reason=first_error(complaint))
    return Refused("restore_failed", told)
