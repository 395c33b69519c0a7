"""Tables of the room ``patients``."""

revision = "0006_patients"
down_revision = "0005_practices"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""


def downgrade() -> None:
    """Take them away, in reverse order."""
