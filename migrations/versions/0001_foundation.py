"""The signed tenant context, and the task queue's tables."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001_foundation"
down_revision = None

PRACTICES = """
create function sec.practices() returns uuid[]
language plpgsql stable parallel restricted security definer set search_path = pg_catalog as $body$
declare
  context text := current_setting('telesec.context', true);
  part text[];
  body bytea;
  mac bytea;
begin
  if coalesce(context, '') = '' then
    raise exception 'telesec: no tenant context' using errcode = '42501';
  end if;
  part := string_to_array(context, '|');
  if array_length(part, 1) is distinct from 4 then
    raise exception 'telesec: malformed tenant context' using errcode = '42501';
  end if;
  body := convert_to(array_to_string(part[1:3], '|'), 'UTF8');
  select sha256(outer_pad || sha256(inner_pad || body)) into mac from sec.pads where id = 1;
  if encode(mac, 'hex') is distinct from part[4] then
    raise exception 'telesec: forged tenant context' using errcode = '42501';
  end if;
  if part[3]::bigint < extract(epoch from clock_timestamp())::bigint then
    raise exception 'telesec: stale tenant context' using errcode = '42501';
  end if;
  return part[1]::uuid[];
end $body$
"""


DROP_QUEUE = """
do $$ declare r record; begin
  for r in select tablename from pg_tables
           where schemaname = 'public' and tablename like 'procrastinate%' loop
    execute format('drop table %I cascade', r.tablename);
  end loop;
  for r in select p.oid::regprocedure as f from pg_proc p join pg_namespace n on n.oid = p.pronamespace
           where n.nspname = 'public' and p.proname like 'procrastinate%' loop
    execute 'drop function ' || r.f || ' cascade';
  end loop;
  for r in select t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace
           where n.nspname = 'public' and t.typname like 'procrastinate%' and t.typtype in ('e', 'c') loop
    execute format('drop type %I cascade', r.typname);
  end loop;
end $$
"""


def upgrade() -> None:
    """Make the context check and the queue."""
    op.execute(PRACTICES)
    op.execute("revoke all on function sec.practices() from public")
    op.execute("grant execute on function sec.practices() to telesec_app")
    op.execute("alter function sec.practices() owner to telesec_owner")
    driver = op.get_bind().connection.driver_connection
    driver.execute(SchemaManager.get_schema())
    op.execute(
        "do $$ declare t text; begin for t in select tablename from pg_tables where schemaname = 'public' "
        "and tablename like 'procrastinate%' loop "
        "execute format('grant select, insert, update, delete on %I to telesec_app', t); "
        "execute format('grant select on %I to telesec_backup', t); end loop; end $$"
    )
    op.execute("grant usage, select on all sequences in schema public to telesec_app")
    op.execute("grant select on all sequences in schema public to telesec_backup")
    op.execute("grant execute on all functions in schema public to telesec_app")


def downgrade() -> None:
    """Take both away."""
    op.execute(DROP_QUEUE)
    op.execute("drop function sec.practices()")
