"""A backup or a restore that is killed, or runs out of disk, leaves nothing half done."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import psycopg

from telesec.operations import backup, proof, targets
from telesec.testing.installation import wait_for
from tests.service.operations.conftest import RESTORED

CREATE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from telesec.foundation.clock import SystemClock
from telesec.foundation.embedded_postgres import DatabaseUrls
from telesec.operations import backup
from telesec.vault.keyring import MasterKeys

class Deadly(MasterKeys):
    calls = 0
    def wrap(self, plain, context):
        self.calls += 1
        if self.calls == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().wrap(plain, context)

urls = DatabaseUrls(sys.argv[1], sys.argv[2], sys.argv[3], b"")
backup.create(urls, Path(sys.argv[4]), Path(sys.argv[4]), Deadly({1: bytes(32)}, 1), SystemClock().now())
"""


def test_a_backup_killed_in_the_middle_leaves_none_and_the_next_one_is_whole(
    migrated, message_id, secret, folder, real_clock
):
    words = [migrated.app, migrated.migrate, migrated.backup, str(folder)]
    killed = subprocess.run([sys.executable, "-c", CREATE_AND_DIE, *words], check=False, timeout=240)

    left = [path.suffix for path in folder.glob("telesec-*")]
    made = backup.create(migrated, folder, folder, secret, real_clock.now())

    assert killed.returncode == -signal.SIGKILL
    assert set(left) == {".part"}
    assert sorted(folder.glob("telesec-*")) == sorted([made.data, made.keys])


RESTORE = """
import sys
from pathlib import Path
from telesec.foundation.embedded_postgres import DatabaseUrls
from telesec.operations import restore
from telesec.vault import keyring

urls = DatabaseUrls(sys.argv[1], sys.argv[2], sys.argv[3], b"")
files = Path(sys.argv[4]), Path(sys.argv[5])
secret, master = keyring.from_file(Path(sys.argv[6])), keyring.from_file(Path(sys.argv[7]))
restore.restore(urls, files, secret, master, Path(sys.argv[8]))
"""


def test_a_restore_killed_in_the_middle_leaves_the_database_empty_and_is_typed_again(
    postgres, bench, master_key_file, bring_back, restored_deps
):
    empty, taken, tmp_path = bench.empty, bench.taken, bench.folder
    with postgres.admin(RESTORED) as admin, psycopg.connect(postgres.server.url(RESTORED)) as holder:
        holder.execute("create table public.work_break (held int)")  # the restore waits for this name
        words = [empty.app, empty.migrate, empty.backup, taken.data, taken.keys]
        words += [tmp_path / "backup keys" / "backup.key", master_key_file, tmp_path / "scratch"]
        process = subprocess.Popen([sys.executable, "-c", RESTORE, *map(str, words)])
        waiting = "select count(*) from pg_stat_activity where datname = current_database()"
        waiting += " and wait_event_type = 'Lock' and usename = 'telesec_migrate'"
        assert wait_for(lambda: admin.execute(waiting).fetchone()[0], 120)
        process.kill()
        process.wait()
        holder.rollback()
        gone = "select count(*) = 0 from pg_stat_activity where datname = current_database()"
        gone += " and usename = 'telesec_migrate'"
        assert wait_for(lambda: admin.execute(gone).fetchone()[0], 120)
    tables = targets.look(empty.migrate).tables

    done = bring_back()

    assert tables == 0
    assert proof.prove(restored_deps, empty, done.rows).opened == 1
    assert list((tmp_path / "scratch").glob(".restore-*")) == []


def small_files():
    """Let a process write no file longer than 64 KB, as on a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536))


def test_a_disk_that_fills_while_writing_leaves_no_file_and_one_sentence(
    migrated, message_id, secret, tmp_path, folder, master_key_file
):
    environ = {
        "TELESEC_DATA_DIR": str(tmp_path / "data"), "TELESEC_BACKUP_DIR": str(folder),
        "TELESEC_DATABASE_URL": migrated.app, "TELESEC_MIGRATE_URL": migrated.migrate,
        "TELESEC_BACKUP_URL": migrated.backup, "TELESEC_CONTEXT_KEY": migrated.context_key.hex(),
        "TELESEC_MASTER_KEY_FILE": str(master_key_file),
        "TELESEC_BACKUP_KEY_FILE": str(tmp_path / "backup keys" / "backup.key"),
    }  # fmt: skip

    answer = subprocess.run(
        [sys.executable, "-m", "telesec", "backup", "create"], env={**os.environ, **environ},
        capture_output=True, text=True, check=False, timeout=240, preexec_fn=small_files,
    )  # fmt: skip

    assert answer.returncode == 1
    assert answer.stderr.startswith("Not enough room in")
    assert list(Path(folder).rglob("telesec-*")) == []
