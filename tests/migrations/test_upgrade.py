"""``telesec db upgrade`` says what it will do, does it once, and what stops it leaves nothing half done."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from telesec.foundation import migrate, revision
from telesec.foundation.errors import Misconfigured
from telesec.testing.installation import wait_for

BEFORE, ALTERED = "0017_breaks_and_drops", "protocol_signature"
"""A revision, and a table that a later step alters."""


def command(urls, *words):
    environ = {
        "TELESEC_DATABASE_URL": urls.app, "TELESEC_MIGRATE_URL": urls.migrate,
        "TELESEC_CONTEXT_KEY": urls.context_key.hex(),
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "telesec", "db", "upgrade", *words],
        env={**os.environ, **environ}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def at(urls):
    with revision.connect(urls.migrate) as connection:
        return revision.current(connection)


@pytest.fixture
def old(postgres):
    """A database of an earlier release."""
    yield postgres.make("telesec_upgraded", revision=BEFORE)
    with postgres.admin() as admin:
        admin.execute("drop database telesec_upgraded with (force)")


def test_a_dry_run_names_every_step_and_changes_nothing(old):
    said, _ = command(old, "--dry-run").communicate(timeout=240)

    later = [name for name in revision.known() if name > BEFORE]
    assert later
    assert [name for name in later if name not in said] == []
    assert "Nothing was changed." in said
    assert at(old) == BEFORE


def test_only_the_newest_schema_counts_as_reached(old):
    before = revision.is_reached(old.migrate)

    migrate.upgrade(old.migrate)

    assert (before, revision.is_reached(old.migrate)) == (False, True)


def test_an_upgrade_says_where_it_ended_and_the_next_has_nothing_to_do(old):
    first, _ = command(old).communicate(timeout=240)
    second, _ = command(old).communicate(timeout=240)

    assert f"the schema is at {revision.head()}" in first
    assert second == f"Nothing to do: the schema is at {revision.head()}.\n"


def test_two_upgrades_at_once_do_the_work_once(old):
    with ThreadPoolExecutor(2) as pool:
        running = [command(old) for _ in range(2)]
        answers = list(pool.map(lambda process: process.communicate(timeout=240), running))

    assert [process.returncode for process in running] == [0, 0], answers
    assert at(old) == revision.head()


def test_a_schema_newer_than_the_program_is_refused(old, postgres):
    with postgres.admin("telesec_upgraded") as admin:
        admin.execute("update alembic_version set version_num = '9999_later'")

    process = command(old)
    _, told = process.communicate(timeout=240)

    assert process.returncode == 1
    assert "Install that release of telesec" in told
    assert at(old) == "9999_later"


def test_a_server_before_15_is_refused():
    with pytest.raises(Misconfigured):
        revision.require_server(140_012)


def test_a_table_in_use_is_waited_for_and_then_told(old):
    with psycopg.connect(old.migrate) as holder:
        holder.execute(f"lock table {ALTERED} in access share mode")
        process = command(old)
        _, told = process.communicate(timeout=240)

    assert process.returncode == 1
    assert "Nothing was changed. Type telesec db upgrade again" in told
    assert at(old) == BEFORE


def test_an_upgrade_killed_in_the_middle_is_typed_again(old, postgres):
    waiting = "select count(*) from pg_stat_activity where datname = current_database()"
    waiting += " and wait_event_type = 'Lock'"
    with postgres.admin("telesec_upgraded") as admin, psycopg.connect(old.migrate) as holder:
        holder.execute(f"lock table {ALTERED} in access share mode")
        process = command(old)
        assert wait_for(lambda: admin.execute(waiting).fetchone()[0], 120)
        process.kill()
        process.communicate()
    left = at(old)

    migrate.upgrade(old.migrate)

    assert left == BEFORE
    assert at(old) == revision.head()
