"""Appointment types kept for urgent calls: from which level, and when what nobody took is given to everybody.

Both columns may stay empty: the previous release's code runs beside this schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028_reserved_types"
down_revision = "0027_number_codes"


def upgrade() -> None:
    """Make the columns with their checks."""
    op.add_column("appointment_type", sa.Column("min_level", sa.String(), nullable=True))
    op.add_column("appointment_type", sa.Column("release_hours", sa.SmallInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_appointment_type_min_level"), "appointment_type", "min_level IN ('same_day', 'h48_72')"
    )
    op.create_check_constraint(
        op.f("ck_appointment_type_release"),
        "appointment_type",
        "release_hours IS NULL OR (min_level IS NOT NULL AND release_hours BETWEEN 1 AND 72)",
    )


def downgrade() -> None:
    """Take them away, in reverse order."""
    op.drop_constraint(op.f("ck_appointment_type_release"), "appointment_type")
    op.drop_constraint(op.f("ck_appointment_type_min_level"), "appointment_type")
    op.drop_column("appointment_type", "release_hours")
    op.drop_column("appointment_type", "min_level")
