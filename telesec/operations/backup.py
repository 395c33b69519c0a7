"""Make a backup: two encrypted files of one moment, the data and, apart, the wrapped keys of its records.

Without the keys' file no record of the data opens, and without the master key neither helps; so the keys'
files may be forgotten sooner (7 days) than the data's (30), and a record that was erased stays erased when
old data is restored with newer keys.

pg_dump works as ``telesec_backup``, which reads everything but ``sec.pads``: they sign the tenant context,
and a thief of a backup must not be able to. A restore uses the pads of the database it fills.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
from psycopg import sql

from telesec import __version__
from telesec.foundation import revision
from telesec.foundation.embedded_postgres import DatabaseUrls
from telesec.foundation.errors import Misconfigured, Refused
from telesec.foundation.language import say
from telesec.operations import identity, programs
from telesec.operations.archive import Header, Reader, Secret, Writer
from telesec.operations.folders import cannot_write, held, require_room
from telesec.operations.machine_checks import BACKUP_SUFFIX

KEYS_SUFFIX = ".telesec-keys"
PARTIAL = ".part"
PIECE = 256 * 1024
SEES_ALL = "select rolbypassrls or rolsuper from pg_roles where rolname = current_user"
DATA_DUMP = ("--exclude-table=sec.pads", "--exclude-table-data=vault.*")
KEYS_DUMP = ("--data-only", "--schema=vault")
TABLES = """
select schemaname, tablename from pg_tables
where schemaname in ('public', 'audit', 'vault') order by 1, 2
"""
SIZE = """
select coalesce(sum(pg_table_size(c.oid)), 0)::bigint
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'audit', 'vault') and c.relkind = 'r'
"""


@dataclass(frozen=True)
class Made:
    """The two files of a backup."""

    data: Path
    keys: Path
    rows: int


def create(urls: DatabaseUrls, folder: Path, keys_folder: Path, secret: Secret, now: datetime) -> Made:
    """Write both files, read them back whole, then give them their names.

    Args:
        folder, keys_folder: Made when absent; a file appears there only when it is whole.
        secret: Encrypts both.

    Raises:
        Refused: Not enough room, another backup is under way, or pg_dump failed. No file is left.
        Misconfigured: The database is not one this release knows, or pg_dump or the role's right is missing.
    """
    revision.check(urls.app)
    with held(folder), held(keys_folder) if keys_folder != folder else nullcontext():
        return _create(urls, folder, keys_folder, secret, now)


def _create(urls: DatabaseUrls, folder: Path, keys_folder: Path, secret: Secret, now: datetime) -> Made:
    name = f"telesec-{now:%Y%m%dT%H%M%SZ}"
    paths = folder / f"{name}{BACKUP_SUFFIX}", keys_folder / f"{name}{KEYS_SUFFIX}"
    for place in {folder, keys_folder}:
        forget_partial(place)
    with _snapshot(urls.backup) as (connection, snapshot):
        if not _one(connection, SEES_ALL):
            raise Misconfigured(
                say(
                    "telesec_backup has no BYPASSRLS, so it sees no practice's rows. "
                    "Type telesec db provision, or back up with the server's own means: "
                    "see docs/operations.md."
                )
            )
        size = int(_one(connection, SIZE))
        require_room(folder, size)
        rows = count_rows(connection)
        manifest = {"rows": rows, "bytes": size, "installation_keys": identity.rows(connection)}
        data, keys = _header(connection, now, "data"), _header(connection, now, "keys")
        _write(paths[0], data, secret, manifest, _dump(urls.backup, data.server, snapshot, DATA_DUMP))
        _write(paths[1], keys, secret, manifest, _dump(urls.backup, keys.server, snapshot, KEYS_DUMP))
    for path in paths:
        _read_back(_partial(path), secret)
    for path in reversed(paths):
        _partial(path).replace(path)
        _sync(path.parent)
    return Made(*paths, rows=sum(rows.values()))


def prune(folder: Path, suffix: str, keep: timedelta, now: datetime) -> int:
    """Remove backups older than ``keep``, never the newest one; return how many."""
    found = sorted(folder.glob(f"telesec-*{suffix}"))
    old = [path for path in found[:-1] if path.stat().st_mtime < (now - keep).timestamp()]
    for path in old:
        path.unlink()
    return len(old)


def forget_partial(folder: Path) -> None:
    """Remove what an interrupted backup left."""
    for path in folder.glob(f"telesec-*{PARTIAL}"):
        path.unlink(missing_ok=True)


@contextmanager
def _snapshot(url: str) -> Iterator[tuple["psycopg.Connection[Any]", str]]:
    """Yield a connection and the name of its moment, which pg_dump is given too."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield connection, str(_one(connection, "select pg_export_snapshot()"))


