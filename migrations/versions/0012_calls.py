"""Tables of the room ``calls``."""

import sqlalchemy as sa
from alembic import op

from migrations.support import drop_lookup, system_lookup, tenant_table

revision = "0012_calls"
down_revision = "0011_messages"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""
    op.create_table(
        "call",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("line_id", sa.UUID(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("from_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("from_index", sa.BigInteger(), nullable=True),
        sa.Column("sealed_version", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.UUID(), nullable=True),
        sa.Column("secretary_id", sa.UUID(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hung_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("source IN ('desk', 'api', 'ring')", name=op.f("ck_call_source")),
        sa.CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name=op.f("ck_call_outcome")),
        sa.ForeignKeyConstraint(
            ["practice_id", "line_id"],
            ["line.practice_id", "line.id"],
            name=op.f("fk_call_practice_id_line_id_line"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "patient_id"],
            ["patient.practice_id", "patient.id"],
            name=op.f("fk_call_practice_id_patient_id_patient"),
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_call_practice_id_practice")),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_call")),
        sa.UniqueConstraint("practice_id", "provider_id", name=op.f("uq_call_practice_id_provider_id")),
    )
    op.create_index("ix_call_from", "call", ["practice_id", "from_index", "opened_at"], unique=False)
    op.create_index(
        "ix_call_open",
        "call",
        ["practice_id", "opened_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_call_provider", "call", ["provider_id"], unique=False)
    op.create_index("ix_call_secretary", "call", ["practice_id", "secretary_id", "answered_at"], unique=False)
    op.create_table(
        "draft",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("call_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "call_id"],
            ["call.practice_id", "call.id"],
            name=op.f("fk_draft_practice_id_call_id_call"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "call_id", "kind", name=op.f("pk_draft")),
    )
    tenant_table(op, "call")
    tenant_table(op, "draft")
    system_lookup(
        op,
        "sec.find_call(provider text)",
        returns="table(practice_id uuid, id uuid)",
        body="SELECT c.practice_id, c.id FROM public.call c WHERE c.provider_id = provider",
        reads=["public.call"],
    )


def downgrade() -> None:
    """Take them away, in reverse order."""
    drop_lookup(op, "sec.find_call(provider text)")
    op.drop_table("draft")
    op.drop_table("call")
