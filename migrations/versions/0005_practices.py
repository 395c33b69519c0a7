"""Tables of the room ``practices``."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.support import drop_lookup, global_table, system_lookup, tenant_table

revision = "0005_practices"
down_revision = "0004_accounts"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""
    op.create_table(
        "practice",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice")),
    )
    op.create_table(
        "practitioner",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("profession", sa.String(), nullable=False),
        sa.Column("rpps", sa.String(), nullable=True),
        sa.Column("speaks_for", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rpps IS NULL OR length(rpps) = 11", name=op.f("ck_practitioner_rpps_length")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_practitioner_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_practitioner")),
        sa.UniqueConstraint("practice_id", "rpps", name=op.f("uq_practitioner_practice_id_rpps")),
    )
    op.create_table(
        "line",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_line_practice_id_practice")),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_line")),
        sa.UniqueConstraint("practice_id", "number", name=op.f("uq_line_practice_id_number")),
    )
    op.create_table(
        "line_route",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("line_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "line_id"],
            ["line.practice_id", "line.id"],
            name=op.f("fk_line_route_practice_id_line_id_line"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_line_route")),
    )
    op.create_table(
        "opening_hours",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("hours_of", sa.String(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("opens", sa.SmallInteger(), nullable=False),
        sa.Column("closes", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "opens >= 0 AND opens < closes AND closes <= 1440", name=op.f("ck_opening_hours_minutes")
        ),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_opening_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_opening_hours_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_opening_hours")),
    )
    op.create_table(
        "absence",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("practitioner_id", sa.UUID(), nullable=True),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("says", sa.String(), nullable=False),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "practitioner_id"],
            ["practitioner.practice_id", "practitioner.id"],
            name=op.f("fk_absence_practice_id_practitioner_id_practitioner"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_absence_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_absence")),
    )
    op.create_table(
        "greeting",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_greeting_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("practice_id", "language", "occasion", name=op.f("pk_greeting")),
    )
    op.create_table(
        "instruction",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("practitioner_id", sa.UUID(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("applies", sa.String(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("author_person_id", sa.UUID(), nullable=True),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "practitioner_id"],
            ["practitioner.practice_id", "practitioner.id"],
            name=op.f("fk_instruction_practice_id_practitioner_id_practitioner"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_instruction_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_instruction")),
    )
    op.create_index(
        "ix_instruction_current",
        "instruction",
        ["practice_id"],
        unique=False,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    tenant_table(op, "practice", column="id")
    tenant_table(op, "practitioner")
    tenant_table(op, "line")
    global_table(op, "line_route", grants="insert")
    tenant_table(op, "opening_hours")
    tenant_table(op, "absence")
    tenant_table(op, "greeting")
    tenant_table(op, "instruction")
    system_lookup(
        op,
        "sec.find_line(called text)",
        returns="table(practice_id uuid, id uuid)",
        body="SELECT r.practice_id, r.line_id FROM public.line_route r WHERE r.number = called",
        reads=["public.line_route"],
    )
    system_lookup(
        op,
        "sec.find_practices(after uuid, lim int)",
        returns="table(id uuid)",
        body="SELECT p.id FROM public.practice p WHERE p.id > after ORDER BY p.id LIMIT lim",
        reads=["public.practice"],
    )


def downgrade() -> None:
    """Take them away, in reverse order."""
    drop_lookup(op, "sec.find_practices(after uuid, lim int)")
    drop_lookup(op, "sec.find_line(called text)")
    op.drop_table("instruction")
    op.drop_table("greeting")
    op.drop_table("absence")
    op.drop_table("opening_hours")
    op.drop_table("line_route")
    op.drop_table("line")
    op.drop_table("practitioner")
    op.drop_table("practice")
