"""The one urgency scale of telesec: six levels in a total order, with their deadlines and words.

Source: the reference's own code system (French SAMU P0/P1 is about ``call15_now``; the Dutch NTS U1 to U5 is
the nearest model for people who are not clinicians). A level orients and has a deadline; it never diagnoses.
"""

from collections.abc import Iterable
from enum import StrEnum
from operator import attrgetter

DOCTOR_NOW_SECONDS = 900
WITHIN_72_HOURS_SECONDS = 259_200


class Level(StrEnum):
    """How soon somebody must act, most urgent first.

    Compare with ``urgency``, never with ``<``: as a string ``admin`` would come before ``call15_now``.
    """

    CALL15_NOW = "call15_now"
    DOCTOR_NOW = "doctor_now"
    SAME_DAY = "same_day"
    H48_72 = "h48_72"
    ROUTINE = "routine"
    ADMIN = "admin"

    urgency: int
    """5 for ``call15_now`` down to 0 for ``admin``; a plain attribute, read many times a step."""

    def __init__(self, _value: str) -> None:
        self.urgency = 5 - len(type(self).__members__)

    @property
    def word(self) -> str:
        """The word on a message: vital, urgent, today or routine."""
        return _WORDS.get(self, "routine")


_URGENCY = attrgetter("urgency")
_WORDS = {Level.CALL15_NOW: "vital", Level.DOCTOR_NOW: "urgent", Level.SAME_DAY: "today"}
LEAST = Level.ADMIN


def most_urgent(levels: Iterable[Level]) -> Level:
    """Return the most urgent of some levels; ``admin`` when there is none."""
    return max(levels, key=_URGENCY, default=LEAST)


def least_urgent(levels: Iterable[Level]) -> Level:
    """Return the least urgent of at least one level.

    Raises:
        ValueError: ``levels`` is empty; there is no safe answer to that.
    """
    return min(levels, key=_URGENCY)


def at_least(level: Level, bound: Level) -> bool:
    """Return whether ``level`` is as urgent as ``bound`` or more."""
    return level.urgency >= bound.urgency


def raised_by(level: Level, steps: int) -> Level:
    """Return the level ``steps`` more urgent, ``call15_now`` at most."""
    order = list(Level)
    return order[max(0, order.index(level) - steps)]


def deadline_seconds(level: Level, *, seconds_left_today: int) -> int | None:
    """Return within how many seconds somebody must act, or None when there is no deadline.

    Args:
        level: The level reached.
        seconds_left_today: From now to the end of the practice's local day, which only the caller knows.
    """
    match level:
        case Level.CALL15_NOW:
            return 0
        case Level.DOCTOR_NOW:
            return DOCTOR_NOW_SECONDS
        case Level.SAME_DAY:
            return seconds_left_today
        case Level.H48_72:
            return WITHIN_72_HOURS_SECONDS
        case Level.ROUTINE | Level.ADMIN:
            return None
