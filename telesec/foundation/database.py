"""The database: declarative base, engine, and sessions that sign their tenant context.

PostgreSQL only. Every tenant table's keys begin with ``practice_id``; queries name it too, since
relying on the policy alone costs a scan. Tables outside tenants are listed in ``GLOBAL_TABLES``.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from telesec.foundation import tenant_context
from telesec.foundation.standstill import Standstill

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
    "ex": "ex_%(table_name)s_%(constraint_name)s",
}

WAIT_SECONDS = 4
"""For a connection, new or of the pool: a person is told within five seconds that there is none."""
CONTEXT = "telesec.context"
"""Under what name a session carries the practices and the actor its transactions sign."""
KEPT = "telesec.kept"
"""Under what name a session holds the rows it read."""
SET_CONTEXT = text("select set_config(:name, :value, true)")


class Base(DeclarativeBase):
    """Every table of telesec."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: DateTime(timezone=True),
        UUID: postgresql.UUID(as_uuid=True),
        bytes: LargeBinary,
        int: BigInteger,
        dict[str, Any]: JSONB,
    }


class Database:
    """One engine and its sessions, for the application role.

    Args:
        url: ``postgresql://…`` of the application role.
        context_key: 32 bytes that sign the tenant context.
        pool_size: Connections kept; twice as many may open under load.
        engine: One made before for this url, whose compiled statements are used again; else a new one.
    """

    def __init__(
        self, url: str, context_key: bytes, *, pool_size: int = 8, engine: Engine | None = None
    ) -> None:
        self.url = url
        self._context_key = context_key
        self.engine: Engine = engine or create_engine(
            sqlalchemy_url(url), pool_size=pool_size, max_overflow=pool_size * 2, pool_pre_ping=True,
            pool_timeout=WAIT_SECONDS, connect_args={"connect_timeout": WAIT_SECONDS},
        )  # fmt: skip
        self.sessions = sessionmaker(self.engine, expire_on_commit=False, autoflush=True)
        self._standstill = Standstill(url)
        if engine is None:
            event.listen(self.engine, "do_connect", self._connect)
        event.listen(self.sessions, "after_begin", self._sign)
        event.listen(self.sessions, "loaded_as_persistent", _keep)
        event.listen(self.sessions, "persistent_to_detached", _let_go)

    def session(self, practice_ids: Sequence[UUID], actor: str) -> Session:
        """Return a session whose every transaction signs this context first."""
        return self.sessions(info={CONTEXT: (tuple(practice_ids), actor)})

    def direct(self) -> "psycopg.Connection[Any]":
        """Open a connection of its own (advisory locks, LISTEN); the caller closes it."""
        return self._standstill.connect(self.url, autocommit=True, connect_timeout=WAIT_SECONDS)

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()
        self._standstill.close()

    def _connect(
        self, _dialect: object, _record: object, words: tuple[Any, ...], named: dict[str, Any]
    ) -> "psycopg.Connection[Any]":
        """Open a connection of the pool."""
        return self._standstill.connect(*words, **named)

    def _sign(self, session: Session, _transaction: object, connection: Connection) -> None:
        """Sign the context of a transaction that begins; a session without one sees no tenant's row."""
        if CONTEXT in session.info:
            practice_ids, actor = session.info[CONTEXT]
            value = tenant_context.sign(self._context_key, practice_ids, actor)
            connection.execute(SET_CONTEXT, {"name": tenant_context.SETTING, "value": value})


def _keep(session: Session, row: object) -> None:
    """Hold what was read, so that asking again by key asks the session and not the database."""
    session.info.setdefault(KEPT, set()).add(row)


def _let_go(session: Session, row: object) -> None:
    """Hold no longer what the session gave up: a chain that is streamed must not stay in memory."""
    session.info.get(KEPT, set()).discard(row)


def sqlalchemy_url(url: str) -> str:
    """Return ``url`` with the driver SQLAlchemy should use."""
    scheme, rest = url.split("://", 1)
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url
