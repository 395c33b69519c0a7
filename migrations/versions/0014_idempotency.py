"""Stored answers of requests that carry an ``Idempotency-Key``."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from migrations.support import global_table

revision = "0014_idempotency"
down_revision = "0013_desk"

ID = UUID(as_uuid=True)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "idempotent_request",
        sa.Column("token_id", ID, nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("claimed_at", INSTANT, nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("token_id", "key_hash", name="pk_idempotent_request"),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_token.id"], name="fk_idempotent_request_token_id_api_token"
        ),
        sa.CheckConstraint(
            "(status is null) = (answer_sealed is null)", name="ck_idempotent_request_answered"
        ),
    )
    op.create_index("ix_idempotent_request_claimed_at", "idempotent_request", ["claimed_at"])
    global_table(op, "idempotent_request")


def downgrade() -> None:
    """Take it away."""
    op.drop_table("idempotent_request")
