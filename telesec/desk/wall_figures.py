"""How the wall shows a day's figures: each with its goal, and with its formula, counts filled in.

A share is never rounded to the side of its goal it is not on. A figure of nothing is a dash with the reason.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction

from telesec.desk.service_day import ServiceDay
from telesec.desk.wording import clock_face
from telesec.foundation.language import Sentence, say

LEVEL, REACHED, KEPT = Fraction(90, 100), Fraction(97, 100), Fraction(98, 100)
ABANDONED = Fraction(3, 100)
WAIT = timedelta(seconds=12)
TOOK_MEDIAN, TOOK_P95 = timedelta(minutes=1), timedelta(minutes=5)
NO_CALL = say("no call has been answered or lost yet")
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Figure:
    """One figure of the day.

    Args:
        value: Empty when there is nothing to compute it from; ``how`` then says why.
        unit: ``%`` or ``s``; empty for a clock face.
        goal: What it should be.
        met: Whether it is so.
    """

    name: Sentence
    value: str
    unit: str
    goal: Sentence
    met: bool
    how: Sentence


def figures(day: ServiceDay, language: str) -> tuple[Figure, ...]:
    """Return the six figures in their order on the wall."""
    return (
        _level(day, language),
        _wait(day, language),
        _abandoned(day, language),
        _reached(day, language),
        _kept(day, language),
        _took(day),
    )


def percent(part: int, whole: int, language: str, *, up: bool = False) -> str:
    """Return a share with one decimal where it has one, rounded down, or up for what should be small."""
    exact = Decimal(100 * part) / whole
    rounded = exact.quantize(TENTH, ROUND_CEILING if up else ROUND_FLOOR)
    return _decimal(rounded, language)


def _level(day: ServiceDay, language: str) -> Figure:
    name, goal = say("Answered within 20 s"), say("goal: 90%")
    if not day.offered:
        return Figure(name, "", "", goal, met=True, how=NO_CALL)
    how = say(
        "answered within 20 s ÷ offered: %(part)s ÷ %(whole)s",
        part=day.in_time,
        whole=day.offered,
    )
    met = Fraction(day.in_time, day.offered) >= LEVEL
    return Figure(name, percent(day.in_time, day.offered, language), "%", goal, met, how)


def _wait(day: ServiceDay, language: str) -> Figure:
    name, goal = say("Mean wait"), say("goal: 12 s at most")
    if day.waited is None:
        return Figure(name, "", "", goal, met=True, how=say("no call has been answered yet"))
    how = say("from the queue to a voice, calls answered: %(whole)s", whole=day.answered)
    seconds = Decimal(str(day.waited.total_seconds())).quantize(TENTH, ROUND_CEILING)
    return Figure(name, _decimal(seconds, language), "s", goal, day.waited <= WAIT, how)


def _abandoned(day: ServiceDay, language: str) -> Figure:
    name, goal = say("Hung up unanswered"), say("goal: under 3%")
    if not day.offered:
        return Figure(name, "", "", goal, met=True, how=NO_CALL)
    how = say("hung up after 5 s ÷ offered: %(part)s ÷ %(whole)s", part=day.missed, whole=day.offered)
    met = Fraction(day.missed, day.offered) < ABANDONED
    return Figure(name, percent(day.missed, day.offered, language, up=True), "%", goal, met, how)


def _reached(day: ServiceDay, language: str) -> Figure:
    name, goal = say("Picked up"), say("goal: over 97%")
    if not day.offered:
        return Figure(name, "", "", goal, met=True, how=NO_CALL)
    how = say("answered ÷ offered: %(part)s ÷ %(whole)s", part=day.answered, whole=day.offered)
    met = Fraction(day.answered, day.offered) > REACHED
    return Figure(name, percent(day.answered, day.offered, language), "%", goal, met, how)


def _kept(day: ServiceDay, language: str) -> Figure:
    name, goal = say("Callbacks kept"), say("goal: 98%")
    if not day.promised:
        return Figure(name, "", "", goal, met=True, how=say("no callback promised for today is due yet"))
    how = say("called by the time promised ÷ due: %(part)s ÷ %(whole)s", part=day.kept, whole=day.promised)
    met = Fraction(day.kept, day.promised) >= KEPT
    return Figure(name, percent(day.kept, day.promised, language), "%", goal, met, how)


def _took(day: ServiceDay) -> Figure:
    name, goal = say("Alerts taken in"), say("goals: 1:00 and 5:00")
    if day.took_median is None or day.took_p95 is None:
        why = say("no alert of today has been taken yet") if day.untaken else say("no alert was raised today")
        return Figure(name, "", "", goal, met=True, how=why)
    how = say(
        "median; 95%% in %(late)s · taken: %(taken)s, not taken: %(untaken)s",
        taken=day.taken,
        late=clock_face(_whole(day.took_p95)),
        untaken=day.untaken,
    )
    met = day.took_median <= TOOK_MEDIAN and day.took_p95 <= TOOK_P95
    return Figure(name, clock_face(_whole(day.took_median)), "", goal, met, how)


def _whole(length: timedelta) -> int:
    """Return whole seconds, rounded up: no goal is met by rounding."""
    return -int(-length // timedelta(seconds=1))


def _decimal(value: Decimal, language: str) -> str:
    text = f"{value:f}".removesuffix(".0")
    return text.replace(".", ",") if language == "fr" else text
