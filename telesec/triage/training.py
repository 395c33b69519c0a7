"""Simulated callers: the cases every protocol carries, played as calls, then scored; pure, nothing is stored.

The caller answers in everyday words what the case says; the trainee keys what was heard. The same engine runs
as in a real call.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from telesec.triage.engine import Step, next_step
from telesec.triage.expected import answered_case
from telesec.triage.levels import Level
from telesec.triage.library import Library
from telesec.triage.protocol import ExpectedCase, Given, Protocol, Question, Rulebook
from telesec.triage.reckoning import Case, Item, reckon, told
from telesec.triage.speech import spoken_seconds

MOST_ANSWERS = 60
WAYS = 3
"""Ways a caller may say the same answer."""


@dataclass(frozen=True)
class Turn:
    """One question asked: what the caller's answer means, and what was keyed."""

    question: Question
    ref: str
    truth: Given
    given: Given

    @property
    def right(self) -> bool:
        """Whether what was keyed is what was said."""
        return self.given is self.truth


@dataclass(frozen=True)
class WrongTurn:
    """A turn keyed otherwise than said; ``would_be`` is the level with this one answer put right."""

    turn: Turn
    would_be: Level


@dataclass(frozen=True)
class Score:
    """How a call went.

    Args:
        spoken: Seconds it takes to read the questions aloud and hear the answers.
    """

    expected: Level
    reached: Level
    turns: tuple[Turn, ...]
    wrong: tuple[WrongTurn, ...]
    spoken: float


@dataclass(frozen=True)
class Caller:
    """A simulated caller: one case of one protocol; ``number`` counts from 1."""

    book: Rulebook
    protocol: Protocol
    case: ExpectedCase
    number: int

    @cached_property
    def _known(self) -> dict[str, Given]:
        return dict(answered_case(self.book, self.protocol, self.case)[0].answers)

    @property
    def start(self) -> Case:
        """The case before any answer."""
        return Case(None if self.protocol.is_screen else self.protocol.code, self.case.patient)

    @property
    def words(self) -> str:
        """What the caller says first, in their own words; empty where a protocol has none."""
        known = self.protocol.synonyms
        return known[zlib.crc32(self.case.name.encode()) % len(known)] if known else ""

    def truth(self, item: Item) -> Given:
        """Return what the caller's answer to a question means."""
        if item.question.merges:
            parts = [
                self._answer(f"{item.protocol.code}.{id_}", item.protocol) for id_ in item.question.merges
            ]
            return next(
                (given for given in (Given.YES, Given.REFUSED, Given.UNKNOWN) if given in parts), Given.NO
            )
        return self._answer(item.ref, item.protocol)

    def _answer(self, ref: str, protocol: Protocol) -> Given:
        elsewhere = protocol.is_screen and not self.protocol.is_screen
        return self._known.get(ref) or (Given.NO if elsewhere else self.case.others)

    def way(self, ref: str) -> int:
        """Return which way of saying it this caller has for a question; always the same."""
        return zlib.crc32(f"{self.protocol.code}{self.case.name}{ref}".encode()) % WAYS


@dataclass(frozen=True)
class Played:
    """A call so far: the turns that fit, and what comes next."""

    case: Case
    turns: tuple[Turn, ...]
    step: Step


def caller(library: Library, code: str, number: int) -> Caller | None:
    """Return a simulated caller, None when there is no such call."""
    protocol = library.book.get(code)
    if protocol is None or not 1 <= number <= len(protocol.cases):
        return None
    return Caller(library.book, protocol, protocol.cases[number - 1], number)


def play(who: Caller, given: Iterable[tuple[str, Given]]) -> Played:
    """Return a call after some answers; one that is not to the question then asked ends what is counted."""
    case, turns = who.start, []
    step = next_step(who.book, case, seconds_left_today=0)
    for ref, said in given:
        if step.item is None or step.item.ref != ref:
            break
        turns.append(Turn(step.item.question, ref, who.truth(step.item), said))
        case = case.answered(told(step.item, said))
        step = next_step(who.book, case, seconds_left_today=0)
    return Played(case, tuple(turns), step)


def score(who: Caller, played: Played) -> Score:
    """Return how a call went: level, turns, and what each wrong turn did."""
    wrong = tuple(
        WrongTurn(turn, reckon(who.book, _put_right(played.case, turn)).level)
        for turn in played.turns
        if not turn.right
    )
    spoken = sum(spoken_seconds(turn.question.text.fr) for turn in played.turns)
    return Score(who.case.level, played.step.level, played.turns, wrong, spoken)


def _put_right(case: Case, turn: Turn) -> Case:
    protocol = turn.ref.split(".", 1)[0]
    if turn.question.merges:
        parts = {f"{protocol}.{id_}": Given.NO for id_ in turn.question.merges}
        answers = {ref: given for ref, given in case.answers.items() if ref != turn.ref and ref not in parts}
        right = parts if turn.truth is Given.NO else {turn.ref: turn.truth}
        return Case(case.code, case.patient, {**answers, **right})
    return case.answered({turn.ref: turn.truth})
