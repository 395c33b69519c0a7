"""Drafts of imports nobody came back to, found over all practices, so that no uploaded list lies about."""

import sqlalchemy as sa
from alembic import op

from migrations.support import drop_lookup, system_lookup

revision = "0024_import_drafts"
down_revision = "0023_carried_out"

_LOOKUP = "sec.due_import_drafts(before timestamptz, lim int)"


def upgrade() -> None:
    """Make the index and the look-up."""
    op.create_index(
        "ix_import_batch_draft", "import_batch", ["created_at"], postgresql_where=sa.text("state = 'draft'")
    )
    system_lookup(
        op,
        _LOOKUP,
        returns="table(practice_id uuid, id uuid)",
        body="select b.practice_id, b.id from public.import_batch b "
        "where b.state = 'draft' and b.created_at < before order by b.created_at limit lim",
        reads=["public.import_batch"],
    )


def downgrade() -> None:
    """Take them away."""
    drop_lookup(op, _LOOKUP)
    op.execute("drop policy system_look on import_batch")
    op.drop_index("ix_import_batch_draft", "import_batch")
