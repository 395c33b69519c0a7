"""Where a database's schema stands, and which step this code is made for.

Apart from ``migrate`` because every process asks it at start, and Alembic is slow to load.
"""

from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.foundation.provision import OLDEST_SERVER

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


@cache
def head() -> str:
    """Return the newest revision this code knows: each step's file bears its name, numbered."""
    return known()[-1]


@cache
def known() -> tuple[str, ...]:
    """Return every revision this code knows, oldest first."""
    return tuple(sorted(path.stem for path in (SCRIPTS / "versions").glob("[0-9]*.py")))


def current(connection: "psycopg.Connection[Any]") -> str | None:
    """Return the revision a database is at, or None where it has no schema yet."""
    row = connection.execute("select to_regclass('public.alembic_version')").fetchone()
    if not (row and row[0]):
        return None
    found = connection.execute("select version_num from alembic_version").fetchone()
    return str(found[0]) if found else None


def require_server(number: int) -> None:
    """Refuse a server that is too old; ``number`` as PostgreSQL's ``server_version_num``.

    Raises:
        Misconfigured: It is older than 15.
    """
    if number < OLDEST_SERVER:
        raise Misconfigured(say("PostgreSQL 15 or newer is needed."))


def newer(at: str) -> Misconfigured:
    """Return the refusal of a schema this code does not know."""
    return Misconfigured(
        say(
            "The database is at revision %(current)s, newer than this program knows (%(head)s). "
            "Install that release of telesec, or restore a backup made before.",
            current=at,
            head=head(),
        )
    )


def check(url: str) -> None:
    """Refuse to run on a schema or a server this code does not know.

    Raises:
        Misconfigured: With the command to type.
    """
    with connect(url) as connection:
        require_server(connection.info.server_version)
        at = current(connection)
    if at is not None and at not in known():
        raise newer(at)
    if at != head():
        raise Misconfigured(
            say(
                "The database is at revision %(current)s, this release needs %(head)s. "
                "Run: telesec db upgrade",
                current=at or "-",
                head=head(),
            )
        )


def is_reached(url: str) -> bool:
    """Return whether a database is where this code needs it, so that no upgrade has to be looked for.

    Raises:
        Misconfigured: The server is too old.
    """
    with connect(url) as connection:
        require_server(connection.info.server_version)
        return current(connection) == head()


def connect(url: str) -> "psycopg.Connection[tuple[Any, ...]]":
    """Open a connection; the caller closes it.

    Raises:
        Misconfigured: Nothing answers at this address.
    """
    try:
        return psycopg.connect(url, connect_timeout=10)
    except psycopg.OperationalError:
        raise Misconfigured(
            say("The database does not answer. Start it, or correct TELESEC_DATABASE_URL.")
        ) from None
