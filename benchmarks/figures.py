"""One measured figure, and how times are taken.

Each is taken after a warm-up. Pure code is measured in processor time; ratios compare two things
measured in turns in the same run, so that a
busy machine slows both.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured.

    Args:
        goal: What it should be at most, or at least where ``at_least``.
    """

    name: str
    value: float
    unit: str
    goal: float
    at_least: bool = False

    @property
    def ok(self) -> bool:
        """Whether the goal was met on this machine."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal


def seconds(work: Callable[[], object]) -> float:
    """Return how long one call takes, waiting included."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def processor_seconds(work: Callable[[], object]) -> float:
    """Return how long one call keeps the processor; the measure of pure code on a machine others use."""
    began = time.process_time()
    work()
    return time.process_time() - began


def median(values: Iterable[float]) -> float:
    """Return the middle value."""
    return at_share(values, 0.5)


def at_share(values: Iterable[float], share: float) -> float:
    """Return the value below which ``share`` of them lie; 0.95 for a p95."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def typical(work: Callable[[], object], rounds: int) -> float:
    """Return the median seconds of one call, after one to warm up."""
    work()
    return median(seconds(work) for _ in range(rounds))


def ratio(work: Callable[[], object], beside: Callable[[], object], rounds: int) -> float:
    """Return how many times longer ``work`` takes than ``beside``, in turns."""
    work(), beside()
    pairs = [(seconds(work), seconds(beside)) for _ in range(rounds)]
    return median(pair[0] for pair in pairs) / median(pair[1] for pair in pairs)
