"""Tables of the room ``vault``."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from migrations.support import drop_lookup, global_table, system_lookup, tenant_table

revision = "0002_vault"
down_revision = "0001_foundation"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""
    op.create_table(
        "practice_key",
        sa.Column("practice_id", UUID(as_uuid=True), nullable=False),
        sa.Column("generation", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("kek_id", sa.BigInteger, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "generation", name="pk_practice_key"),
        sa.CheckConstraint("generation between 1 and 4294967295", name="ck_practice_key_generation"),
        schema="vault",
    )
    op.create_index("ix_practice_key_kek_id", "practice_key", ["kek_id"], schema="vault")
    op.create_table(
        "record_key",
        sa.Column("practice_id", UUID(as_uuid=True), nullable=False),
        sa.Column("record_id", UUID(as_uuid=True), nullable=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "record_id", name="pk_record_key"),
        sa.ForeignKeyConstraint(
            ["practice_id", "generation"],
            ["vault.practice_key.practice_id", "vault.practice_key.generation"],
            name="fk_record_key_practice_id_generation_practice_key",
            ondelete="RESTRICT",
        ),
        schema="vault",
    )
    op.create_index(
        "ix_record_key_practice_id_generation", "record_key", ["practice_id", "generation"], schema="vault"
    )
    op.create_table(
        "installation_key",
        sa.Column("generation", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("kek_id", sa.BigInteger, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("canary", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("generation", name="pk_installation_key"),
        sa.CheckConstraint("generation between 1 and 4294967295", name="ck_installation_key_generation"),
        schema="vault",
    )
    tenant_table(op, "vault.practice_key")
    tenant_table(op, "vault.record_key")
    global_table(op, "vault.installation_key", grants="select, insert, update")
    system_lookup(
        op,
        "sec.due_practice_keys(primary_kek bigint, lim int)",
        returns="table(practice_id uuid, generation bigint)",
        body=(
            "select k.practice_id, k.generation from vault.practice_key k"
            " where k.kek_id <> primary_kek order by k.practice_id, k.generation limit lim"
        ),
        reads=["vault.practice_key"],
    )


def downgrade() -> None:
    """Take them away, in reverse order."""
    drop_lookup(op, "sec.due_practice_keys(primary_kek bigint, lim int)")
    op.drop_table("installation_key", schema="vault")
    op.drop_table("record_key", schema="vault")
    op.drop_table("practice_key", schema="vault")
