"""A database that stands still closes no connection: whoever waits is told within five seconds anyhow."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from telesec.foundation.database import Database
from telesec.foundation.embedded_postgres import EmbeddedPostgres
from telesec.testing.installation import wait_for
from telesec.testing.still import standing_still

LONGEST = 20
"""Seconds a bounded wait may take on a crowded machine; without the watch it has no end."""


@pytest.fixture(scope="module")
def embedded():
    with tempfile.TemporaryDirectory(prefix="telesec-still-", ignore_cleanup_errors=True) as name:
        server = EmbeddedPostgres(Path(name))
        server.start()
        yield server
        server.stop()


@pytest.fixture
def database(embedded):
    urls = embedded.urls()
    with closing(Database(urls.app, urls.context_key)) as database:
        yield database


def asks(database, words="select 1"):
    with database.session((), "test") as session:
        return session.execute(text(words)).scalar()


def refused(database):
    with pytest.raises(OperationalError):
        asks(database)
    return True


def test_who_waits_and_who_comes_is_told_and_served_again_afterwards(database, embedded):
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(asks, [database] * 8)) == [1] * 8
        with standing_still([embedded.server.pid]):
            told = [pool.submit(refused, database) for _ in range(8)]
            assert all(one.result(LONGEST) for one in told)
            assert pool.submit(refused, database).result(LONGEST)

    assert wait_for(lambda: _answers(database))


def _answers(database):
    try:
        return asks(database)
    except OperationalError:
        return False


def test_a_slow_statement_of_a_server_that_answers_is_never_cut(database):
    watch = database._standstill
    with ThreadPoolExecutor(1) as pool, closing(database.direct()) as holder:
        holder.execute("select pg_advisory_lock(1)")
        slow = pool.submit(asks, database, "select 7 from (select pg_advisory_lock(1)) as waited")
        for _ in range(2):
            before = watch._answered_at
            assert wait_for(lambda before=before: watch._answered_at > before)
        holder.execute("select pg_advisory_unlock(1)")

        assert slow.result(LONGEST) == 7
