"""Folders of backups: private, one command at a time, and a sentence where they will not do."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.foundation.room import MEGABYTE, lacking

ROOM_TO_SPARE = 64 * MEGABYTE
LOCK = ".lock"
_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make the folder, hold it against a second command, and word what cannot be written there.

    Raises:
        Refused: Another command works there, it is full, or it is not ours to write to.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise cannot_write(folder, error) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        told = say("Another backup, drill or restore works in %(path)s. Wait for it.", path=folder)
        raise Refused("folder_busy", told) from None
    try:
        yield
    finally:
        os.close(descriptor)


def require_room(folder: Path, needed: int) -> None:
    """Refuse to begin what cannot end.

    Raises:
        Refused: Less than ``needed`` bytes, and some to spare, are free.
    """
    told = lacking(folder, needed + ROOM_TO_SPARE)
    if told is not None:
        raise Refused("no_room", told, status=422)


def cannot_write(folder: Path, error: OSError) -> Refused:
    """Return the refusal of a folder that could not be written to."""
    full = lacking(folder, shutil.disk_usage(folder).free + MEGABYTE) if error.errno in _FULL else None
    if full is not None:
        return Refused("no_room", full, status=422)
    told = say(
        "%(path)s cannot be written to (%(reason)s). Give it to the user telesec runs as, "
        "or name another folder.",
        path=folder,
        reason=error.strerror or type(error).__name__,
    )
    return Refused("cannot_write", told, status=422)
