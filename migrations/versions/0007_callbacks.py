"""Tables of the room ``callbacks``."""

revision = "0007_callbacks"
down_revision = "0006_patients"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""


def downgrade() -> None:
    """Take them away, in reverse order."""
