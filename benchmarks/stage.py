"""Where things are measured: one durable server, and a fresh database for each part."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
from flask import Flask
from psycopg import sql

from telesec.app import create_app
from telesec.bootstrap import CalendarRegistry, Deps, build_deps
from telesec.foundation.access import Actor, Purpose, Role, system_actor
from telesec.foundation.database import Database
from telesec.foundation.embedded_postgres import DatabaseUrls, programs
from telesec.foundation.garbage import not_collecting
from telesec.foundation.ids import new_id
from telesec.foundation.postgres_server import PostgresServer
from telesec.practices import service as practices
from telesec.practices.service import CreatePractice
from telesec.settings import Settings
from telesec.testing.cast import Cast, seed_cast
from telesec.testing.postgres import PostgresForTests
from telesec.vault import keyring

API_LIMIT = 1_000_000


@dataclass
class Hall:
    """The server, and the folder with its keys."""

    made: PostgresForTests
    folder: Path
    count: int = 0

    @contextmanager
    def stage(self, **parts: object) -> Iterator["Stage"]:
        """Yield a fresh database with the cast in it; ``parts`` replace those of ``Deps``."""
        self.count += 1
        name = f"telesec_bench_{self.count}"
        urls = self.made.make(name)
        settings = Settings(
            data_dir=self.folder,
            master_key_file=self.folder / "master.key",
            public_url="http://localhost:8000",
            api_requests_per_minute=API_LIMIT,
        )
        given = {"calendars": CalendarRegistry(()), "channels": {}, "carriers": {}, **parts}
        with (
            closing(build_deps(settings, database=Database(urls.app, urls.context_key), **given)) as deps,
            closing(self.made.admin(name)) as admin,
        ):
            yield Stage(deps, seed_cast(deps), admin, urls, self.folder)


@dataclass
class Stage:
    """One database.

    Args:
        admin: A connection as the superuser, to write many rows at once.
    """

    deps: Deps
    cast: Cast
    admin: "psycopg.Connection[tuple[object, ...]]"
    urls: DatabaseUrls
    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        """The settings of a process that works on this database."""
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith("TELESEC_")},
            "TELESEC_DATABASE_URL": self.urls.app,
            "TELESEC_CONTEXT_KEY": self.urls.context_key.hex(),
            "TELESEC_MASTER_KEY_FILE": str(self.folder / "master.key"),
            "TELESEC_DATA_DIR": str(self.folder),
            "TELESEC_API_REQUESTS_PER_MINUTE": str(API_LIMIT),
        }

    def app(self) -> Flask:
        """Make the application as the web process does."""
        with not_collecting():
            return create_app(self.deps)

    def practice(self, name: str) -> UUID:
        """Make a practice."""
        practice_id = new_id()
        with self.deps.unit_of_work(system_actor(Purpose.SETUP, practice_id)) as uow:
            practices.create_practice(uow, CreatePractice(id=practice_id, name=name))
            uow.commit()
        return practice_id

    def clone(self, table: str, where: str, times: int, changes: str) -> None:
        """Copy the rows of a table that fit ``where``, each so many times, with some columns changed.

        Args:
            changes: ``'column', expression, …``; ``s`` is the row copied and ``n`` counts from 1.
        """
        words = (
            "insert into {0} select r.* from {0} as s cross join generate_series(1, %s) as n "
            f"cross join lateral jsonb_populate_record(s, jsonb_build_object({changes})) as r where {where}"
        )
        self.admin.execute(sql.SQL(words).format(sql.Identifier(table)), (times,))  # type: ignore[arg-type]

    def settle(self) -> None:
        """Let the planner know what was written."""
        self.admin.execute("vacuum analyze")


def secretary(*practice_ids: UUID) -> Actor:
    """Return somebody who serves these practices."""
    return Actor(Role.SECRETARY, new_id(), dict.fromkeys(practice_ids, Role.SECRETARY))


@contextmanager
def hall() -> Iterator[Hall]:
    """Run the server for as long as anything is measured, then throw everything away."""
    folder = Path(tempfile.mkdtemp(prefix="telesec-bench-"))
    server = PostgresServer(programs(), folder / "data")
    server.start()
    try:
        keyring.generate_file(folder / "master.key")
        yield Hall(PostgresForTests(server, folder / "keys"), folder)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
