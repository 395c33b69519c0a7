"""Tables of the room ``scheduling``."""

revision = "0010_scheduling"
down_revision = "0009_triage"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""


def downgrade() -> None:
    """Take them away, in reverse order."""
