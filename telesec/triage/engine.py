"""The next question, or the disposition: pure, and replayable from the stored answers.

Order: a vital sign the caller's own words named, the universal screen, the complaint's red flags from the
most urgent down, its raising and then its lowering questions, then each complaint an answer opened. It stops
as soon as nothing left to ask can change the level; the first ``call15_now`` ends it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from telesec.triage.levels import LEAST, Level, deadline_seconds, most_urgent
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Effect, Given, LevelText, Modifier, Protocol, Question, Rulebook
from telesec.triage.reckoning import (
    Case,
    Item,
    Reckoning,
    Situation,
    concerns,
    merged_with,
    reckon,
    reckon_situation,
    situate,
    told,
)

_LEAST = {Effect.FLAG: Given.NO, Effect.RAISE: Given.NO, Effect.LOWER: Given.YES}
_WITHIN_PROTOCOL = {Effect.FLAG: 0, Effect.RAISE: 1, Effect.LOWER: 2}


@dataclass(frozen=True)
class Disposition:
    """Where a triage ends.

    Args:
        deadline_seconds: Within how long somebody must act; None where there is no deadline.
        texts: What to say and do, who is told, the safety net and the fallback.
        because: Ids that carry the level: questions, ``default.x``, ``floor.x``, ``modifier.x``, …
    """

    level: Level
    deadline_seconds: int | None
    texts: LevelText
    because: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """What comes next: exactly one of a question and a disposition; ``level`` is the level so far."""

    item: Item | None
    disposition: Disposition | None
    level: Level


def next_step(book: Rulebook, case: Case, *, seconds_left_today: int) -> Step:
    """Return the next question of a case, or its disposition when nothing can change the level any more.

    Args:
        book: The compiled protocols.
        case: The answers so far; answers to questions that do not apply are ignored.
        seconds_left_today: From now to the end of the practice's local day (deadline of ``same_day``).
    """
    situation = situate(book, case)
    now = reckon_situation(book, case, situation)
    item = _next_item(book, case, situation, now)
    if item is not None:
        return Step(item, None, now.level)
    return Step(None, _disposition(book, case, now, seconds_left_today), now.level)


def conclude(book: Rulebook, case: Case, *, seconds_left_today: int) -> Disposition:
    """Return the disposition of a session that closes now; what still mattered counts as unknown."""
    unfinished = case
    while (item := next_step(book, unfinished, seconds_left_today=0).item) is not None:
        unfinished = unfinished.answered(told(item, Given.UNKNOWN))
    return _disposition(book, case, reckon(book, unfinished), seconds_left_today)


def _disposition(book: Rulebook, case: Case, reckoning: Reckoning, seconds_left_today: int) -> Disposition:
    level = reckoning.level
    deadline = deadline_seconds(level, seconds_left_today=seconds_left_today)
    return Disposition(level, deadline, book.texts_of(case.code, level), reckoning.because)


def _next_item(book: Rulebook, case: Case, situation: Situation, now: Reckoning) -> Item | None:
    waiting = [item for item in situation.items if item.given is None]
    best = _best(book, case, situation, waiting) if waiting else now
    if best.level is Level.CALL15_NOW:
        return None
    named = frozenset(case.named)
    if any(item.ref in named for item in waiting) or len(situation.groups) > ONE_COMPLAINT:
        order = {protocol: place for place, protocol in enumerate(situation.protocols)}
        waiting.sort(key=lambda item: _place(item, order, named))
    item = next((item for item in waiting if _matters(book, case, item, now, best)), None)
    if item is None or not item.protocol.merged or (item.ref in named and item.protocol.is_screen):
        return item
    merged = merged_with(item, situation, case.patient)
    return merged[0] if merged and all(_matters(book, case, part, now, best) for part in merged[1]) else item


ONE_COMPLAINT = 2
"""The screen and one complaint: their questions stand in the order they are asked already."""


def _place(
    item: Item, order: Mapping[Protocol, int], named: frozenset[str]
) -> tuple[bool, int, int, int, bool]:
    """Return where a question stands: a named vital sign, then the screen, then flags from the worst down.

    Among red flags of one level those the caller's words name come first.
    """
    question, is_named = item.question, item.ref in named
    vital = is_named and item.protocol.is_screen
    worst_first = -question.level.urgency if question.effect is Effect.FLAG else 0
    return not vital, order[item.protocol], _WITHIN_PROTOCOL[question.effect], worst_first, not is_named


def _best(book: Rulebook, case: Case, situation: Situation, waiting: list[Item]) -> Reckoning:
    """Return the level as if everything still open were answered the least urgent way."""
    if any(item.question.effect is Effect.LOWER and item.question.also_open for item in waiting):
        return reckon(book, case.answered({item.ref: _LEAST[item.question.effect] for item in waiting}))
    groups = tuple(
        (
            protocol,
            tuple(
                item.answered[_LEAST[item.question.effect]] if item.given is None else item for item in items
            ),
        )
        for protocol, items in situation.groups
    )
    return reckon_situation(book, case, Situation(groups, situation.missing))


def _matters(book: Rulebook, case: Case, item: Item, now: Reckoning, best: Reckoning) -> bool:
    """Return whether some answer to this question could still change the level.

    The final level is never under ``best``; a question whose worst reach is not above it is skipped.
    """
    if item.question.effect is Effect.LOWER:
        return reckon(book, case.answered({item.ref: Given.YES})).before_repeat is not now.before_repeat
    return _reach(book, case, item).urgency > best.before_repeat.urgency


def _reach(book: Rulebook, case: Case, item: Item) -> Level:
    """Return the most urgent level a yes, an "unknown" or a refusal could lead to, all ways together.

    It may also undo a lowering; that leads back to the default, which a static check keeps no more urgent
    than any red flag or raising question.
    """
    reach = _reach_alone(item.question, book.modifiers, case.patient)
    if not item.question.also_open:
        return reach
    known = any(code in book.protocols for code in item.question.also_open)
    return most_urgent([reach, Level.CALL15_NOW if known else Level.DOCTOR_NOW])


@lru_cache(maxsize=16_384)
def _reach_alone(question: Question, modifiers: tuple[Modifier, ...], patient: PatientFacts) -> Level:
    reach = [question.level]
    if question.effect is Effect.FLAG:
        reach.append(Level.DOCTOR_NOW)  # a refusal, or the third unknown
    reach.extend(
        modifier.raise_to or LEAST
        for modifier in modifiers
        if question.signs & (modifier.signs | modifier.signs_any) and concerns(modifier, patient)
    )
    return most_urgent(reach)
