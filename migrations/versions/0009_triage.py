"""Tables of the room ``triage``."""

import sqlalchemy as sa
from alembic import op

from migrations.support import tenant_table

revision = "0009_triage"
down_revision = "0008_alerts"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""
    _sessions()
    _decisions()
    for table in ("triage_session", "triage_answer", "protocol_adoption", "protocol_signature"):
        tenant_table(op, table)


def _sessions() -> None:
    op.create_table(
        "triage_session",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("call_id", sa.UUID(), nullable=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_version", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.UUID(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_triage_session_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_triage_session")),
    )
    op.create_index("ix_triage_session_call", "triage_session", ["practice_id", "call_id", "started_at"])
    op.create_table(
        "triage_answer",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("session_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_version", sa.Integer(), nullable=False),
        sa.Column("answered_by", sa.UUID(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_triage_answer_position")),
        sa.ForeignKeyConstraint(
            ["practice_id", "session_id"],
            ["triage_session.practice_id", "triage_session.id"],
            name=op.f("fk_triage_answer_practice_id_session_id_triage_session"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_triage_answer")),
        sa.UniqueConstraint(
            "practice_id",
            "session_id",
            "position",
            name=op.f("uq_triage_answer_practice_id_session_id_position"),
        ),
    )


def _decisions() -> None:
    op.create_table(
        "protocol_adoption",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("practitioner_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_protocol_adoption_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "practitioner_id"],
            ["practitioner.practice_id", "practitioner.id"],
            name=op.f("fk_protocol_adoption_practice_id_practitioner_id_practitioner"),
        ),
        sa.PrimaryKeyConstraint("practice_id", name=op.f("pk_protocol_adoption")),
    )
    op.create_table(
        "protocol_signature",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("protocol_version", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("practitioner_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('signed', 'retired')", name=op.f("ck_protocol_signature_state")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_protocol_signature_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "practitioner_id"],
            ["practitioner.practice_id", "practitioner.id"],
            name=op.f("fk_protocol_signature_practice_id_practitioner_id_practitioner"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_protocol_signature")),
    )
    op.create_index("ix_protocol_signature_code", "protocol_signature", ["practice_id", "code", "signed_at"])


def downgrade() -> None:
    """Take them away, in reverse order."""
    for table in ("protocol_signature", "protocol_adoption", "triage_answer", "triage_session"):
        op.drop_table(table)
