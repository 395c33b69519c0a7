"""A carrier that only takes SMS, in a process of its own.

The simulated carrier of the tests does the phones' whole work in the process that measures, and reports each
step to the web process; beside a thousand requests at once, that is what would be measured.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from telesec.testing.installation import free_port, wait_for

SERVER = Path(__file__).with_name("lean_carrier.py")


@dataclass(frozen=True)
class Seen:
    """How many requests came, and when the last one (``time.perf_counter``, the same in every process)."""

    count: int
    last: float


class Carrier:
    """A carrier in a process of its own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def seen(self) -> Seen:
        """Return what came until now."""
        with urlopen(self.url, timeout=10) as answer:  # noqa: S310 - loopback
            return Seen(**json.load(answer))


@contextmanager
def carrier(answers_after: float) -> Iterator[Carrier]:
    """Run one that answers so many seconds after each request."""
    port = free_port()
    process = subprocess.Popen([sys.executable, str(SERVER), str(port), str(answers_after)])
    here = Carrier(f"http://127.0.0.1:{port}")
    try:
        assert wait_for(lambda: _answers(here), 30), "the carrier did not start"  # noqa: S101
        yield here
    finally:
        process.terminate()
        process.wait(30)


def _answers(here: Carrier) -> bool:
    try:
        return here.seen().count == 0
    except OSError:
        return False