def count_rows(connection: "psycopg.Connection[Any]") -> dict[str, int]:
    """Return how many rows each table holds, as the backup role sees them: all practices'."""
    tables = connection.execute(TABLES).fetchall()
    query = sql.SQL(" union all ").join(
        sql.SQL("select {}, count(*) from {}").format(
            sql.Literal(f"{schema}.{table}"), sql.Identifier(schema, table)
        )
        for schema, table in tables
    )
    return {name: int(count) for name, count in connection.execute(query).fetchall()}


def _header(connection: "psycopg.Connection[Any]", now: datetime, part: str) -> Header:
    return Header(
        part=part,
        telesec=__version__,
        schema=revision.current(connection) or "-",
        server=connection.info.server_version // 10000,
        installation=identity.of(identity.rows(connection)),
        created_at=now.isoformat(timespec="seconds"),
    )


def _dump(url: str, major: int, snapshot: str, words: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    program = programs.folder_for(major) / "pg_dump"
    how = ("--format=custom", "--compress=1", "--lock-wait-timeout=10000", f"--snapshot={snapshot}")
    return subprocess.Popen(
        [str(program), *how, *words],
        env=programs.environment(url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )


def _write(
    path: Path, header: Header, secret: Secret, manifest: dict[str, Any], dump: "subprocess.Popen[bytes]"
) -> None:
    """Encrypt the manifest and what pg_dump writes to the partial file."""
    partial = _partial(path)
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            writer = Writer(out, header, secret)
            told = json.dumps(manifest).encode()
            writer.write(len(told).to_bytes(4, "big") + told)
            _pour(dump, writer)
            writer.finish()
            out.flush()
            os.fsync(out.fileno())
    except BaseException as error:
        dump.kill()
        partial.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise cannot_write(path.parent, error) from None
        raise
    finally:
        dump.communicate()


def _pour(dump: "subprocess.Popen[bytes]", writer: Writer) -> None:
    source: BinaryIO = dump.stdout  # type: ignore[assignment]
    while piece := source.read(PIECE):
        writer.write(piece)
    complaint = dump.stderr.read().decode(errors="replace") if dump.stderr else ""
    if dump.wait():
        raise Refused("dump_failed", say("pg_dump failed: %(reason)s", reason=first_error(complaint)))


def first_error(complaint: str) -> str:
    """Return the first line of a complaint that names an error, without the rows it may quote after it."""
    lines = complaint.splitlines() or ["?"]
    return next((line for line in lines if "error" in line.lower()), lines[0])[:200]


def _read_back(path: Path, secret: Secret) -> None:
    """Authenticate every chunk of what lies on disk: a file that was not read back is not a backup."""
    with path.open("rb") as stream:
        for _ in Reader(stream, path.name).content(secret):
            pass


def _partial(path: Path) -> Path:
    return path.with_name(path.name + PARTIAL)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _one(connection: "psycopg.Connection[Any]", query: str) -> Any:
    row = connection.execute(query).fetchone()
    if row is None:
        raise Misconfigured(say("The database does not answer."))
    return row[0]
