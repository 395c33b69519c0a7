"""Tables of the room ``desk``."""

revision = "0013_desk"
down_revision = "0012_calls"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""


def downgrade() -> None:
    """Take them away, in reverse order."""
