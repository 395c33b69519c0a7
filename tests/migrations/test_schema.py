"""The migrated schema is the models' schema, runs both ways, and closes every tenant table."""

import psycopg
from catalogue import TENANT_TABLES, rows, schema
from sqlalchemy import create_engine

from telesec.foundation import migrate, revision
from telesec.foundation.database import sqlalchemy_url
from telesec.foundation.tables import GLOBAL_TABLES


def test_migrations_and_models_agree(postgres, models):
    migrated = postgres.make("telesec_drift_migrated")
    postgres.make("telesec_drift_models", revision="")
    admin_url = postgres.server.url("telesec_drift_models")
    engine = create_engine(sqlalchemy_url(admin_url))
    models.metadata.create_all(engine)
    engine.dispose()

    have, want = schema(migrated.migrate), schema(admin_url)

    for part in want:
        assert have[part] - want[part] == set(), f"only in the migrations: {part}"
        assert want[part] - have[part] == set(), f"only in the models: {part}"


def test_every_step_runs_up_down_and_up_again(postgres):
    urls = postgres.make("telesec_up_down", revision="")

    migrate.upgrade(urls.migrate)
    first = schema(urls.migrate)
    migrate.downgrade(urls.migrate, "base")
    emptied = schema(urls.migrate)
    migrate.upgrade(urls.migrate)

    assert schema(urls.migrate) == first
    assert not any(emptied.values())


def test_every_table_is_a_closed_tenant_table_or_listed_as_global(migrated):
    open_tables = set()
    for name, enabled, forced, policies in rows(migrated.migrate, TENANT_TABLES):
        closed = (enabled, forced) == ("True", "True") and "tenant" in policies and "migrate" in policies
        if not closed and name not in GLOBAL_TABLES:
            open_tables.add(name)

    assert open_tables == set()


def test_every_key_of_a_tenant_table_begins_with_the_tenant(migrated):
    query = """
    select c.conrelid::regclass::text, c.conname, a.attname
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    where c.contype in ('p', 'u', 'f')
      and (select relforcerowsecurity from pg_class where oid = c.conrelid)
      and a.attname not in ('practice_id') and c.conrelid::regclass::text <> 'practice'
    """

    assert rows(migrated.migrate, query) == set()


def test_views_run_with_the_readers_rights(migrated):
    query = """
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'v' and n.nspname in ('public', 'audit', 'vault')
      and not coalesce('security_invoker=true' = any (c.reloptions), false)
    """

    assert rows(migrated.migrate, query) == set()


def test_the_application_refuses_an_unknown_revision(postgres):
    urls = postgres.make("telesec_old", revision="0001_foundation")

    try:
        revision.check(urls.app)
    except Exception as error:  # noqa: BLE001 - the message is what is tested
        told = str(error.sentence)
    else:
        told = ""

    assert "telesec db upgrade" in told


def test_the_drift_test_sees_a_lost_check(postgres):
    urls = postgres.make("telesec_lost_check")
    before = schema(urls.migrate)
    with psycopg.connect(postgres.server.url("telesec_lost_check"), autocommit=True) as admin:
        admin.execute("alter table practitioner drop constraint ck_practitioner_rpps_length")

    assert schema(urls.migrate)["constraints"] != before["constraints"]
