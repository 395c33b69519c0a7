"""Tables of the room ``vault``."""

revision = "0002_vault"
down_revision = "0001_foundation"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""


def downgrade() -> None:
    """Take them away, in reverse order."""
