"""The worst day: the machine's data is gone, and the message is read again from the backup."""

import os
import shutil
import signal
import subprocess
import sys

from telesec.bootstrap import build_deps
from telesec.messages import service as messages
from telesec.messages.service import FileMessage
from telesec.settings import read_settings
from telesec.triage.levels import Level

WORDS = "Bruno rappelle pour sa mère Zoé : vertiges."


def telesec(environ, *words):
    answer = subprocess.run(
        [sys.executable, "-m", "telesec", *words], env={**os.environ, **environ},
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_a_message_is_read_again_after_the_data_was_destroyed(installation, tmp_path):
    cast = installation.cast
    told = FileMessage(cast.lilas, cast.dr_lune_id, Level.ROUTINE, WORDS, "+33639980010")
    with installation.deps.unit_of_work(cast.ada) as uow:
        message_id = messages.file_message(uow, told).id
        uow.commit()
    apart = tmp_path / "another disk"
    environ = {
        **installation.environ,
        "TELESEC_BACKUP_DIR": str(apart / "backups"),
        "TELESEC_BACKUP_KEY_FILE": str(apart / "backup.key"),
    }
    telesec(environ, "keys", "generate", str(apart / "backup.key"))
    telesec(environ, "backup", "create")
    shutil.copy2(installation.data / "keys" / "master.key", apart / "master.key")
    installation.deps.close()
    installation.end(signal.SIGKILL)
    shutil.rmtree(installation.data)
    drilled = telesec({**environ, "TELESEC_MASTER_KEY_FILE": str(apart / "master.key")}, "backup", "drill")

    (installation.data / "keys").mkdir(parents=True, mode=0o700)
    shutil.copy2(apart / "master.key", installation.data / "keys" / "master.key")
    [data] = (apart / "backups").glob("*.telesec-backup")
    restored = telesec(environ, "backup", "restore", str(data))
    installation.start()
    installation.deps = build_deps(read_settings(installation.environ))
    with installation.deps.unit_of_work(cast.dr_lune) as uow:
        read = messages.read_message(uow, cast.lilas, message_id)

    assert read.text == WORDS
    assert "The backup is good. Nothing of the drill is left." in drilled
    assert "1 sealed records of 2 practices opened, 2 audit chains whole." in restored
