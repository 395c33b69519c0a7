"""Tables of the room ``practices``."""

revision = "0005_practices"
down_revision = "0004_accounts"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""


def downgrade() -> None:
    """Take them away, in reverse order."""
