"""Where a practice's own version of a protocol would be less safe than the reference; pure.

A practice may word, order, add and raise, ask everybody what was meant for some, and add words that lead
here. It may not drop a question that raises, lower a level, narrow for whom a question is meant, or add a way
down. So the same answers never reach a less urgent level.
"""

from collections.abc import Iterator
from typing import Any

from telesec.foundation.language import say
from telesec.triage.checks import Problem
from telesec.triage.levels import at_least
from telesec.triage.protocol import EVERYBODY, Effect, Protocol, Question

_SAME_AS_SAID = ("ask", "level")
"""What a sentence that says several questions takes for granted of each."""


def weaker(reference: Protocol, own: Protocol) -> Iterator[Problem]:
    """Yield where a practice's own version is less safe than the reference, at the question or field.

    Args:
        reference: The library's version.
        own: The practice's.
    """
    yield from _ground(reference, own)
    held = {question.id: question for question in own.questions}
    for question in reference.questions:
        mine = held.pop(question.id, None)
        if question.effect is Effect.LOWER:
            if mine is not None:
                yield from _lowering(question, mine)
        elif mine is None:
            yield Problem.told(question.id, say("is a question of the reference and may not be dropped"))
        else:
            yield from _raising(question, mine)
    for mine in held.values():
        if mine.effect is Effect.LOWER:
            yield Problem.told(
                mine.id, say("would lower a level: a practice may only add questions that raise")
            )
    yield from _sentences(reference, own)


def apart(reference: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return a practice's own document without the sentences that no longer say what it asks.

    A sentence of the reference stays while each question it says is worded and as urgent as there, or while
    the practice worded the sentence itself and its questions are still as urgent as one another; else its
    questions are asked one by one.

    Args:
        reference: The reference's document as plain values.
        own: The practice's, unchanged by this.
    """
    theirs = {one["id"]: one for one in (*reference["red_flags"], *reference["deciding"])}
    sentences = {one["id"]: one for one in reference["merged"]}
    mine = {one["id"]: one for one in (*own["red_flags"], *own["deciding"])}

    def fits(merged: dict[str, Any]) -> bool:
        parts = [(mine.get(id_), theirs.get(id_)) for id_ in merged["merges"]]
        if any(one is None or other is None for one, other in parts):
            return False
        if merged["ask"] != sentences.get(merged["id"], merged)["ask"]:
            return len({one["level"] for one, _ in parts if one}) == 1
        return all(
            one[part] == other[part] for one, other in parts for part in _SAME_AS_SAID if one and other
        )

    return {**own, "merged": [merged for merged in own["merged"] if fits(merged)]}


def _ground(reference: Protocol, own: Protocol) -> Iterator[Problem]:
    if reference.is_screen:
        yield Problem.told("code", say("the questions common to all calls are the same everywhere"))
    if own.code != reference.code or own.is_screen != reference.is_screen:
        yield Problem.told("code", say("this is another protocol"))
    if not at_least(own.default, reference.default):
        yield Problem.told("default", say("lower than in the reference; a practice may only raise"))
    if not at_least(own.floor, reference.floor):
        yield Problem.told("floor", say("lower than in the reference; a practice may only raise"))
    if own.audience != reference.audience or not own.signs >= reference.signs:
        yield Problem.told("audience", say("for whom the protocol is meant may not change"))
    if not set(reference.synonyms) <= set(own.synonyms):
        yield Problem.told("synonyms", say("words of the reference that lead here may not be dropped"))


def _raising(question: Question, mine: Question) -> Iterator[Problem]:
    if mine.effect is not question.effect:
        yield Problem.told(question.id, say("its effect may not change"))
    if not at_least(mine.level, question.level):
        yield Problem.told(question.id, say("lower than in the reference; a practice may only raise"))
    opens = set(question.also_open) <= set(mine.also_open) and question.signs <= mine.signs
    same_people = mine.gate == question.gate or (mine.gate == EVERYBODY and not question.derive)
    same = (question.derive, question.prefill_from) == (mine.derive, mine.prefill_from)
    if not (opens and same_people and same):
        yield Problem.told(question.id, say("for whom it is meant and what it opens may not change"))


def _lowering(question: Question, mine: Question) -> Iterator[Problem]:
    if mine.effect is not question.effect:
        yield Problem.told(question.id, say("its effect may not change"))
    if not at_least(mine.level, question.level):
        yield Problem.told(question.id, say("lower than in the reference; a practice may only raise"))
    if (mine.gate, mine.prefill_from) != (question.gate, question.prefill_from):
        yield Problem.told(question.id, say("for whom it is meant and what it opens may not change"))


def _sentences(reference: Protocol, own: Protocol) -> Iterator[Problem]:
    """A "no" to a merged sentence answers several questions: it may not answer more than in the reference."""
    said = {merged.id: frozenset(merged.merges) for merged in reference.merged}
    for merged in own.merged:
        if not frozenset(merged.merges) <= said.get(merged.id, frozenset()):
            yield Problem.told(merged.id, say("says other questions than in the reference"))
