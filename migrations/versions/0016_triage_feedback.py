"""What practitioners say of a triage afterwards, and protocols let used past their review date."""

import sqlalchemy as sa
from alembic import op

from migrations.support import tenant_table

revision = "0016_triage_feedback"
down_revision = "0015_sessions"


def upgrade() -> None:
    """Make the tables, constraints and policies."""
    op.create_table(
        "protocol_extension",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("protocol_version", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 1000", name=op.f("ck_protocol_extension_reason")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_protocol_extension_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_protocol_extension")),
    )
    op.create_index(
        "ix_protocol_extension_code", "protocol_extension", ["practice_id", "code", "protocol_version"]
    )
    op.create_table(
        "triage_feedback",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("session_id", sa.UUID(), nullable=False),
        sa.Column("practitioner_id", sa.UUID(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_version", sa.Integer(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "session_id"],
            ["triage_session.practice_id", "triage_session.id"],
            name=op.f("fk_triage_feedback_practice_id_session_id_triage_session"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "practitioner_id"],
            ["practitioner.practice_id", "practitioner.id"],
            name=op.f("fk_triage_feedback_practice_id_practitioner_id_practitioner"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "session_id", name=op.f("pk_triage_feedback")),
    )
    op.create_index("ix_triage_feedback_marked_at", "triage_feedback", ["practice_id", "marked_at"])
    for table in ("protocol_extension", "triage_feedback"):
        tenant_table(op, table)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("triage_feedback")
    op.drop_table("protocol_extension")
