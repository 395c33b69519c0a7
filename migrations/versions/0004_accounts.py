"""Tables of the room ``accounts``."""

revision = "0004_accounts"
down_revision = "0003_audit"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""


def downgrade() -> None:
    """Take them away, in reverse order."""
