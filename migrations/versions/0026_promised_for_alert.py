"""Alerts nobody took, whose caller is to be called back: found over all practices, promised once.

The new column may stay empty: the previous release's code runs beside this schema.
"""

import sqlalchemy as sa
from alembic import op

from migrations.support import drop_lookup, system_lookup

revision = "0026_promised_for_alert"
down_revision = "0025_claim_ends"

_LOOKUP = "sec.due_untaken_alerts(lim int)"
_UNTAKEN = "state = 'triggered' AND exhausted_at IS NOT NULL AND promised_at IS NULL AND call_id IS NOT NULL"


def upgrade() -> None:
    """Make the column, the index and the look-up."""
    op.add_column("alert", sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_alert_untaken", "alert", ["exhausted_at"], postgresql_where=sa.text(_UNTAKEN))
    system_lookup(
        op,
        _LOOKUP,
        returns="table(practice_id uuid, id uuid)",
        body="select a.practice_id, a.id from public.alert a "
        "where a.state = 'triggered' and a.exhausted_at is not null and a.promised_at is null "
        "and a.call_id is not null order by a.exhausted_at limit lim",
        reads=["public.alert"],
    )


def downgrade() -> None:
    """Take them away, in reverse order."""
    drop_lookup(op, _LOOKUP)
    op.drop_index("ix_alert_untaken", "alert")
    op.drop_column("alert", "promised_at")
