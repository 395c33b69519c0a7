"""Half-open stretches of time ``[start, end)``: union, intersection, difference. Pure.

All moments are aware UTC, so that one hour is one hour on both daylight-saving nights.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple


class Interval(NamedTuple):
    """``[start, end)``, aware, UTC; empty when ``end <= start``."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Interval") -> bool:
        """Tell whether the two share a moment; touching ends do not."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: "Interval") -> bool:
        """Tell whether the other lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the same moments as sorted, disjoint intervals; those that touch become one."""
    merged: list[Interval] = []
    for interval in sorted(i for i in intervals if i.start < i.end):
        if merged and interval.start <= merged[-1].end:
            if interval.end > merged[-1].end:
                merged[-1] = Interval(merged[-1].start, interval.end)
        else:
            merged.append(interval)
    return tuple(merged)


def intersect(left: Sequence[Interval], right: Sequence[Interval]) -> tuple[Interval, ...]:
    """Return the moments in both; each side sorted and disjoint, as ``union`` returns."""
    found: list[Interval] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start = max(left[i].start, right[j].start)
        end = min(left[i].end, right[j].end)
        if start < end:
            found.append(Interval(start, end))
        if left[i].end < right[j].end:
            i += 1
        else:
            j += 1
    return tuple(found)


def subtract(left: Sequence[Interval], right: Sequence[Interval]) -> tuple[Interval, ...]:
    """Return the moments of ``left`` that are not in ``right``; each side sorted and disjoint."""
    found: list[Interval] = []
    j = 0
    for interval in left:
        start = interval.start
        while j < len(right) and right[j].end <= start:
            j += 1
        k = j
        while k < len(right) and right[k].start < interval.end:
            if right[k].start > start:
                found.append(Interval(start, right[k].start))
            start = max(start, right[k].end)
            k += 1
        if start < interval.end:
            found.append(Interval(start, interval.end))
    return tuple(found)
