"""Bring a database's schema to a revision. Where it stands: ``telesec.foundation.revision``."""

from alembic import command
from alembic.config import Config

from telesec.foundation.revision import SCRIPTS


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Apply every step up to ``revision`` as the migration role."""
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take steps back down to ``revision`` (``base`` for an empty schema)."""
    command.downgrade(_config(url), revision)
