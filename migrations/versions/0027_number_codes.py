"""When a number was sent the code that proves it, how often, and how many wrong ones were typed.

The code itself is stored nowhere. The columns may keep their defaults: the previous release's code runs
beside this schema.
"""

import sqlalchemy as sa
from alembic import op

from migrations.support import drop_lookup, system_lookup

revision = "0027_number_codes"
down_revision = "0026_promised_for_alert"

_LOOKUP = "sec.find_contact(key uuid)"


def upgrade() -> None:
    """Make the columns and the look-up a picked-up call needs."""
    op.add_column("contact_method", sa.Column("code_sent_at", sa.DateTime(timezone=True), nullable=True))
    for name in ("codes_sent", "code_tries"):
        op.add_column("contact_method", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_contact_method_id", "contact_method", ["id"])
    system_lookup(
        op,
        _LOOKUP,
        returns="table(practice_id uuid, id uuid)",
        body="select c.practice_id, c.id from public.contact_method c where c.id = key",
        reads=["public.contact_method"],
    )


def downgrade() -> None:
    """Take them away, in reverse order."""
    drop_lookup(op, _LOOKUP)
    op.drop_index("ix_contact_method_id", "contact_method")
    for name in ("code_tries", "codes_sent", "code_sent_at"):
        op.drop_column("contact_method", name)
