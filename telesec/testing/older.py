"""The release before this one, as its own code: what a machine that is not upgraded yet still runs.

It is the last code in git that knows the schema up to an earlier step. A checkout without its history
has no older code: there this code is copied without its newest step, so that it meets a schema it does not
know.
"""

import shutil
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

from telesec.foundation import revision

ROOT = Path(__file__).resolve().parents[2]
FROM_HISTORY, FROM_CONTRACT = "its own code, from the history", "this code without its newest step"
VENDOR = "telesec/web/static/vendor"
STEPS = "migrations/versions"
LOOKS_BACK = 50


def older_release(folder: Path) -> str:
    """Write the release before this one into an empty folder; return where its code is from."""
    step = f"{STEPS}/{revision.head()}.py"
    archive = _git("archive", older, "telesec", "migrations") if (older := _older_commit()) else b""
    if archive:
        with tarfile.open(fileobj=BytesIO(archive)) as packed:
            packed.extractall(folder, filter="data")
        shutil.copytree(ROOT / VENDOR, folder / VENDOR, dirs_exist_ok=True)
        return FROM_HISTORY
    for name in ("telesec", "migrations"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / step).unlink()
    return FROM_CONTRACT


def _older_commit() -> str:
    """Return the newest commit whose steps are the first ones of today's; empty without such history."""
    steps = list(revision.known())
    for commit in _git("log", f"-{LOOKS_BACK}", "--format=%H", "--", STEPS).decode().split():
        listed = _git("ls-tree", "--name-only", commit, f"{STEPS}/").decode().split()
        had = sorted(Path(name).stem for name in listed if Path(name).stem[0].isdigit())
        if had != steps and had == steps[: len(had)]:
            return commit
    return ""


def _git(*words: str) -> bytes:
    """Return what git says; nothing where it cannot."""
    try:
        answer = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)
    except FileNotFoundError:
        return b""
    return answer.stdout if answer.returncode == 0 else b""
