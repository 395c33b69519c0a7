"""Imports that can be taken back, and the last test of each calendar."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.support import tenant_table

revision = "0020_onboarding"
down_revision = "0019_governance"


def upgrade() -> None:
    """Make the tables, constraints and policies."""
    op.create_table(
        "import_batch",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sheet_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("columns", postgresql.JSONB(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('patients', 'appointment_types', 'instructions')", name=op.f("ck_import_batch_kind")
        ),
        sa.CheckConstraint("state IN ('draft', 'done', 'undone')", name=op.f("ck_import_batch_state")),
        sa.CheckConstraint(
            "(state = 'draft') = (sheet_sealed IS NOT NULL)", name=op.f("ck_import_batch_sheet")
        ),
        sa.CheckConstraint("(state = 'draft') = (done_at IS NULL)", name=op.f("ck_import_batch_done")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_import_batch_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_import_batch")),
    )
    op.create_index(
        "ix_import_batch_practice_id_created_at", "import_batch", ["practice_id", "created_at", "id"]
    )
    op.create_table(
        "imported_row",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("import_id", sa.UUID(), nullable=False),
        sa.Column("object_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "import_id"],
            ["import_batch.practice_id", "import_batch.id"],
            name=op.f("fk_imported_row_practice_id_import_id_import_batch"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("practice_id", "import_id", "object_id", name=op.f("pk_imported_row")),
    )
    op.create_table(
        "calendar_test",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("schedule_id", sa.UUID(), nullable=False),
        sa.Column("sealed_version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('ok', 'unreadable', 'refused', 'not_written', 'left_behind')",
            name=op.f("ck_calendar_test_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "schedule_id"],
            ["schedule.practice_id", "schedule.id"],
            name=op.f("fk_calendar_test_practice_id_schedule_id_schedule"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("practice_id", "schedule_id", name=op.f("pk_calendar_test")),
    )
    for table in ("import_batch", "imported_row", "calendar_test"):
        tenant_table(op, table)


def downgrade() -> None:
    """Take them away."""
    for table in ("calendar_test", "imported_row", "import_batch"):
        op.drop_table(table)
