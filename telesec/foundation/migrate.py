"""Bring a database's schema to a revision. Where it stands: ``telesec.foundation.revision``.

All steps run in one transaction under one lock: two upgrades at once do the work once, and one that is
interrupted has changed nothing. A step waits 4 s for a table and runs 60 s at most, so that the previous
release goes on beside it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from telesec.foundation import revision
from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.foundation.revision import SCRIPTS

TABLE_IN_USE, TOO_SLOW = "55P03", "57014"


@dataclass(frozen=True)
class Step:
    """One migration: its revision and what it brings."""

    revision: str
    brings: str


@dataclass(frozen=True)
class Plan:
    """Where a database is, and the steps to this release."""

    current: str | None
    steps: tuple[Step, ...]


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def plan(url: str) -> Plan:
    """Return what an upgrade would do; changes nothing.

    Raises:
        Misconfigured: The server is too old, or the schema newer than this program.
    """
    with revision.connect(url) as connection:
        revision.require_server(connection.info.server_version)
        current = revision.current(connection)
    if current is not None and current not in revision.known():
        raise revision.newer(current)
    scripts = ScriptDirectory.from_config(_config(url))
    found = [
        Step(script.revision, script.doc) for script in scripts.iterate_revisions("head", current or "base")
    ]
    return Plan(current, tuple(reversed(found)))


def upgrade(url: str, revision: str = "head") -> None:
    """Apply every step up to ``revision`` as the migration role; doing it twice is doing it once.

    Raises:
        Misconfigured: As :func:`plan`; or a table was in use, and nothing was changed.
    """
    plan(url)
    with _told():
        command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take steps back down to ``revision`` (``base`` for an empty schema)."""
    command.downgrade(_config(url), revision)


@contextmanager
def _told() -> Iterator[None]:
    """Turn the two limits into a sentence."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in {TABLE_IN_USE, TOO_SLOW}:
            raise
        raise Misconfigured(
            say(
                "The upgrade waited too long for a table that is in use. Nothing was changed. "
                "Type telesec db upgrade again, at a quieter moment if need be."
            )
        ) from None
