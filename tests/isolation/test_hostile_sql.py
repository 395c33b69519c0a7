"""Hostile SQL as the application role: no row of another practice, no change of the rules."""

import psycopg
import pytest

from telesec.foundation import tenant_context


@pytest.fixture
def hostile(cast, migrated):
    """A raw connection of the application role, with the signed context of the Cabinet des Lilas."""
    connection = psycopg.connect(migrated.app)
    value = tenant_context.sign(migrated.context_key, [cast.lilas], "test")
    connection.execute("select set_config('telesec.context', %s, true)", (value,))
    yield connection
    connection.close()


READS = [
    "select 1 from practitioner where practice_id = %(other)s",
    "select 1 from practitioner p join practice c on true where p.practice_id = %(other)s",
    "select 1 from (table practitioner union all table practitioner) z where practice_id = %(other)s",
    "with x as (select * from practitioner) select 1 from x where practice_id = %(other)s",
    "select 1 from practice where id = %(other)s",
    "select 1 from practitioner where practice_id = %(other)s and 1/(length(display_name) - 7) = 1",
    "select 1 from pg_stats where tablename = 'practitioner'",
    "select query from pg_stat_activity where usename <> current_user and query !~ '^(<insufficient|$)'",
]
REFUSED = [
    "alter table practitioner disable row level security",
    "alter table practitioner no force row level security",
    "drop policy tenant on practitioner",
    "create policy all_open on practitioner using (true)",
    "truncate practitioner",
    "set role telesec_owner",
    "set role telesec_migrate",
    "set role telesec_system",
    "set session authorization postgres",
    "create function public.x() returns int language sql as 'select 1'",
    "create temp table t (x int)",
    "create function pg_temp.f(text) returns bool language sql as 'select true'",
    "create table public.x (x int)",
    "create view public.v as select * from practitioner",
    "copy practitioner to program 'id'",
    "copy practitioner to '/nonexistent/out'",
    "select pg_read_file('/etc/passwd')",
    "select pg_ls_dir('.')",
    "select lo_import('/etc/passwd')",
    "select * from sec.pads",
    "update sec.pads set inner_pad = ''",
    "create extension vector",
    "alter role telesec_app bypassrls",
    "insert into line_route select * from line_route returning pg_read_file('/etc/passwd')",
    "delete from audit.entry",
    "update audit.entry set action = 'x'",
    "update audit.pending set action = 'x'",
]
FORGED = [
    "{{{other}}}|x|9999999999|" + "0" * 64,
    "{{{other}}}",
    "{{{other}}}|x|9999999999|",
    "",
    "|||",
    "{{{other}}}|x|1|" + "0" * 64,
]


@pytest.mark.parametrize("query", READS)
def test_another_practices_rows_are_not_seen(hostile, cast, query):
    assert hostile.execute(query, {"other": cast.glycines}).fetchall() == []


@pytest.mark.parametrize("query", REFUSED)
def test_what_would_change_the_rules_is_refused(hostile, query):
    with pytest.raises(psycopg.Error):
        hostile.execute(query)


@pytest.mark.parametrize("context", FORGED)
def test_a_context_not_signed_by_us_is_an_error(hostile, cast, context):
    value = context.format(other=cast.glycines)
    hostile.execute("select set_config('telesec.context', %s, true)", (value,))

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        hostile.execute("select 1 from practitioner")


def test_a_context_of_another_key_is_an_error(hostile, cast):
    value = tenant_context.sign(bytes(32), [cast.glycines], "test")
    hostile.execute("select set_config('telesec.context', %s, true)", (value,))

    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="forged"):
        hostile.execute("select 1 from practitioner")


def test_a_stale_context_is_an_error(hostile, cast, migrated, monkeypatch):
    monkeypatch.setattr(tenant_context, "LIFETIME_SECONDS", -1)
    value = tenant_context.sign(migrated.context_key, [cast.lilas], "test")
    hostile.execute("select set_config('telesec.context', %s, true)", (value,))

    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="stale"):
        hostile.execute("select 1 from practitioner")


def test_rows_cannot_be_written_for_another_practice(hostile, cast):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        hostile.execute(
            "insert into practitioner select %s, id, display_name, profession, null, speaks_for, created_at "
            "from practitioner limit 1",
            (cast.glycines,),
        )


def test_rows_cannot_be_moved_to_another_practice(hostile, cast):
    with pytest.raises(psycopg.Error):
        hostile.execute("update practitioner set practice_id = %s", (cast.glycines,))


def test_updates_and_deletes_do_not_reach_another_practice(hostile, cast):
    update = hostile.execute(
        "update practitioner set profession = 'x' where practice_id = %s", (cast.glycines,)
    )
    delete = hostile.execute("delete from line where practice_id = %s", (cast.glycines,))

    assert (update.rowcount, delete.rowcount) == (0, 0)


def test_copy_shows_only_the_own_practice(hostile, cast):
    with hostile.cursor().copy("copy practitioner (practice_id) to stdout") as copy:
        seen = {bytes(part).decode().strip() for part in copy}

    assert seen == {str(cast.lilas)}


def test_the_context_ends_with_its_transaction(hostile):
    hostile.commit()

    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no tenant context"):
        hostile.execute("select 1 from practitioner")


def test_a_savepoint_does_not_keep_a_context(hostile, cast, migrated):
    value = tenant_context.sign(migrated.context_key, [cast.glycines], "test")
    hostile.execute("savepoint s")
    hostile.execute("select set_config('telesec.context', %s, true)", (value,))
    hostile.execute("rollback to s")

    rows = hostile.execute("select distinct practice_id from practitioner").fetchall()

    assert rows == [(cast.lilas,)]


@pytest.mark.parametrize(
    ("user", "word"), [("postgres", "x"), ("telesec_owner", "x"), ("telesec_app", "wrong")]
)
def test_no_role_connects_without_its_password(migrated, postgres, user, word):
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.server.url("telesec_test", user, word))


def test_the_application_role_is_ordinary(hostile):
    row = hostile.execute(
        "select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user"
    ).fetchone()

    assert row == (False, False, False, False)
