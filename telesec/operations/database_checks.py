"""The database, asked as the application role: version, schema, roles, isolation, clocks.

Every question is a catalogue read; nothing is written and no tenant's row is read.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import conninfo

from telesec.foundation import revision, tenant_context
from telesec.foundation.language import say
from telesec.foundation.provision import LOGINS, OLDEST_SERVER
from telesec.foundation.tables import GLOBAL_TABLES
from telesec.operations.findings import Finding, fail, few, ok, warn

Connection = psycopg.Connection[Any]
OURS = "n.nspname in ('public', 'audit', 'vault') and c.relname !~ '^(procrastinate|alembic)'"
OPEN_TABLES = f"""
select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and {OURS} and not (c.relrowsecurity and c.relforcerowsecurity) order by 1
"""
LOOSE_VIEWS = f"""
select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'v' and {OURS}
and not coalesce('security_invoker=true' = any (c.reloptions), false) order by 1
"""
LOOSE_KEYS = f"""
select k.conname from pg_constraint k join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
where k.contype in ('p', 'u', 'f') and c.relforcerowsecurity and {OURS}
and a.attname <> 'practice_id' and c.relname <> 'practice' order by 1
"""
LOOSE_FUNCTIONS = """
select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname = 'sec' and p.prosecdef and (
  pg_get_userbyid(p.proowner) not in ('telesec_owner', 'telesec_system')
  or not coalesce('search_path=pg_catalog' = any (p.proconfig), false)) order by 1
"""
RIGHTS = """
select rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole
from pg_roles where rolname like 'telesec\\_%'
"""
TOO_MUCH = """
select case when pg_has_role('telesec_app', 'telesec_owner', 'member') then 'telesec_owner' end,
  case when has_database_privilege('telesec_app', current_database(), 'TEMP') then 'TEMP' end,
  case when has_schema_privilege('telesec_app', 'public', 'CREATE') then 'CREATE' end,
  case when has_table_privilege('telesec_app', 'sec.pads', 'SELECT') then 'sec.pads' end
