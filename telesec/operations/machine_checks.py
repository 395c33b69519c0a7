"""This machine: program, words, room on disk, the newest backup. Needs no database."""

import platform
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from telesec import __version__
from telesec.foundation import revision
from telesec.foundation.language import say
from telesec.foundation.room import MEGABYTE
from telesec.operations.findings import Finding, fail, ok, warn
from telesec.settings import Settings

LITTLE_ROOM = 2048 * MEGABYTE
NO_ROOM = 256 * MEGABYTE
OLD_BACKUP = timedelta(hours=26)
BACKUP_SUFFIX = ".telesec-backup"


def program() -> list[Finding]:
    """Say which release this is, and whether it can write every letter."""
    seen = say(
        "telesec %(version)s, Python %(python)s, schema %(head)s.",
        version=__version__,
        python=platform.python_version(),
        head=revision.head(),
    )
    encoding = sys.getfilesystemencoding()
    if encoding.lower() == "utf-8":
        words = ok("locale", say("Text is UTF-8."))
    else:
        words = fail(
            "locale",
            say("Text is %(encoding)s here, not UTF-8.", encoding=encoding),
            say("Type: export LC_ALL=C.UTF-8"),
        )
    return [ok("program", seen), words]


def disk(settings: Settings) -> list[Finding]:
    """Measure the room left where telesec writes, each volume once."""
    findings: list[Finding] = []
    seen: set[int] = set()
    for folder in (settings.data_dir, settings.backup_folder):
        place = _existing(folder)
        device = place.stat().st_dev
        if device not in seen:
            seen.add(device)
            findings.append(_room(place))
    return findings


def _room(place: Path) -> Finding:
    free = shutil.disk_usage(place).free
    seen = say("%(megabytes)s MB free at %(path)s.", megabytes=free // MEGABYTE, path=place)
    todo = say("Free some room or enlarge the volume: a full disk stops the database.")
    if free < NO_ROOM:
        return fail("disk", seen, todo)
    return warn("disk", seen, todo) if free < LITTLE_ROOM else ok("disk", seen)


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    folder = folder.resolve()
    while not folder.exists():
        folder = folder.parent
    return folder


def newest_backup(settings: Settings, now: datetime) -> Finding:
    """Say how old the newest backup in the backup folder is."""
    folder = settings.backup_folder
    try:
        times = [path.stat().st_mtime for path in folder.glob(f"*{BACKUP_SUFFIX}")]
    except OSError:
        times = []
    todo = say("Type: telesec backup create. See docs/operations.md, Back up, for the timer.")
    if not times:
        return warn("backup", say("There is no backup in %(path)s.", path=folder), todo)
    age = now - datetime.fromtimestamp(max(times), UTC)
    seen = say("The newest backup is %(hours)s hours old.", hours=int(age.total_seconds() // 3600))
    return warn("backup", seen, todo) if age > OLD_BACKUP else ok("backup", seen)
