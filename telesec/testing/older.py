"""The release before this one, as its own code: what a machine that is not upgraded yet still runs.

It is the last code in git that does not know the newest step of the schema. A checkout without its history
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


def older_release(folder: Path) -> str:
    """Write the release before this one into an empty folder; return where its code is from."""
    step = f"migrations/versions/{revision.head()}.py"
    added = _git("log", "--diff-filter=A", "--format=%H", "-1", "--", step).decode().strip()
    archive = _git("archive", f"{added}^", "telesec", "migrations") if added else b""
    if archive:
        with tarfile.open(fileobj=BytesIO(archive)) as packed:
            packed.extractall(folder, filter="data")
        shutil.copytree(ROOT / VENDOR, folder / VENDOR, dirs_exist_ok=True)
        return FROM_HISTORY
    for name in ("telesec", "migrations"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / step).unlink()
    return FROM_CONTRACT


def _git(*words: str) -> bytes:
    """Return what git says; nothing where it cannot."""
    try:
        answer = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)
    except FileNotFoundError:
        return b""
    return answer.stdout if answer.returncode == 0 else b""
