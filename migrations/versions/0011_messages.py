"""Tables of the room ``messages``."""

import sqlalchemy as sa
from alembic import op

from migrations.support import tenant_table

revision = "0011_messages"
down_revision = "0010_scheduling"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""
    op.create_table(
        "message",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("practitioner_id", sa.UUID(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("callback_number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("callback_number_read_back", sa.Boolean(), nullable=False),
        sa.Column("sealed_version", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.UUID(), nullable=True),
        sa.Column("patient_id", sa.UUID(), nullable=True),
        sa.Column("alert_id", sa.UUID(), nullable=True),
        sa.Column("filed_by", sa.UUID(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_by", sa.UUID(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.UUID(), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "level IN ('call15_now', 'doctor_now', 'same_day', 'h48_72', 'routine', 'admin')",
            name=op.f("ck_message_level"),
        ),
        sa.CheckConstraint(
            "level NOT IN ('call15_now', 'doctor_now') OR alert_id IS NOT NULL",
            name=op.f("ck_message_urgent_alert"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "patient_id"],
            ["patient.practice_id", "patient.id"],
            name=op.f("fk_message_practice_id_patient_id_patient"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "practitioner_id"],
            ["practitioner.practice_id", "practitioner.id"],
            name=op.f("fk_message_practice_id_practitioner_id_practitioner"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_message_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_call", "message", ["practice_id", "call_id"], unique=False)
    op.create_index("ix_message_filed", "message", ["practice_id", "filed_at", "id"], unique=False)
    op.create_index(
        "ix_message_to_handle",
        "message",
        ["practice_id", "filed_at", "id"],
        unique=False,
        postgresql_where=sa.text("handled_at IS NULL"),
    )
    tenant_table(op, "message")


def downgrade() -> None:
    """Take them away, in reverse order."""
    op.drop_table("message")
