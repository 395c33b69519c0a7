"""What changed in a practice's calendar between two readings: what came free, what of ours is gone. Pure.

A reading says nothing beyond its own stretch, so only what both cover is compared.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from telesec.scheduling.availability import Reading
from telesec.scheduling.intervals import Interval, subtract, union


class Placed(Protocol):
    """An appointment of ours, where we believe it to be."""

    @property
    def span(self) -> Interval: ...


Ours = TypeVar("Ours", bound=Placed)


def given_free(before: Reading, after: Reading, lanes: int) -> tuple[Interval, ...]:
    """Return the times of others' entries that are gone, or elsewhere, and that nothing fills wholly now.

    Our own entries are left out: whoever takes one away knows it. Whether a time may be offered is decided
    elsewhere.
    """
    common = Interval(max(before.span.start, after.span.start), min(before.span.end, after.span.end))
    gone = Counter(_others(before, common)) - Counter(_others(after, common))
    full = [b.span for b in after.busy if lanes == 1 or (b.claim_id is None and b.weight in {0, lanes})]
    return subtract(union(span for span, _ in gone), union(full))


def strayed(reading: Reading, ours: Sequence[Ours]) -> tuple[Ours, ...]:
    """Return the appointments with no entry at their time; none when everything went at once.

    A calendar from which several entries and all others vanish in one go was emptied or exchanged: no doctor
    cancels so, and what was promised to patients is not dropped for it.
    """
    there = {entry.span for entry in reading.busy}
    missing = tuple(one for one in ours if one.span not in there)
    return missing if reading.busy or len(missing) == 1 else ()


def _others(reading: Reading, within: Interval) -> Iterable[tuple[Interval, int]]:
    for entry in reading.busy:
        span = Interval(max(entry.span.start, within.start), min(entry.span.end, within.end))
        if entry.claim_id is None and span.start < span.end:
            yield span, entry.weight
