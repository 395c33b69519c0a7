"""The pytest plug-in: fixtures every room's tests and every telesec plug-in's tests share."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from telesec.bootstrap import CalendarRegistry, Deps, build_deps
from telesec.foundation.access import Actor
from telesec.foundation.database import Database
from telesec.foundation.embedded_postgres import DatabaseUrls
from telesec.foundation.unit_of_work import UnitOfWork
from telesec.settings import Settings
from telesec.testing.cast import Cast, seed_cast
from telesec.testing.clock import MovableClock
from telesec.testing.postgres import PostgresForTests, start_postgres
from telesec.vault import keyring

DATABASE = "telesec_test"


@pytest.fixture
def clock() -> MovableClock:
    """A clock that starts on Thursday 2026-11-26 at 09:00 UTC and moves on demand."""
    return MovableClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresForTests]:
    """A real PostgreSQL server of this test process."""
    running = start_postgres()
    yield running
    running.remove()


@pytest.fixture(scope="session")
def migrated(postgres: PostgresForTests) -> DatabaseUrls:
    """The addresses of one migrated database."""
    return postgres.make(DATABASE)


@pytest.fixture(scope="session")
def compiled(migrated: DatabaseUrls) -> Engine:
    """The engine of this test process: a statement is compiled for the first test that makes it only."""
    return Database(migrated.app, migrated.context_key).engine


@pytest.fixture
def database(postgres: PostgresForTests, migrated: DatabaseUrls, compiled: Engine) -> Iterator[Database]:
    """An empty database, as the application role; what a test listens to on its engine ends with it."""
    postgres.empty(DATABASE)
    database = Database(migrated.app, migrated.context_key, engine=compiled.execution_options())
    yield database
    database.close()


@pytest.fixture(scope="session")
def master_key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A master key of this test process."""
    path = tmp_path_factory.mktemp("keys") / "master.key"
    keyring.generate_file(path)
    return path


@pytest.fixture
def settings(tmp_path: Path, master_key_file: Path) -> Settings:
    """Settings of a test: loopback allowed, cheap password hashing."""
    return Settings(
        data_dir=tmp_path,
        master_key_file=master_key_file,
        public_url="http://localhost:8000",
        allowed_networks=("127.0.0.0/8", "::1/128"),
        password_memory_kib=1024,
        mail_from="bureau@telesec.example",
    )


@pytest.fixture
def deps(settings: Settings, database: Database, clock: MovableClock) -> Iterator[Deps]:
    """Every part, on real PostgreSQL and the moved clock; no calendar, channel or carrier yet."""
    built = build_deps(
        settings,
        database=database,
        clock=clock,
        calendars=CalendarRegistry(()),
        channels={},
        carriers={},
    )
    yield built
    built.close()


@pytest.fixture
def cast(deps: Deps) -> Cast:
    """Two practices and the people of the examples."""
    return seed_cast(deps)


@pytest.fixture
def uow_as(deps: Deps) -> Callable[[Actor], AbstractContextManager[UnitOfWork]]:
    """What opens a unit of work for an actor of the cast."""
    return deps.unit_of_work
