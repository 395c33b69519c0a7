"""The drill: restore a backup into a scratch server, read sealed records there, forget it.

The scratch server is the packaged PostgreSQL in a folder of its own, so a drill needs no right on the real
server and cannot touch it. Its process ends with ours; a killed drill's folder is removed by the next.
"""

import shutil
import tempfile
from pathlib import Path

from pydantic import SecretStr

from telesec.bootstrap import build_deps
from telesec.foundation.database import Database
from telesec.foundation.embedded_postgres import EmbeddedPostgres
from telesec.operations.archive import Header, Secret
from telesec.operations.folders import held
from telesec.operations.proof import Proof, prove
from telesec.operations.restore import restore
from telesec.settings import Settings
from telesec.vault.keyring import MasterKeys

PREFIX = ".drill-"


def drill(
    settings: Settings, files: tuple[Path, Path], secret: Secret, master: MasterKeys
) -> tuple[Header, Proof]:
    """Restore both files apart from everything, prove what came back, forget it.

    Raises:
        Refused: As a restore does, or the restored database is not the one that was backed up.
    """
    with held(settings.backup_folder):
        return _drill(settings, files, secret, master)


def _drill(
    settings: Settings, files: tuple[Path, Path], secret: Secret, master: MasterKeys
) -> tuple[Header, Proof]:
    scratch = settings.backup_folder
    for left in scratch.glob(f"{PREFIX}*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=scratch))
    embedded = EmbeddedPostgres(folder)
    try:
        urls = embedded.start()
        restored = restore(urls, files, secret, master, folder)
        deps = build_deps(
            settings.model_copy(update={"database_url": SecretStr("")}),
            database=Database(urls.app, urls.context_key),
            keys=master,
        )
        try:
            return restored.header, prove(deps, urls, restored.rows)
        finally:
            deps.close()
    finally:
        embedded.stop()
        shutil.rmtree(folder, ignore_errors=True)
