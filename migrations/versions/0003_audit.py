"""Tables of the room ``audit``."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from migrations.support import drop_lookup, system_lookup, tenant_table

revision = "0003_audit"
down_revision = "0002_vault"

ZERO = "'00000000-0000-0000-0000-000000000000'::uuid"

TAKE_PENDING = """
create function audit.take_pending() returns trigger
language plpgsql security definer set search_path = pg_catalog as $body$
begin
  delete from audit.pending p
   where p.practice_id = new.practice_id and p.id = new.id and p.at = new.at and p.actor = new.actor
     and p.action = new.action and p.object_id is not distinct from new.object_id
     and p.detail = new.detail and p.salt = new.salt and p.commitment = new.commitment;
  if not found then
    raise exception 'telesec: an audit entry comes from a pending act only' using errcode = '42501';
  end if;
  return new;
end $body$
"""

FORBID = """
create function audit.forbid() returns trigger language plpgsql set search_path = pg_catalog as $body$
begin
  if tg_table_name = 'entry' and tg_op = 'UPDATE' then
    if new.detail is null and new.salt is null
       and (to_jsonb(new) - 'detail' - 'salt') = (to_jsonb(old) - 'detail' - 'salt') then
      return new;
    end if;
  end if;
  raise exception 'telesec: the audit trail is append-only' using errcode = '42501';
end $body$
"""

CHAINS = """
  with recursive chain as (
    (select e.practice_id from audit.entry e order by e.practice_id limit 1)
    union all
    select (select e.practice_id from audit.entry e where e.practice_id > chain.practice_id
            order by e.practice_id limit 1)
      from chain where chain.practice_id is not null
  )
  select c.practice_id from chain c where c.practice_id is not null
  union select p.practice_id from audit.pending p
"""


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""
    op.create_table(
        "pending",
        sa.Column("practice_id", UUID(as_uuid=True), nullable=False),
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        *_what_was_done(erasable=False),
        sa.PrimaryKeyConstraint("practice_id", "id", name="pk_pending"),
        sa.CheckConstraint("octet_length(commitment) = 32", name="ck_pending_commitment"),
        schema="audit",
    )
    op.create_index("ix_pending_at", "pending", ["at"], schema="audit")
    op.create_table(
        "entry",
        sa.Column("practice_id", UUID(as_uuid=True), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        *_what_was_done(erasable=True),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "seq", name="pk_entry"),
        sa.UniqueConstraint("practice_id", "id", name="uq_entry_practice_id_id"),
        sa.CheckConstraint("octet_length(commitment) = 32", name="ck_entry_commitment"),
        sa.CheckConstraint("seq > 0", name="ck_entry_seq"),
        schema="audit",
    )
    op.create_index("ix_entry_practice_id_object_id", "entry", ["practice_id", "object_id"], schema="audit")
    tenant_table(op, "audit.pending", grants="select, insert")
    tenant_table(op, "audit.entry", grants="select, insert")
    op.execute(
        "create policy installation on audit.pending for insert to telesec_app"
        f" with check (practice_id = {ZERO})"
    )
    _guards()
    system_lookup(
        op,
        "sec.due_audit(now timestamptz, lim int)",
        returns="table(practice_id uuid, id uuid)",
        body=(
            "select distinct on (p.practice_id) p.practice_id, p.id from audit.pending p"
            " where p.at <= now order by p.practice_id, p.at limit lim"
        ),
        reads=["audit.pending"],
    )
    system_lookup(
        op,
        "sec.find_audit_chains()",
        returns="table(practice_id uuid)",
        body=CHAINS,
        reads=["audit.pending", "audit.entry"],
    )


def _what_was_done(*, erasable: bool) -> tuple[sa.Column, ...]:
    return (
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("object_id", UUID(as_uuid=True), nullable=True),
        sa.Column("detail", sa.String, nullable=erasable),
        sa.Column("salt", sa.LargeBinary, nullable=erasable),
        sa.Column("commitment", sa.LargeBinary, nullable=False),
    )


def _guards() -> None:
    """Only a pending act becomes an entry; nothing is rewritten."""
    op.execute("grant select, delete on audit.pending to telesec_system")
    op.execute("create policy system_take on audit.pending for delete to telesec_system using (true)")
    op.execute(TAKE_PENDING)
    op.execute("revoke all on function audit.take_pending() from public")
    op.execute("grant create on schema audit to telesec_system")
    op.execute("alter function audit.take_pending() owner to telesec_system")
    op.execute("revoke create on schema audit from telesec_system")
    op.execute(FORBID)
    op.execute(
        "create trigger take_pending before insert on audit.entry"
        " for each row execute function audit.take_pending()"
    )
    op.execute(
        "create trigger append_only before update or delete on audit.entry"
        " for each row execute function audit.forbid()"
    )
    for table in ("entry", "pending"):
        op.execute(
            f"create trigger never_truncate before truncate on audit.{table}"
            " for each statement execute function audit.forbid()"
        )
    op.execute(
        "create trigger insert_only before update on audit.pending"
        " for each row execute function audit.forbid()"
    )


def downgrade() -> None:
    """Take them away, in reverse order."""
    drop_lookup(op, "sec.find_audit_chains()")
    drop_lookup(op, "sec.due_audit(now timestamptz, lim int)")
    op.drop_table("entry", schema="audit")
    op.drop_table("pending", schema="audit")
    op.execute("drop function audit.forbid()")
    op.execute("drop function audit.take_pending()")
