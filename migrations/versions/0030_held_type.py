"""What a held slot is for, so that the desk comes back to it with the type it was held for.

The column may stay empty: the previous release's code runs beside this schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030_held_type"
down_revision = "0029_clock_went_back"


def upgrade() -> None:
    """Make the column."""
    op.add_column("slot_claim", sa.Column("appointment_type_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("slot_claim", "appointment_type_id")
