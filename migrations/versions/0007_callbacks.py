"""Tables of the room ``callbacks``."""

import sqlalchemy as sa
from alembic import op

from migrations.support import tenant_table

revision = "0007_callbacks"
down_revision = "0006_patients"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""
    op.create_table(
        "callback",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("patient_id", sa.UUID(), nullable=True),
        sa.Column("call_id", sa.UUID(), nullable=True),
        sa.Column("phone_index", sa.BigInteger(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_version", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("opened_by", sa.UUID(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.UUID(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (settled_at IS NULL)", name=op.f("ck_callback_settled")),
        sa.CheckConstraint("state IN ('open', 'settled', 'closed')", name=op.f("ck_callback_state")),
        sa.ForeignKeyConstraint(
            ["practice_id", "patient_id"],
            ["patient.practice_id", "patient.id"],
            name=op.f("fk_callback_practice_id_patient_id_patient"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_callback_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_callback")),
    )
    op.create_index(
        "ix_callback_due",
        "callback",
        ["practice_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_callback_open_patient",
        "callback",
        ["practice_id", "patient_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open' AND patient_id IS NOT NULL"),
    )
    op.create_index(
        "uq_callback_open_phone",
        "callback",
        ["practice_id", "phone_index"],
        unique=True,
        postgresql_where=sa.text("state = 'open' AND patient_id IS NULL"),
    )
    tenant_table(op, "callback")


def downgrade() -> None:
    """Take them away, in reverse order."""
    op.drop_table("callback")
