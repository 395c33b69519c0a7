"""Indexes that bound the figures of a day to that day: calls, promises, alerts, breaks.

While they are made, calls and promises wait: about a second for a million calls.
"""

from alembic import op

revision = "0031_day_figures"
down_revision = "0030_held_type"

_INDEXES = {
    "ix_call_opened": ("call", ["practice_id", "opened_at"]),
    "ix_callback_promised": ("callback", ["practice_id", "due_at"]),
    "ix_callback_settled": ("callback", ["practice_id", "settled_by", "settled_at"]),
    "ix_alert_triggered": ("alert", ["practice_id", "triggered_at"]),
    "ix_work_break_ended": ("work_break", ["person_id", "ended_at"]),
}


def upgrade() -> None:
    """Make them."""
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    """Take them away."""
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table)
