"""How well the protocols do on invented calls: run each through the engine, then count.

What matters first is that nobody is put too low; then that not everybody is put too high. Shares come with
Wilson intervals, because a few hundred cases say little about the last per cent.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from telesec.triage.case_file import CallDoc, Told
from telesec.triage.engine import Step, next_step
from telesec.triage.levels import Level
from telesec.triage.library import Library
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Effect, Given
from telesec.triage.reckoning import Case, Item, told
from telesec.triage.speech import spoken_seconds
from telesec.triage.standing import bound_without
from telesec.triage.words import Found

Z_95 = 1.959963984540054
SEVERE = 2
"""Levels under the agreed one that make an undertriage severe."""

_WORST_FIRST = (Given.YES, Given.REFUSED, Given.UNKNOWN, Given.NO)


class Routed(StrEnum):
    """Where the caller's words led, before any question."""

    REACHED = "reached"
    OFFERED = "offered"
    SILENT = "silent"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Played:
    """One call, played to its end.

    Args:
        questions: How many were spoken, of which ``unsure`` were answered "I do not know" or refused.
        seconds: Computed time of the questions read aloud and answered.
    """

    id: str
    gold: Level
    level: Level
    because: tuple[str, ...]
    routed: Routed
    questions: int
    unsure: int
    seconds: float

    @property
    def above(self) -> int:
        """Levels above the agreed one; negative when put too low."""
        return self.level.urgency - self.gold.urgency


@dataclass(frozen=True)
class Share:
    """A share of calls with its 95 % Wilson interval; all of nothing is nothing known: 0 to 1."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """Return the share, None when there is nothing to count."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % Wilson interval."""
        return wilson(self.hits, self.of)


def wilson(hits: int, of: int, z: float = Z_95) -> tuple[float, float]:
    """Return the Wilson score interval of a share (Wilson 1927), within 0 and 1."""
    if not of:
        return 0.0, 1.0
    share, weight = hits / of, z * z / of
    middle = share + weight / 2
    half = z * math.sqrt(share * (1 - share) / of + weight / (4 * of))
    return max(0.0, (middle - half) / (1 + weight)), min(1.0, (middle + half) / (1 + weight))


def percentile(values: Iterable[float], share: float) -> float | None:
    """Return the nearest-rank percentile, None of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def play(library: Library, call: CallDoc) -> Played:
    """Run one call through the words and the engine to its disposition."""
    patient = call.patient.facts(call.voice)
    found = library.find(call.words, patient)
    routed = routed_by(found, call.good)
    case = _opened(library, call, patient, found)
    given = call.given
    step, asked = asked_through(library, case, lambda item: said_to(item, given, call.otherwise))
    return ended(call, routed, step, asked)


def asked_through(
    library: Library, case: Case, answer: Callable[[Item], Given | None]
) -> tuple[Step, tuple[tuple[Item, Given], ...]]:
    """Ask a case's questions until one has no answer or there is none left.

    Returns:
        The step reached (its item is the question nobody answered, None at the end), and what was asked.
    """
    asked: list[tuple[Item, Given]] = []
    step = next_step(library.book, case, seconds_left_today=0)
    while step.item is not None and (given := answer(step.item)) is not None:
        asked.append((step.item, given))
        case = case.answered(told(step.item, given))
        step = next_step(library.book, case, seconds_left_today=0)
    return step, tuple(asked)


def ended(call: Told, routed: Routed, step: Step, asked: Sequence[tuple[Item, Given]]) -> Played:
    """Return a call at its end: the step that asks nothing more, and what was asked and answered."""
    heard_as = call.patient.facts(call.voice).heard_as
    return Played(
        id=call.id,
        gold=call.gold,
        level=step.level,
        because=step.disposition.because if step.disposition else (),
        routed=routed,
        questions=len(asked),
        unsure=sum(answer in (Given.UNKNOWN, Given.REFUSED) for _, answer in asked),
        seconds=sum(spoken_seconds(item.question.text.spoken("fr", heard_as)) for item, _ in asked),
    )


def routed_by(found: Found, good: Sequence[str]) -> Routed:
    """Return whether words lead to a good complaint first, offer one, say nothing, or lead elsewhere only."""
    if not found.candidates:
        return Routed.SILENT
    if found.candidates[0] in good:
        return Routed.REACHED
    return Routed.ELSEWHERE if set(good).isdisjoint(found.candidates) else Routed.OFFERED


def _opened(library: Library, call: CallDoc, patient: PatientFacts, found: Found) -> Case:
    """Return the case as the desk opens it.

    Of several complaints the secretary chooses the right one; when the words are silent she finds it in the
    list. When they lead elsewhere only, she follows them: that is the worse case, and it is measured.
    """
    offered = found.candidates or call.good
    return opened(library, next((code for code in call.good if code in offered), offered[0]), patient, found)


def opened(library: Library, code: str, patient: PatientFacts, found: Found) -> Case:
    """Return the case of a complaint's protocol; without one the screen alone, bound as on the desk."""
    protocol = library.book.protocols.get(code)
    bound = () if protocol else bound_without(None)
    return Case(protocol.code if protocol else None, patient, {}, found.first, (*found.raised, *bound))


def said_to(item: Item, given: Mapping[str, Given], otherwise: Given) -> Given:
    """Return what a caller answers to a question, or the worst of those one sentence says."""
    if not item.question.merges:
        return answered(item, given, otherwise)
    parts = [question for question in item.protocol.questions if question.id in item.question.merges]
    each = {answered(Item.of(item.protocol, part, None), given, otherwise) for part in parts}
    return next(answer for answer in _WORST_FIRST if answer in each)


