"""Tables of the room ``alerts``."""

revision = "0008_alerts"
down_revision = "0007_callbacks"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""


def downgrade() -> None:
    """Take them away, in reverse order."""
