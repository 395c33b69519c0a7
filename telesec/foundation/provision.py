"""Roles, database and the keys that tie them: what a superuser does once per installation.

Roles (SECURITY.md, isolation): ``telesec_owner`` (no login) owns the tables, ``telesec_app`` reads
and writes under row-level security, ``telesec_migrate`` changes the schema, ``telesec_backup`` dumps,
``telesec_system`` (no login) owns the narrow look-ups of background work.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from psycopg import conninfo, sql

from telesec.foundation import tenant_context

LOGINS = ("telesec_app", "telesec_migrate", "telesec_backup")
OLDEST_SERVER = 150000


@dataclass(frozen=True)
class Credentials:
    """Passwords of the login roles and the key of the tenant context."""

    app: str
    migrate: str
    backup: str
    context_key: bytes


def load_or_make_credentials(folder: Path) -> Credentials:
    """Return the credentials kept in ``folder``, one 0400 file each, made on first use."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    words = [_secret(folder / f"{name}.password") for name in LOGINS]
    key = bytes.fromhex(_secret(folder / "context.key"))
    return Credentials(words[0], words[1], words[2], key)


def _secret(path: Path) -> str:
    if not path.exists():
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text().strip()


def write_settings(admin_url: str, database: str, credentials: Credentials, folder: Path) -> list[str]:
    """Write each role's address to a 0400 file of ``folder``; return the settings that name them."""
    words = {
        "DATABASE": ("telesec_app", credentials.app),
        "MIGRATE": ("telesec_migrate", credentials.migrate),
        "BACKUP": ("telesec_backup", credentials.backup),
    }
    lines = []
    for name, (role, word) in words.items():
        path = folder / f"{role}.url"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400), "w") as file:
            file.write(_address(admin_url, database, role, word))
        lines.append(f"TELESEC_{name}_URL_FILE={path}")
    return [*lines, f"TELESEC_CONTEXT_KEY_FILE={folder / 'context.key'}"]


def _address(admin_url: str, database: str, role: str, word: str) -> str:
    """Return the address of a role on the server that an administrator reached."""
    given = conninfo.conninfo_to_dict(admin_url)
    kept = {name: str(given[name]) for name in ("host", "port", "sslmode", "sslrootcert") if given.get(name)}
    return f"postgresql://{role}:{word}@/{database}" + (f"?{urlencode(kept)}" if kept else "")


def provision(admin_url: str, database: str, credentials: Credentials) -> None:
    """Make roles and database where they are absent; safe to run again.

    Args:
        admin_url: Address of a superuser, on any database of the server.
        database: Name of the database to make.
        credentials: Set as the roles' passwords.
    """
    with psycopg.connect(admin_url, autocommit=True) as admin:
        _roles(admin, credentials)
        exists = admin.execute("select 1 from pg_database where datname = %s", (database,)).fetchone()
        if not exists:
            admin.execute(
                sql.SQL("create database {} owner telesec_owner template template0 encoding 'UTF8'").format(
                    sql.Identifier(database)
                )
            )
    with psycopg.connect(admin_url, dbname=database, autocommit=True) as admin:
        _schemas(admin, database)
        _context_key(admin, credentials.context_key)


def _roles(admin: "psycopg.Connection[tuple[object, ...]]", credentials: Credentials) -> None:
    have = {row[0] for row in admin.execute("select rolname from pg_roles").fetchall()}
    for name in ("telesec_owner", "telesec_system"):
        if name not in have:
            admin.execute(sql.SQL("create role {} nologin").format(sql.Identifier(name)))
    words = {
        "telesec_app": credentials.app,
        "telesec_migrate": credentials.migrate,
        "telesec_backup": credentials.backup,
    }
    for name, word in words.items():
        verb = "alter" if name in have else "create"
        extra = "bypassrls" if name == "telesec_backup" else "nobypassrls"
        admin.execute(
            sql.SQL("{} role {} login nosuperuser nocreatedb nocreaterole {} password {}").format(
                sql.SQL(verb), sql.Identifier(name), sql.SQL(extra), sql.Literal(word)
            )
        )
    admin.execute("grant telesec_owner, telesec_system to telesec_migrate")


def _schemas(admin: "psycopg.Connection[tuple[object, ...]]", database: str) -> None:
    name = sql.Identifier(database)
    admin.execute(sql.SQL("revoke all on database {} from public").format(name))
    admin.execute(
        sql.SQL("grant connect on database {} to telesec_app, telesec_migrate, telesec_backup").format(name)
    )
    admin.execute("revoke all on schema public from public")
    admin.execute("alter schema public owner to telesec_owner")
    for schema in ("sec", "audit", "vault"):
        admin.execute(
            sql.SQL("create schema if not exists {} authorization telesec_owner").format(
                sql.Identifier(schema)
            )
        )
    everywhere = "schema public, sec, audit, vault"
    admin.execute(f"grant usage on {everywhere} to telesec_app, telesec_system, telesec_backup")
    admin.execute(f"grant usage, create on {everywhere} to telesec_migrate")
    admin.execute("grant usage, create on schema sec to telesec_system")


def _context_key(admin: "psycopg.Connection[tuple[object, ...]]", key: bytes) -> None:
    admin.execute(
        "create table if not exists sec.pads"
        " (id int primary key, inner_pad bytea not null, outer_pad bytea not null)"
    )
    admin.execute("alter table sec.pads owner to telesec_owner")
    inner, outer = tenant_context.pads(key)
    admin.execute(
        "insert into sec.pads values (1, %s, %s) on conflict (id) do update"
        " set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad",
        (inner, outer),
    )
