"""How far doctors agree with what triage reached: shares and Cohen's κ, weighted by the distance; pure.

Source: Cohen 1968, weighted kappa, quadratic weights over the six levels: two levels apart count four times
as much as one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from telesec.triage.levels import Level


@dataclass(frozen=True)
class Marked:
    """One session a practitioner judged.

    Args:
        reached: Where triage ended.
        agreed: The level the practitioner gives it afterwards.
        hour: Local hour in which it began.
        asked: Answers, of which ``unknown`` were "I do not know" or refused.
        overridden: A person raised the level.
    """

    code: str
    version: str
    reached: Level
    agreed: Level
    hour: int
    asked: int
    unknown: int
    overridden: bool


@dataclass(frozen=True)
class Agreement:
    """What some judged sessions come to; ``kappa`` is None where it says nothing (nothing varies)."""

    sessions: int
    same: int
    under: int
    over: int
    kappa: float | None
    asked: int
    unknown: int
    overridden: int


def agreement(marked: Iterable[Marked]) -> Agreement:
    """Return the figures of some judged sessions; ``under``: triage was less urgent than the practitioner."""
    each = tuple(marked)
    apart = [one.reached.urgency - one.agreed.urgency for one in each]
    return Agreement(
        sessions=len(each),
        same=sum(steps == 0 for steps in apart),
        under=sum(steps < 0 for steps in apart),
        over=sum(steps > 0 for steps in apart),
        kappa=weighted_kappa([(one.reached, one.agreed) for one in each]),
        asked=sum(one.asked for one in each),
        unknown=sum(one.unknown for one in each),
        overridden=sum(one.overridden for one in each),
    )


def weighted_kappa(pairs: Iterable[tuple[Level, Level]]) -> float | None:
    """Return Cohen's κ with quadratic weights, None where chance alone agrees fully or nothing is there."""
    each = [(first.urgency, second.urgency) for first, second in pairs]
    if not each:
        return None
    seen = sum((first - second) ** 2 for first, second in each) / len(each)
    by_chance = sum((first - second) ** 2 for first, _ in each for _, second in each) / len(each) ** 2
    return None if by_chance == 0 else 1 - seen / by_chance
