"""Tables of the room ``calls``."""

revision = "0012_calls"
down_revision = "0011_messages"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""


def downgrade() -> None:
    """Take them away, in reverse order."""
