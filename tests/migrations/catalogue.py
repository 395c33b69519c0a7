"""What PostgreSQL's catalogues say of a schema, in a form that compares."""

from typing import Any

import psycopg

OURS = "n.nspname in ('public', 'audit', 'vault') and c.relname !~ '^(procrastinate|alembic)'"
COLUMNS = f"""
select n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and {OURS}
"""
CONSTRAINTS = f"""
select n.nspname, c.relname, k.conname, k.contype::text, pg_get_constraintdef(k.oid)
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
where k.contype <> 'n' and {OURS}
"""
INDEXES = f"""
select n.nspname, c.relname, i.relname, pg_get_indexdef(x.indexrelid)
from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
join pg_namespace n on n.oid = c.relnamespace where {OURS}
"""
TENANT_TABLES = f"""
select n.nspname || '.' || c.relname, c.relrowsecurity, c.relforcerowsecurity,
  (select array_agg(p.polname::text order by p.polname) from pg_policy p where p.polrelid = c.oid)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and {OURS}
"""
PERSISTENCE = f"""
select n.nspname, c.relname, c.relpersistence::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and {OURS}
"""


def rows(url: str, query: str) -> set[tuple[Any, ...]]:
    """Return the rows of one catalogue query."""
    with psycopg.connect(url) as connection:
        return {tuple(str(value) for value in row) for row in connection.execute(query).fetchall()}


def schema(url: str) -> dict[str, set[tuple[Any, ...]]]:
    """Return columns, constraints and indexes."""
    return {
        "columns": rows(url, COLUMNS),
        "constraints": rows(url, CONSTRAINTS),
        "indexes": rows(url, INDEXES),
        "persistence": rows(url, PERSISTENCE),
    }