"""
HBA = "select type, auth_method from pg_hba_file_rules where error is null"
CLOCK_WARN, CLOCK_FAIL = 2.0, 60.0
NETWORK = ("host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc")


def version(connection: Connection) -> Finding:
    """Compare the server's version with the oldest that works."""
    number = connection.info.server_version
    seen = say("PostgreSQL %(major)s.%(minor)s answers.", major=number // 10000, minor=number % 10000)
    if number < OLDEST_SERVER:
        return fail("database", seen, say("telesec needs PostgreSQL 15 or newer: upgrade the server."))
    return ok("database", seen)


def schema(connection: Connection) -> Finding:
    """Compare the schema with this release's."""
    current, head = revision.current(connection), revision.head()
    if current == head:
        return ok("schema", say("The schema is this release's, %(head)s.", head=head))
    seen = say(
        "The schema is at %(current)s, this release needs %(head)s.", current=current or "-", head=head
    )
    if current in revision.known() or current is None:
        return fail("schema", seen, say("Type: telesec db upgrade"))
    return fail("schema", seen, say("The schema is newer than this program: install the newer release."))


def roles(connection: Connection) -> Finding:
    """Check that the application's role can do what it must and nothing more."""
    user = str(connection.execute("select current_user").fetchone()[0])  # type: ignore[index]
    provision = say("Type: telesec db provision --admin-url … --keys …, and connect as telesec_app.")
    if user != "telesec_app":
        return fail("roles", say("telesec works as %(role)s, not as telesec_app.", role=user), provision)
    have = {row[0]: row[1:] for row in connection.execute(RIGHTS)}
    missing = [name for name in (*LOGINS, "telesec_owner", "telesec_system") if name not in have]
    if missing:
        return fail("roles", say("These roles are missing: %(names)s.", names=few(missing)), provision)
    bypass = {"telesec_backup": 1}
    strong = [
        name
        for name, rights in have.items()
        if any(right for place, right in enumerate(rights) if place != bypass.get(name))
    ]
    extra = [str(word) for word in connection.execute(TOO_MUCH).fetchone() or () if word]
    if strong or extra:
        seen = say("Roles may do more than they should: %(names)s.", names=few(sorted(strong) + extra))
        return fail("roles", seen, provision)
    if not have["telesec_backup"][1]:
        return warn(
            "roles",
            say("telesec_backup has no BYPASSRLS: this server does not grant it."),
            say("Back up with the server's own means, or as a role that has it: see docs/operations.md."),
        )
    return ok("roles", say("The roles have their rights and no others."))


def row_security(connection: Connection) -> Finding:
    """Check that every tenant table, key, view and look-up is closed to other tenants."""
    tables = [name for name in _names(connection, OPEN_TABLES) if name not in GLOBAL_TABLES]
    loose = list(tables)
    for query in (LOOSE_VIEWS, LOOSE_KEYS, LOOSE_FUNCTIONS):
        loose += _names(connection, query)
    if loose:
        return fail(
            "row_security",
            say("Not closed between practices: %(names)s.", names=few(loose)),
            say("Stop telesec. Restore these objects as the migrations made them, or restore a backup."),
        )
    count = connection.execute("select count(*) from pg_class where relforcerowsecurity").fetchone()
    seen = say("Row-level security is forced on all %(count)s tenant tables.", count=count[0] if count else 0)
    return ok("row_security", seen)


def context(connection: Connection, key: bytes) -> Finding:
    """Check that the database believes contexts signed with our key."""
    try:
        with connection.transaction(force_rollback=True):
            value = tenant_context.sign(key, (), "doctor")
            connection.execute("select set_config(%s, %s, true)", (tenant_context.SETTING, value))
            connection.execute("select sec.practices()")
    except psycopg.Error:
        return fail(
            "context_key",
            say("The database does not accept what TELESEC_CONTEXT_KEY signs."),
            say("Give the key of this database, or type: telesec db provision (docs/operations.md)."),
        )
    return ok("context_key", say("The tenant context is signed and accepted."))


def clocks(connection: Connection, now: Callable[[], datetime]) -> Finding:
    """Compare the database's clock with ours."""
    before = now()
    row = connection.execute("select clock_timestamp()").fetchone()
    after = now()
    there = row[0] if row else before
    seconds = max((before - there).total_seconds(), (there - after).total_seconds(), 0.0)
    seen = say("Clocks of program and database differ by %(seconds)s s.", seconds=round(seconds, 1))
    todo = say("Set both machines' clocks by NTP (timedatectl set-ntp true).")
    if seconds > CLOCK_FAIL:
        return fail("clocks", seen, todo)
    return warn("clocks", seen, todo) if seconds > CLOCK_WARN else ok("clocks", seen)


def connections(url: str, admin_url: str | None) -> Finding:
    """Check that the server trusts nobody: by its rules where we may read them, else by a wrong password."""
    todo = say("In pg_hba.conf write scram-sha-256 in place of trust, then reload the server.")
    for address in filter(None, (admin_url, url)):
        try:
            with psycopg.connect(address, connect_timeout=5) as connection:
                rules = connection.execute(HBA).fetchall()
        except psycopg.Error:
            continue
        if any(method == "trust" for _, method in rules):
            network = any(kind in NETWORK and method == "trust" for kind, method in rules)
            where = (
                say("pg_hba.conf trusts without a password, over TCP.")
                if network
                else say("pg_hba.conf trusts local users without a password.")
            )
            return fail("connections", where, todo)
        return ok("connections", say("pg_hba.conf trusts nobody without a password."))
    if _lets_in(url):
        return fail("connections", say("The server let us in with a wrong password."), todo)
    return ok("connections", say("A wrong password is refused; pg_hba.conf itself is not ours to read."))


def link(connection: Connection, url: str) -> Finding | None:
    """Warn when the link to another machine is not encrypted; a local one needs no word."""
    host = conninfo.conninfo_to_dict(url).get("host") or ""
    if str(host).startswith("/") or urlsplit(f"//{host}").hostname in {None, "localhost", "127.0.0.1", "::1"}:
        return None
    if connection.pgconn.ssl_in_use:
        return ok("link", say("The link to the database is encrypted."))
    return warn(
        "link",
        say("The link to the database is not encrypted."),
        say("Add ?sslmode=verify-full to TELESEC_DATABASE_URL."),
    )


def _lets_in(url: str) -> bool:
    try:
        psycopg.connect(url, password="certainly-wrong", connect_timeout=5).close()  # noqa: S106 - meant to be wrong
    except psycopg.Error:
        return False
    return True


def _names(connection: Connection, query: str) -> Sequence[str]:
    return [str(row[0]) for row in connection.execute(query).fetchall()]