def answered(item: Item, given: Mapping[str, Given], otherwise: Given) -> Given:
    """Return what a caller answers to a question.

    Its own id counts first; a question that was split or merged takes the worst answer of the reference's ids
    it covers. ``otherwise`` is not said to a lowering question: nobody calls an unknown picture ordinary.
    """
    own = given.get(item.ref)
    if own is not None:
        return own
    covered = {given.get(f"{item.protocol.code}.{id_}") for id_ in item.question.covers}
    lowers = item.question.effect is Effect.LOWER
    worst = next((answer for answer in _WORST_FIRST if answer in covered), None)
    if worst is not None:
        return worst
    return Given.NO if lowers and otherwise is Given.YES else otherwise


@dataclass(frozen=True)
class Figures:
    """What a run comes to."""

    played: tuple[Played, ...]

    def shares(self) -> dict[str, Share]:
        """Return every share by name.

        ``safety``: not under the agreed level. ``sensitivity``: of the agreed emergencies, those sent to the
        15; ``specificity``: of the others, those not sent; ``at_15``: of the others, those sent.
        """
        emergencies = [one for one in self.played if one.gold is Level.CALL15_NOW]
        others = [one for one in self.played if one.gold is not Level.CALL15_NOW]
        sent = sum(one.level is Level.CALL15_NOW for one in others)
        return {
            "accuracy": self._share(one.above == 0 for one in self.played),
            "safety": self._share(one.above >= 0 for one in self.played),
            "sensitivity": self._share(one.level is Level.CALL15_NOW for one in emergencies),
            "specificity": Share(len(others) - sent, len(others)),
            "at_15": Share(sent, len(others)),
            "severe_undertriage": self._share(one.above <= -SEVERE for one in self.played),
            "undertriage": self._share(one.above < 0 for one in self.played),
            "overtriage": self._share(one.above > 0 for one in self.played),
            "words_reach": self._share(one.routed is not Routed.ELSEWHERE for one in self.played),
            "unknown_rate": Share(
                sum(one.unsure for one in self.played), sum(one.questions for one in self.played)
            ),
        }

    def times(self) -> dict[str, float | None]:
        """Return questions and spoken seconds to the decision, of all calls and of those found for the 15."""
        found = [one for one in self.played if one.gold is one.level is Level.CALL15_NOW]
        return dict(_times("all", self.played)) | dict(_times("found_15", found))

    def missed(self) -> tuple[Played, ...]:
        """Return the calls put too low, the worst first."""
        return tuple(sorted((one for one in self.played if one.above < 0), key=lambda one: one.above))

    def over(self) -> tuple[Played, ...]:
        """Return the calls put too high, the worst first."""
        return tuple(sorted((one for one in self.played if one.above > 0), key=lambda one: -one.above))

    def elsewhere(self) -> tuple[str, ...]:
        """Return the calls whose words led to other complaints only."""
        return tuple(one.id for one in self.played if one.routed is Routed.ELSEWHERE)

    @staticmethod
    def _share(hits: Iterable[bool]) -> Share:
        each = list(hits)
        return Share(sum(each), len(each))


def _times(of: str, played: Sequence[Played]) -> Iterator[tuple[str, float | None]]:
    for name, share in (("p50", 0.5), ("p90", 0.9)):
        yield f"{of}_questions_{name}", percentile((one.questions for one in played), share)
        yield f"{of}_seconds_{name}", percentile((one.seconds for one in played), share)


def evaluate(library: Library, calls: Iterable[CallDoc]) -> Figures:
    """Play every call and return the figures."""
    return Figures(tuple(play(library, call) for call in calls))


def as_data(figures: Figures) -> dict[str, Any]:
    """Return the figures as plain values for JSON."""
    return {
        "calls": len(figures.played),
        "shares": {
            name: {"hits": share.hits, "of": share.of, "share": share.value, "wilson_95": share.interval}
            for name, share in figures.shares().items()
        },
        "times": figures.times(),
        "missed": [_one(played) for played in figures.missed()],
        "over": [_one(played) for played in figures.over()],
        "words_elsewhere": list(figures.elsewhere()),
    }


def _one(played: Played) -> dict[str, Any]:
    return {
        "id": played.id,
        "gold": played.gold,
        "level": played.level,
        "because": list(played.because),
        "routed": played.routed,
    }


def lines(figures: Figures, *, details: bool) -> Iterator[str]:
    """Yield the report for reading; ``details`` lists the missed and the overrated calls by id."""
    yield f"{len(figures.played)} calls"
    for name, share in figures.shares().items():
        low, high = share.interval
        value = "–" if share.value is None else f"{share.value:.1%}"
        yield f"{name:<20}{value:>7}  [{low:.1%}, {high:.1%}]  {share.hits}/{share.of}"
    for name, number in figures.times().items():
        yield f"{name:<26}{'–' if number is None else format(number, '.0f'):>5}"
    if not details:
        return
    for title, some in (("too low", figures.missed()), ("too high", figures.over())):
        for one in some:
            yield f"{title}: {one.id} {one.gold} → {one.level} ({', '.join(one.because)}; {one.routed})"
    for id_ in figures.elsewhere():
        yield f"words lead elsewhere: {id_}"
