"""The database a command works on, by its roles' addresses; the embedded one is started when it rests."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg

from telesec.foundation import revision
from telesec.foundation.embedded_postgres import DatabaseUrls, EmbeddedPostgres
from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.settings import Settings


@dataclass(frozen=True)
class Server:
    """What answers at an address."""

    major: int
    tables: int
    """Tables in telesec's schemas, but for the pads that provisioning makes."""


@contextmanager
def database(settings: Settings, *, make: bool = False) -> Iterator[DatabaseUrls]:
    """Yield the addresses; a server of one's own must answer, the embedded one is started and stopped again.

    Args:
        make: Whether an embedded database that does not exist yet is made.

    Raises:
        Misconfigured: An address is not set, or there is no installation in the data folder.
    """
    if settings.database_url.get_secret_value():
        yield _own(settings)
        return
    embedded = EmbeddedPostgres(settings.data_dir)
    if not make and not (embedded.server.data / "PG_VERSION").exists():
        raise Misconfigured(say("There is no installation in %(path)s.", path=settings.data_dir.resolve()))
    if _answers(embedded):
        yield embedded.urls()
        return
    try:
        yield embedded.start()
    finally:
        embedded.stop()


def look(url: str) -> Server:
    """Return what answers.

    Raises:
        Misconfigured: Nothing answers, or it is too old.
    """
    with revision.connect(url) as connection:
        number = connection.info.server_version
        revision.require_server(number)
        row = connection.execute(
            "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname in ('public', 'audit', 'vault', 'sec') and c.relkind in ('r', 'p', 'v')"
            " and (n.nspname, c.relname) <> ('sec', 'pads')"
        ).fetchone()
    return Server(number // 10000, int(row[0]) if row else 0)


def _own(settings: Settings) -> DatabaseUrls:
    needed = {
        "TELESEC_MIGRATE_URL": settings.migrate_url,
        "TELESEC_BACKUP_URL": settings.backup_url,
        "TELESEC_CONTEXT_KEY": settings.context_key,
    }
    missing = [name for name, value in needed.items() if not value.get_secret_value()]
    if missing:
        raise Misconfigured(say("Set %(names)s; telesec db provision made them.", names=", ".join(missing)))
    return DatabaseUrls(
        app=settings.database_url.get_secret_value(),
        migrate=settings.migrate_url.get_secret_value(),
        backup=settings.backup_url.get_secret_value(),
        context_key=bytes.fromhex(settings.context_key.get_secret_value()),
    )


def _answers(embedded: EmbeddedPostgres) -> bool:
    if embedded.server.password_file.exists():
        with suppress(psycopg.OperationalError):
            psycopg.connect(embedded.server.url(), connect_timeout=5).close()
            return True
    return False
