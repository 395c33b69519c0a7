"""A disk that can be filled: a small mount where the machine allows one, else a limit on the size of files.

What the limit makes the database feel is not quite a full disk (``File too large``), but it stops the same
writes and needs no rights: it is what a plain container is tested with.
"""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

MEGABYTES = 120
CHUNK = 1 << 16
LIMIT = 1 << 24
"""Bytes: the database's log, written ahead in files of this size, fits; a table that grows does not."""
MOUNTED, LIMITED = "a mount of its own", "a limit on the size of files"


class SmallDisk:
    """A folder for a database's files; ``kind`` says which way was found.

    Args:
        folder: Made here; its parents must be open to the database's own user.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        words = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=0711", "none", str(folder)]
        try:
            mounted = subprocess.run(words, capture_output=True, check=False).returncode == 0
        except FileNotFoundError:
            mounted = False
        self.kind = MOUNTED if mounted else LIMITED

    def fill(self, postmaster: int, *, leave: int = 0) -> None:
        """Leave few bytes; where there is only a limit, the server of this process id meets it from now on.

        Args:
            leave: How many stay free; of no meaning where there is only a limit.
        """
        if self.kind == LIMITED:
            _limit(postmaster, str(LIMIT))
            return
        with suppress(OSError), (self.folder / "ballast").open("wb", buffering=0) as ballast:
            while not leave or shutil.disk_usage(self.folder).free >= leave + CHUNK:
                ballast.write(bytes(CHUNK))

    def make_room(self) -> None:
        """Take back what ``fill`` did. A limit ends with the server that had it: kill that one first."""
        if self.kind == MOUNTED:
            (self.folder / "ballast").unlink()

    def remove(self) -> None:
        """Give the mount back."""
        if self.kind == MOUNTED:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)


def _limit(postmaster: int, size: str) -> None:
    """Limit a server and its children; only its own user may do that to it."""
    own = Path(f"/proc/{postmaster}").stat()
    become = {"user": own.st_uid, "group": own.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    family = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for pid in (str(postmaster), *family):
        words = ["prlimit", "--pid", pid, f"--fsize={size}:unlimited"]
        subprocess.run(words, check=pid == str(postmaster), capture_output=True, **become)  # type: ignore[call-overload]
