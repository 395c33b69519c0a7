"""Processes that stand still, as on a machine that swaps: no connection closes."""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def standing_still(parents: Iterable[int], *, alone: bool = False) -> Iterator[None]:
    """Stop processes and, unless ``alone``, their children where they are; let them go on in the end."""
    stopped = []
    for parent in parents:
        for pid in (parent,) if alone else _family(parent):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
                stopped.append(pid)
    try:
        yield
    finally:
        for pid in reversed(stopped):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _family(parent: int) -> Iterator[int]:
    """Yield a process, then its children: once the parent stands still, it has no more."""
    yield parent
    with suppress(OSError):
        yield from map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())
