"""A real PostgreSQL for tests: one server per test process, one migrated database, emptied between tests.

``TELESEC_TEST_POSTGRES`` names the version: ``18`` (embedded, the default) or another major version
found where Debian keeps it.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from telesec.foundation import migrate
from telesec.foundation.embedded_postgres import DatabaseUrls, programs
from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.foundation.postgres_server import PostgresServer
from telesec.foundation.provision import load_or_make_credentials, provision

FAST = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
KEPT = ("alembic_version", "pads")


def chosen_programs() -> Path:
    """Return the programs of the version the tests should run on.

    Raises:
        Misconfigured: That version is not on this machine; says what to install.
    """
    version = os.environ.get("TELESEC_TEST_POSTGRES", "18")
    if version == "18":
        return programs()
    folder = Path(f"/usr/lib/postgresql/{version}/bin")
    if not (folder / "postgres").exists():
        raise Misconfigured(
            say(
                "PostgreSQL %(version)s is missing. Type: apt-get install postgresql-%(version)s",
                version=version,
            )
        )
    return folder


@dataclass
class PostgresForTests:
    """The server, with one database per purpose."""

    server: PostgresServer
    keys: Path

    def remove(self) -> None:
        """Stop the server and delete its folder, some fifty megabytes."""
        self.server.stop()
        shutil.rmtree(self.keys.parent, ignore_errors=True)

    def make(self, name: str, *, revision: str = "head") -> DatabaseUrls:
        """Make a database, migrate it, return its addresses."""
        credentials = load_or_make_credentials(self.keys)
        provision(self.server.url(), name, credentials)
        urls = DatabaseUrls(
            app=self.server.url(name, "telesec_app", credentials.app),
            migrate=self.server.url(name, "telesec_migrate", credentials.migrate),
            backup=self.server.url(name, "telesec_backup", credentials.backup),
            context_key=credentials.context_key,
        )
        if revision:
            migrate.upgrade(urls.migrate, revision)
        return urls

    def admin(self, name: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """Connect as the superuser."""
        return psycopg.connect(self.server.url(name), autocommit=True)

    def empty(self, name: str) -> None:
        """Delete every row of every table, triggers and policies aside."""
        with self.admin(name) as admin:
            rows = admin.execute(
                "select schemaname, tablename from pg_tables where schemaname in "
                "('public', 'audit', 'vault', 'sec')"
            ).fetchall()
            words = [
                sql.SQL("delete from {}").format(sql.Identifier(str(schema), str(table)))
                for schema, table in rows
                if table not in KEPT
            ]
            admin.execute("set session_replication_role = replica")
            admin.execute(sql.SQL("; ").join(words))


def start_postgres() -> PostgresForTests:
    """Start a server in a fresh temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="telesec-pg-"))
    server = PostgresServer(chosen_programs(), folder / "data", settings=FAST)
    server.start()
    return PostgresForTests(server, folder / "keys")
