"""Whether a repeatable request was carried out, known by the same commit as what it did."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0023_carried_out"
down_revision = "0020_onboarding"

TABLE = "idempotent_request"


def upgrade() -> None:
    """Add the marks; a release that does not know them leaves them empty."""
    op.add_column(TABLE, sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(TABLE, sa.Column("acted_id", UUID(as_uuid=True), nullable=True))


def downgrade() -> None:
    """Forget them."""
    op.drop_column(TABLE, "acted_id")
    op.drop_column(TABLE, "acted_at")
