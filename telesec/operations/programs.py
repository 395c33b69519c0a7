"""PostgreSQL's own programs, of the server's version.

An older pg_dump refuses, a newer one writes what the server cannot load.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from psycopg import conninfo

from telesec.foundation import embedded_postgres
from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say

NAMES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


def folder_for(major: int) -> Path:
    """Return the folder of pg_dump, pg_restore and psql of one major version.

    Raises:
        Misconfigured: They are not on this machine; says what to install.
    """
    for folder in _folders(major):
        if _major(folder) == major:
            return folder
    raise Misconfigured(
        say(
            "pg_dump %(major)s is missing on this machine. "
            "Type: sudo apt-get install postgresql-client-%(major)s",
            major=major,
        )
    )


def _folders(major: int) -> Iterator[Path]:
    yield Path(f"/usr/lib/postgresql/{major}/bin")
    yield embedded_postgres.programs()
    found = shutil.which("pg_dump")
    if found:
        yield Path(found).parent


def _major(folder: Path) -> int | None:
    program = folder / "pg_dump"
    if not (program.exists() and (folder / "psql").exists()):
        return None
    answer = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)
    words = answer.stdout.split()
    return int(words[2].split(".")[0]) if len(words) > 2 and words[2][:1].isdecimal() else None


def environment(url: str) -> dict[str, str]:
    """Return the environment that leads PostgreSQL's programs to ``url``: no password on a command line."""
    given = conninfo.conninfo_to_dict(url)
    chosen = {name: str(given[word]) for word, name in NAMES.items() if given.get(word)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, **chosen, "PGCONNECT_TIMEOUT": "10", "LC_MESSAGES": "C"}
