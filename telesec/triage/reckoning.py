"""From answers to a level: pure, total, and the same for the same inputs.

The level is the most urgent of the protocol's default (or what a lowering question brought it to), every red
flag and raising question answered yes, unknown or refused, the floor, the modifiers, and what words or a
person raised. Nothing here knows in which order questions were asked.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from telesec.triage.levels import LEAST, Level, least_urgent, most_urgent, raised_by
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Effect, Given, Modifier, Protocol, Question, Rulebook

UNKNOWNS_THAT_RAISE = 3
POSITIVE = frozenset({Given.YES, Given.UNKNOWN, Given.REFUSED})


@dataclass(frozen=True)
class Case:
    """One person's complaint with everything answered so far.

    Args:
        code: The protocol; None when the universal screen runs alone.
        answers: Ids ``protocol.question`` → what was answered.
        named: Screen questions the caller's own words name; they are asked first.
        raised: Reasons and levels from words, a person or a missing adoption; they only raise.
    """

    code: str | None
    patient: PatientFacts
    answers: Mapping[str, Given] = field(default_factory=dict)
    named: tuple[str, ...] = ()
    raised: tuple[tuple[str, Level], ...] = ()

    def answered(self, more: Mapping[str, Given]) -> "Case":
        """Return the case with more answers."""
        return replace(self, answers={**self.answers, **more})


@dataclass(frozen=True)
class Item:
    """One question that applies to this person, with the answer in force, if any."""

    protocol: Protocol
    question: Question
    given: Given | None

    @property
    def ref(self) -> str:
        """Unique id, ``protocol.question``."""
        return self.protocol.ref(self.question)

    @property
    def positive(self) -> bool:
        """Whether it counts as the worse answer; a lowering question counts only when yes."""
        if self.question.effect is Effect.LOWER:
            return self.given is Given.YES
        return self.given in POSITIVE


@dataclass(frozen=True)
class Situation:
    """The protocols in play, their applicable questions, and complaints opened that no library holds."""

    protocols: tuple[Protocol, ...]
    items: tuple[Item, ...]
    missing: tuple[str, ...]

    def of(self, protocol: Protocol) -> Iterator[Item]:
        """Yield the items of one protocol."""
        return (item for item in self.items if item.protocol is protocol)


@dataclass(frozen=True)
class Reckoning:
    """The level, the ids that carry it, and the level before a repeated contact raised it."""

    level: Level
    because: tuple[str, ...]
    before_repeat: Level


def situate(book: Rulebook, case: Case) -> Situation:
    """Return the questions in play: the screen, the complaint, and what its answers opened."""
    queue = [book.screen, *([book.protocols[case.code]] if case.code else [])]
    items: list[Item] = []
    missing: list[str] = []
    for protocol in queue:  # grows while it is read: a positive answer opens the next complaint
        for item in _items_of(protocol, case):
            items.append(item)
            if item.positive:
                _open(book, item.question.also_open, queue, missing)
    return Situation(tuple(queue), tuple(items), tuple(missing))


def _open(book: Rulebook, codes: Iterable[str], queue: list[Protocol], missing: list[str]) -> None:
    for code in codes:
        protocol = book.protocols.get(code)
        if protocol is None:
            missing.append(code)
        elif protocol not in queue:
            queue.append(protocol)


def _items_of(protocol: Protocol, case: Case) -> Iterator[Item]:
    for question in protocol.questions:
        applies = question.gate.holds(case.patient)
        if applies is not False:
            yield Item(protocol, question, _in_force(protocol, question, case, applies=applies))


def _in_force(protocol: Protocol, question: Question, case: Case, *, applies: bool | None) -> Given | None:
    if question.derive and applies:
        return Given.YES
    if question.prefill_from.startswith(("patient.", "call.")):
        fact = case.patient.flag(question.prefill_from)
        known = None if fact is None else Given.YES if fact else Given.NO
    else:
        known = case.answers.get(question.prefill_from)
    return known or case.answers.get(protocol.ref(question))


def reckon(book: Rulebook, case: Case) -> Reckoning:
    """Return the level of a case as it stands; questions not asked count for nothing yet."""
    situation = situate(book, case)
    reasons = [
        *_reasons_of_answers(situation, alone=case.code is None),
        *_reasons_of_modifiers(book, case.patient, signs_of(situation)),
        *case.raised,
    ]
    before = most_urgent(level for _, level in reasons)
    because = dict.fromkeys(reason for reason, level in reasons if level is before)
    repeats = [m for m in book.modifiers if m.raise_by and case.patient.flag(m.flag)]
    level = most_urgent([before, *(_repeated(m, before, case.patient) for m in repeats)])
    if level is not before:
        because.update(dict.fromkeys(f"modifier.{m.id}" for m in repeats))
    return Reckoning(level, tuple(because), before)


def _repeated(modifier: Modifier, before: Level, patient: PatientFacts) -> Level:
    bound = modifier.at_least_if_not_better if patient.not_better else None
    return most_urgent([raised_by(before, modifier.raise_by), bound or LEAST])


def _reasons_of_answers(situation: Situation, *, alone: bool) -> Iterator[tuple[str, Level]]:
    for protocol in situation.protocols:
        if alone or not protocol.is_screen:
            yield from _ground(protocol, tuple(situation.of(protocol)))
    for item in situation.items:
        if item.positive and item.question.effect is not Effect.LOWER:
            yield item.ref, item.question.level
    for code in situation.missing:
        yield f"not_in_library.{code}", Level.DOCTOR_NOW
    flags = [item.given for item in situation.items if item.question.effect is Effect.FLAG]
    if Given.REFUSED in flags:
        yield "refused_answer", Level.DOCTOR_NOW
    if flags.count(Given.UNKNOWN) >= UNKNOWNS_THAT_RAISE:
        yield "unknown_answers", Level.DOCTOR_NOW


def _ground(protocol: Protocol, items: tuple[Item, ...]) -> Iterator[tuple[str, Level]]:
    """Yield the protocol's default, or what it was lowered to, and its floor.

    A lowering yes counts only when every red flag was explicitly "no" and no raising question was positive;
    of several the least urgent counts.
    """
    clear = all(item.given is Given.NO for item in items if item.question.effect is Effect.FLAG)
    raised = any(item.positive for item in items if item.question.effect is Effect.RAISE)
    lowered = [item for item in items if item.question.effect is Effect.LOWER and item.positive]
    if clear and not raised and lowered:
        least = least_urgent(item.question.level for item in lowered)
        yield from ((item.ref, least) for item in lowered if item.question.level is least)
    else:
        yield f"default.{protocol.code}", protocol.default
    yield f"floor.{protocol.code}", protocol.floor


def signs_of(situation: Situation) -> frozenset[str]:
    """Return the signs present: of the complaints in play and of every positive answer."""
    signs = {sign for protocol in situation.protocols for sign in protocol.signs}
    return frozenset(signs.union(*(item.question.signs for item in situation.items if item.positive)))


def _reasons_of_modifiers(
    book: Rulebook, patient: PatientFacts, signs: frozenset[str]
) -> Iterator[tuple[str, Level]]:
    for modifier in book.modifiers:
        if modifier.raise_to and concerns(modifier, patient) and _signs_present(modifier, signs):
            yield f"modifier.{modifier.id}", modifier.raise_to


def concerns(modifier: Modifier, patient: PatientFacts) -> bool:
    """Return whether a modifier's facts hold for this person, whatever the signs."""
    if modifier.or_flag and patient.flag(modifier.or_flag):
        return True
    if modifier.flag:
        return bool(patient.flag(modifier.flag))
    inside = modifier.gate.holds(patient)
    return modifier.unknown_age if inside is None else inside


def _signs_present(modifier: Modifier, signs: frozenset[str]) -> bool:
    return modifier.signs <= signs and (not modifier.signs_any or bool(modifier.signs_any & signs))
