"""Room on disk: how much is free, and the sentence said before something is begun that cannot end."""

import shutil
from pathlib import Path

from telesec.foundation.language import Sentence, say

MEGABYTE = 1 << 20


def lacking(folder: Path, needed: int) -> Sentence | None:
    """Return what to say where fewer than ``needed`` bytes are free, else None; the folder may be missing."""
    place = next(one for one in (folder.resolve(), *folder.resolve().parents) if one.exists())
    free = shutil.disk_usage(place).free
    if free >= needed:
        return None
    return say(
        "Not enough room in %(path)s: %(free)s MB are free, about %(needed)s MB are needed. "
        "Nothing was changed. Free some room, or name another folder.",
        path=place,
        free=free // MEGABYTE,
        needed=-(-needed // MEGABYTE),
    )
