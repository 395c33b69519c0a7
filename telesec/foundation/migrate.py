"""Bring a database's schema to a revision, or say where it stands."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.foundation.provision import OLDEST_SERVER

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Apply every step up to ``revision`` as the migration role."""
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take steps back down to ``revision`` (``base`` for an empty schema)."""
    command.downgrade(_config(url), revision)


def head() -> str:
    """Return the newest revision this code knows."""
    return ScriptDirectory.from_config(_config("")).get_current_head() or ""


def check(url: str) -> None:
    """Refuse to run on a schema or a server this code does not know.

    Raises:
        Misconfigured: With the command to type.
    """
    with psycopg.connect(url) as connection:
        if connection.info.server_version < OLDEST_SERVER:
            raise Misconfigured(say("PostgreSQL 15 or newer is needed."))
        row = connection.execute("select to_regclass('public.alembic_version')").fetchone()
        current = None
        if row and row[0]:
            found = connection.execute("select version_num from alembic_version").fetchone()
            current = found[0] if found else None
    if current != head():
        raise Misconfigured(
            say(
                "The database is at revision %(current)s, this release needs %(head)s. "
                "Run: telesec db upgrade",
                current=current or "-",
                head=head(),
            )
        )
