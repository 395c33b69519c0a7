"""Breaks of people at the desk, lines that drop after a red flag, calls whose end nobody told, open loops.

Every new column may stay empty or has a default: the previous release's code runs beside this schema.
"""

import sqlalchemy as sa
from alembic import op

from migrations.support import drop_lookup, global_table, system_lookup

revision = "0017_breaks_and_drops"
down_revision = "0016_triage_feedback"

_INSTANT = sa.DateTime(timezone=True)
_LOOKUP = "sec.due_ringing(before timestamptz, lim int)"
_RINGING = "answered_at IS NULL AND closed_at IS NULL"


def upgrade() -> None:
    """Make the table, columns, indexes and the look-up."""
    op.create_table(
        "work_break",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("began_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.CheckConstraint("ended_at >= began_at", name=op.f("ck_work_break_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_work_break_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_break")),
    )
    op.create_index(
        "uq_work_break_open",
        "work_break",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    global_table(op, "work_break")
    op.add_column("callback", sa.Column("vital", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_callback_vital",
        "callback",
        ["practice_id", "due_at", "id"],
        postgresql_where=sa.text("state = 'open' AND vital"),
    )
    op.create_index(
        "ix_appointment_pending",
        "appointment",
        ["practice_id", "created_at", "id"],
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.add_column("call", sa.Column("heard_at", _INSTANT, nullable=True))
    op.create_index("ix_call_ringing", "call", ["opened_at"], postgresql_where=sa.text(_RINGING))
    system_lookup(
        op,
        _LOOKUP,
        returns="table(practice_id uuid, id uuid)",
        body="select c.practice_id, c.id from public.call c "
        "where c.answered_at is null and c.closed_at is null and c.opened_at <= before "
        "and coalesce(c.heard_at, c.opened_at) <= before order by c.opened_at limit lim",
        reads=["public.call"],
    )


def downgrade() -> None:
    """Take them away, in reverse order."""
    drop_lookup(op, _LOOKUP)
    op.drop_index("ix_call_ringing", "call")
    op.drop_column("call", "heard_at")
    op.drop_index("ix_appointment_pending", "appointment")
    op.drop_index("ix_callback_vital", "callback")
    op.drop_column("callback", "vital")
    op.drop_table("work_break")
