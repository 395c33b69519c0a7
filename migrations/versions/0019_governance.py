"""A practice's own versions of protocols, what a signature accepted, and second factors given anew."""

import sqlalchemy as sa
from alembic import op

from migrations.support import global_table, tenant_table

revision = "0019_governance"
down_revision = "0017_breaks_and_drops"


def upgrade() -> None:
    """Make the tables, constraints and policies."""
    op.create_table(
        "practice_protocol",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("protocol_version", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("practitioner_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'signed', 'retired')", name=op.f("ck_practice_protocol_state")
        ),
        sa.CheckConstraint(
            "length(document) BETWEEN 1 AND 400000", name=op.f("ck_practice_protocol_document")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_practice_protocol_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "practitioner_id"],
            ["practitioner.practice_id", "practitioner.id"],
            name=op.f("fk_practice_protocol_practice_id_practitioner_id_practitioner"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_practice_protocol")),
        sa.UniqueConstraint(
            "practice_id",
            "code",
            "protocol_version",
            name=op.f("uq_practice_protocol_practice_id_code_protocol_version"),
        ),
    )
    op.create_index(
        "uq_practice_protocol_one",
        "practice_protocol",
        ["practice_id", "code", "state"],
        unique=True,
        postgresql_where=sa.text("state <> 'retired'"),
    )
    tenant_table(op, "practice_protocol")
    op.add_column(
        "protocol_signature", sa.Column("lowered", sa.Integer(), nullable=False, server_default="0")
    )
    op.alter_column("protocol_signature", "lowered", server_default=None)
    op.add_column("protocol_signature", sa.Column("reason", sa.String(), nullable=True))
    op.create_check_constraint(
        op.f("ck_protocol_signature_reason"),
        "protocol_signature",
        "lowered = 0 OR length(reason) BETWEEN 1 AND 1000",
    )
    op.create_table(
        "step_up",
        sa.Column("session_id", sa.UUID(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["login_session.id"],
            name=op.f("fk_step_up_session_id_login_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", "act", name=op.f("pk_step_up")),
    )
    global_table(op, "step_up")


def downgrade() -> None:
    """Take them away."""
    op.drop_table("step_up")
    op.drop_constraint(op.f("ck_protocol_signature_reason"), "protocol_signature")
    op.drop_column("protocol_signature", "reason")
    op.drop_column("protocol_signature", "lowered")
    op.drop_table("practice_protocol")
