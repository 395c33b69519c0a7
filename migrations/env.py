"""Alembic's entry: runs as ``telesec_migrate``, one transaction, one at a time, short limits."""

from alembic import context
from sqlalchemy import create_engine, text

from telesec.foundation.database import sqlalchemy_url


def run() -> None:
    """Apply the steps asked for."""
    url = context.config.attributes["url"]
    engine = create_engine(sqlalchemy_url(url))
    with engine.connect() as connection:
        connection.execute(text("set lock_timeout = '4s'"))
        connection.execute(text("set statement_timeout = '60s'"))
        connection.commit()
        context.configure(connection=connection, transaction_per_migration=False)
        with context.begin_transaction():
            connection.execute(text("set local lock_timeout = '120s'"))
            connection.execute(
                text("select pg_advisory_xact_lock(hashtextextended('telesec db upgrade', 0))")
            )
            connection.execute(text("set local lock_timeout = '4s'"))
            context.run_migrations()
            connection.execute(text("grant select on alembic_version to telesec_app, telesec_backup"))
    engine.dispose()


run()
