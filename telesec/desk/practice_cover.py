"""Who an urgent call would reach in the coming days. Values and functions only.

Somebody is reached when he is on call, has a verified way to be reached and is not away. A time when nobody
is reached is a gap, unless the absence says where callers turn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from telesec.practices.rules import Away, within

DAYS = 14
STEP = timedelta(minutes=30)
STEPS = 48
"""Half-hours of a day on the wall."""


@dataclass(frozen=True)
class Answer:
    """What an urgent call would meet: a person, or with None what the absence says, or nobody at all."""

    person: UUID | None
    says: str = ""

    @property
    def gap(self) -> bool:
        """Whether it would reach nobody and nothing is said."""
        return self.person is None and not self.says


@dataclass(frozen=True)
class Stretch:
    """Half-hours ``[start, start + steps)`` of one day with one answer."""

    start: int
    steps: int
    answer: Answer


@dataclass(frozen=True)
class CoverDay:
    """One local day, in stretches that fill it."""

    on: date
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True)
class Gap:
    """A time ``[start, end)`` in which an urgent call would reach nobody."""

    start: datetime
    end: datetime


def answer_at(at: datetime, people: Sequence[UUID], away: Sequence[Away]) -> Answer:
    """Return what an urgent call at an instant would meet.

    Args:
        at: The instant, aware.
        people: Who is on call and can be reached, first one first.
        away: Absences of the practice.
    """
    now = [one for one in away if within(at, one.start, one.end)]
    closed = [one for one in now if one.practitioner_id is None]
    absent = {one.practitioner_id for one in now}
    if not closed:
        for person in people:
            if person not in absent:
                return Answer(person)
    return Answer(None, next((one.says for one in (closed or now) if one.says), ""))


def cover(first: date, zone: ZoneInfo, people: Sequence[UUID], away: Sequence[Away]) -> tuple[CoverDay, ...]:
    """Return the days from ``first`` on, on the practice's wall."""
    return tuple(
        CoverDay(day, tuple(_stretches(day, zone, people, away)))
        for day in (first + timedelta(days=count) for count in range(DAYS))
    )


def gaps(people: Sequence[UUID], away: Sequence[Away], start: datetime, end: datetime) -> tuple[Gap, ...]:
    """Return the times in ``[start, end)`` in which an urgent call would reach nobody, to the minute.

    What is reached changes only where an absence begins or ends, so only those moments are looked at.
    """
    edges = {edge for one in away for edge in (one.start, one.end) if edge and start < edge < end}
    found: list[Gap] = []
    for begins, ends in pairwise([start, *sorted(edges), end]):
        if not answer_at(begins, people, away).gap:
            continue
        if found and found[-1].end == begins:
            found[-1] = Gap(found[-1].start, ends)
        else:
            found.append(Gap(begins, ends))
    return tuple(found)


def _stretches(day: date, zone: ZoneInfo, people: Sequence[UUID], away: Sequence[Away]) -> Iterator[Stretch]:
    told = [(step, answer_at(_instant(day, step, zone), people, away)) for step in range(STEPS)]
    runs = [(next(run)[0], answer) for answer, run in groupby(told, key=lambda one: one[1])]
    for (start, answer), (end, _) in pairwise([*runs, (STEPS, Answer(None))]):
        yield Stretch(start, end - start, answer)


def _instant(day: date, step: int, zone: ZoneInfo) -> datetime:
    """Return the instant at which the wall shows a half-hour; the 48th is the next day's first."""
    midnight = datetime.combine(day + timedelta(days=step // STEPS), time(0))
    return (midnight + (step % STEPS) * STEP).replace(tzinfo=zone).astimezone(UTC)
