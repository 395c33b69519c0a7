"""The next question, or the disposition: pure, and replayable from the stored answers.

Order: a vital sign the caller's own words named, the universal screen, the complaint's red flags from the
most urgent down, its raising and then its lowering questions, then each complaint an answer opened. It stops
as soon as nothing left to ask can change the level; the first ``call15_now`` ends it.
"""

from dataclasses import dataclass

from telesec.triage.levels import LEAST, Level, deadline_seconds, most_urgent
from telesec.triage.protocol import Effect, Given, LevelText, Rulebook
from telesec.triage.reckoning import Case, Item, Reckoning, Situation, concerns, reckon, situate

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
    now = reckon(book, case)
    item = _next_item(book, case)
    if item is not None:
        return Step(item, None, now.level)
    return Step(None, _disposition(book, case, now, seconds_left_today), now.level)


def conclude(book: Rulebook, case: Case, *, seconds_left_today: int) -> Disposition:
    """Return the disposition of a session that closes now; what still mattered counts as unknown."""
    unfinished = case
    while (item := _next_item(book, unfinished)) is not None:
        unfinished = unfinished.answered({item.ref: Given.UNKNOWN})
    return _disposition(book, case, reckon(book, unfinished), seconds_left_today)


def _disposition(book: Rulebook, case: Case, reckoning: Reckoning, seconds_left_today: int) -> Disposition:
    level = reckoning.level
    deadline = deadline_seconds(level, seconds_left_today=seconds_left_today)
    return Disposition(level, deadline, book.texts_of(case.code, level), reckoning.because)


def _next_item(book: Rulebook, case: Case) -> Item | None:
    situation = situate(book, case)
    best = reckon(book, _best_case(situation, case))
    if best.level is Level.CALL15_NOW:
        return None
    waiting = [item for item in situation.items if item.given is None]
    waiting.sort(key=lambda item: _place(item, situation, case))
    return next((item for item in waiting if _matters(book, case, item, best)), None)


def _place(item: Item, situation: Situation, case: Case) -> tuple[bool, int, int]:
    named = item.ref in case.named
    return not named, situation.protocols.index(item.protocol), _WITHIN_PROTOCOL[item.question.effect]


def _best_case(situation: Situation, case: Case) -> Case:
    """Return the case as if everything still open were answered the least urgent way."""
    return case.answered(
        {
            item.ref: Given.YES if item.question.effect is Effect.LOWER else Given.NO
            for item in situation.items
            if item.given is None
        }
    )


def _matters(book: Rulebook, case: Case, item: Item, best: Reckoning) -> bool:
    """Return whether some answer to this question could still change the level.

    The final level is never under ``best``; a question whose worst reach is not above it is skipped.
    """
    if item.question.effect is Effect.LOWER:
        lowered = reckon(book, case.answered({item.ref: Given.YES}))
        return lowered.before_repeat is not reckon(book, case).before_repeat
    return _reach(book, case, item).urgency > best.before_repeat.urgency


def _reach(book: Rulebook, case: Case, item: Item) -> Level:
    """Return the most urgent level a yes, an "unknown" or a refusal could lead to, all ways together.

    It may also undo a lowering; that leads back to the default, which a static check keeps no more urgent
    than any red flag or raising question.
    """
    question = item.question
    reach = [question.level]
    if question.effect is Effect.FLAG:
        reach.append(Level.DOCTOR_NOW)  # a refusal, or the third unknown
    reach.extend(
        Level.CALL15_NOW if code in book.protocols else Level.DOCTOR_NOW for code in question.also_open
    )
    reach.extend(
        modifier.raise_to or LEAST
        for modifier in book.modifiers
        if question.signs & (modifier.signs | modifier.signs_any) and concerns(modifier, case.patient)
    )
    return most_urgent(reach)
