"""Tables of the room ``messages``."""

revision = "0011_messages"
down_revision = "0010_scheduling"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""


def downgrade() -> None:
    """Take them away, in reverse order."""
