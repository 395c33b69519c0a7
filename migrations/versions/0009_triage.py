"""Tables of the room ``triage``."""

revision = "0009_triage"
down_revision = "0008_alerts"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""


def downgrade() -> None:
    """Take them away, in reverse order."""
