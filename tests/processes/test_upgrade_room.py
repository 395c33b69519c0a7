"""``telesec db upgrade`` on a disk nearly full: refused before its first step; with room it is done."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from telesec.foundation import migrate, revision
from telesec.foundation.embedded_postgres import EmbeddedPostgres
from telesec.foundation.errors import Misconfigured
from telesec.testing.small_disk import LIMITED, SmallDisk

BEFORE = "0017_breaks_and_drops"
LEFT = 8 << 20
"""Bytes left free: what the server itself writes meanwhile fits, an upgrade does not."""


@pytest.fixture
def disk():
    """A small disk under the embedded database of a folder."""
    with tempfile.TemporaryDirectory(prefix="telesec-room-", ignore_cleanup_errors=True) as name:
        small = SmallDisk(Path(name) / "data" / "postgres")
        yield small
        small.remove()


@pytest.fixture
def old(disk):
    """The embedded database on it, running, of an earlier release."""
    embedded = EmbeddedPostgres(disk.folder.parent)
    migrate.upgrade(embedded.start().migrate, BEFORE)
    yield embedded
    embedded.server.stop()


def upgrade(folder):
    return subprocess.run(
        [sys.executable, "-m", "telesec", "db", "upgrade"],
        env={**os.environ, "TELESEC_DATA_DIR": str(folder), "TELESEC_DATABASE_URL": ""},
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip


def at(embedded):
    with revision.connect(embedded.urls().migrate) as connection:
        return revision.current(connection)


def test_an_upgrade_without_room_changes_nothing_and_with_room_is_done(disk, old, record_property):
    record_property("disk", disk.kind)
    if disk.kind == LIMITED:  # No disk of its own is allowed here: the part that refuses is asked.
        with pytest.raises(Misconfigured) as refused:
            old.server.require_room(needed=2**60)
        assert "Nothing was changed. Free some room" in str(refused.value.sentence)
        return
    disk.fill(old.server.pid, leave=LEFT)

    full, between = upgrade(disk.folder.parent), at(old)
    disk.make_room()
    roomy = upgrade(disk.folder.parent)

    assert full.returncode == 1
    assert full.stderr.startswith(f"Not enough room in {disk.folder / 'data'}: ")
    assert "about 32 MB are needed. Nothing was changed. Free some room" in full.stderr
    assert full.stderr.count("\n") == 1
    assert "Done" not in full.stdout
    assert between == BEFORE
    assert roomy.returncode == 0, roomy.stderr
    assert f"Done: the schema is at {revision.head()}." in roomy.stdout
    assert at(old) == revision.head()
