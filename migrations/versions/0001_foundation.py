"""Tables of the room ``foundation``."""

revision = "0001_foundation"
down_revision = None


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""


def downgrade() -> None:
    """Take them away, in reverse order."""
