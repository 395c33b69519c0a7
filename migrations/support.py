"""Words every migration uses: tenant table, global table, system look-up.

They are frozen like the migrations themselves: what a past step did must not change.
"""

from collections.abc import Sequence

from alembic import op as alembic_op

Operations = type(alembic_op)


def tenant_table(op: Operations, table: str, *, column: str = "practice_id", grants: str = "") -> None:
    """Close a table to all but the practices of the signed context.

    Args:
        op: Alembic's operations.
        table: ``name`` or ``schema.name``.
        column: The column that names the tenant.
        grants: What the application may do; select, insert, update and delete unless said.
    """
    rights = grants or "select, insert, update, delete"
    owns = f"{column} = any ((select sec.practices())::uuid[])"
    op.execute(f"alter table {table} owner to telesec_owner")
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy tenant on {table} to telesec_app using ({owns}) with check ({owns})")
    op.execute(f"create policy migrate on {table} to telesec_migrate using (true) with check (true)")
    op.execute(f"grant {rights} on {table} to telesec_app")
    op.execute(f"grant select on {table} to telesec_backup")


def global_table(op: Operations, table: str, *, grants: str = "select, insert, update, delete") -> None:
    """Open a table that belongs to no tenant; its name stands in ``foundation.tables``."""
    op.execute(f"alter table {table} owner to telesec_owner")
    op.execute(f"grant {grants} on {table} to telesec_app")
    op.execute(f"grant select on {table} to telesec_backup")


def system_lookup(
    op: Operations, signature: str, *, returns: str, body: str, reads: Sequence[str], lock: bool = False
) -> None:
    """Make a narrow look-up for background work, over all tenants.

    Args:
        op: Alembic's operations.
        signature: ``sec.due_alerts(now timestamptz, lim int)``.
        returns: ``table(practice_id uuid, id uuid)``; ids only, never content.
        body: One SQL statement; names its tables with their schema.
        reads: Tables the look-up may read, with their schema.
        lock: Whether the body locks rows (``for update skip locked``).
    """
    volatility = "volatile" if lock else "stable"
    for table in reads:
        short = table.split(".")[-1]
        op.execute(f"grant select on {table} to telesec_system")
        op.execute(
            f"do $$ begin if not exists (select 1 from pg_policy where polname = 'system_look' "
            f"and polrelid = '{table}'::regclass) and (select relrowsecurity from pg_class where oid = "
            f"'{table}'::regclass) then create policy system_look on {table} for select to telesec_system "
            f"using (true); end if; end $$ -- {short}"
        )
    op.execute(
        f"create function {signature} returns {returns} language sql {volatility} security definer "
        f"set search_path = pg_catalog as $body$ {body} $body$"
    )
    op.execute(f"revoke all on function {_arguments(signature)} from public")
    op.execute(f"grant execute on function {_arguments(signature)} to telesec_app")
    op.execute(f"alter function {_arguments(signature)} owner to telesec_system")


def drop_lookup(op: Operations, signature: str) -> None:
    """Take a look-up away; its tables' policies go with the tables."""
    op.execute(f"drop function {_arguments(signature)}")


def _arguments(signature: str) -> str:
    """Return the signature with types only, as ALTER and DROP FUNCTION want it."""
    name, _, rest = signature.partition("(")
    parts = [part.strip().split(" ", 1)[1] for part in rest.rstrip(")").split(",") if part.strip()]
    return f"{name}({', '.join(parts)})"
