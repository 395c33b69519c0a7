"""From answers to a level: pure, total, and the same for the same inputs.

The level is the most urgent of the protocol's default (or what a lowering question brought it to), every red
flag and raising question answered yes, unknown or refused, the floor, the modifiers, and what words or a
person raised. Nothing here knows in which order questions were asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from telesec.triage.levels import LEAST, Level, least_urgent, most_urgent, raised_by
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Effect, Given, Modifier, Protocol, Question, Rulebook

UNKNOWNS_THAT_RAISE = 3
_ASKED = {Effect.FLAG: 0, Effect.RAISE: 1, Effect.LOWER: 2}
POSITIVE = frozenset({Given.YES, Given.UNKNOWN, Given.REFUSED})


@dataclass(frozen=True)
class Case:
    """One person's complaint with everything answered so far.

    Args:
        code: The protocol; None when the universal screen runs alone.
        answers: Ids ``protocol.question`` → what was answered.
        named: Screen questions the caller's own words name; they are asked first.
        raised: Reasons and levels from words, a person or a missing adoption; they only raise.
        also: Other complaints of the same person, asked after it; the most urgent counts.
    """

    code: str | None
    patient: PatientFacts
    answers: Mapping[str, Given] = field(default_factory=dict)
    named: tuple[str, ...] = ()
    raised: tuple[tuple[str, Level], ...] = ()
    also: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The complaints asked, each once."""
        return tuple(dict.fromkeys((self.code, *self.also))) if self.code else ()

    def answered(self, more: Mapping[str, Given]) -> "Case":
        """Return the case with more answers."""
        return replace(self, answers={**self.answers, **more})


@dataclass(frozen=True, slots=True)
class Item:
    """One question that applies to this person, with the answer in force, if any.

    Args:
        ref: Unique id, ``protocol.question``.
        positive: Whether it counts as the worse answer; a lowering question counts only when yes.
        answered: The same question with each answer.
    """

    protocol: Protocol
    question: Question
    given: Given | None
    ref: str
    positive: bool
    answered: Mapping[Given | None, "Item"] = field(compare=False, repr=False)

    @classmethod
    def of(cls, protocol: Protocol, question: Question, given: Given | None) -> "Item":
        """Return the item of a question and its answer; made once for every answer, then looked up."""
        return cls.each(protocol, question)[given]

    @classmethod
    def each(cls, protocol: Protocol, question: Question) -> Mapping[Given | None, "Item"]:
        """Return the items of a question for every answer, None included."""
        lowers, ref = question.effect is Effect.LOWER, protocol.ref(question)
        items: dict[Given | None, Item] = {}
        for given in (None, *Given):
            positive = given is Given.YES if lowers else given in POSITIVE
            items[given] = cls(protocol, question, given, ref, positive, items)
        return items


@dataclass(frozen=True, slots=True)
class _Place:
    """One question on a person's sheet: its item for every answer, made once.

    Args:
        known: The answer in force whatever was said, because a fact gives it.
        prefill: Whose answer is taken when there is one, ``tronc_commun.x``; a fact's name has none.
    """

    ref: str
    items: Mapping[Given | None, Item]
    known: Given | None
    prefill: str

    def item(self, answers: Mapping[str, Given]) -> Item:
        """Return the item with the answer in force."""
        given = self.known
        if given is None:
            given = answers.get(self.prefill)
        return self.items[given or answers.get(self.ref)]


@lru_cache(maxsize=4096)
def _sheet(protocol: Protocol, patient: PatientFacts) -> tuple[tuple[_Place, ...], tuple[_Place, ...]]:
    """Return the questions of a protocol that apply to a person, and the sentences that say several."""
    applying = [
        (question, applies)
        for question in protocol.questions
        if (applies := question.gate.holds(patient)) is not False
    ]
    applying.sort(key=lambda one: _ASKED[one[0].effect])
    own = tuple(_place(protocol, question, patient, applies=applies) for question, applies in applying)
    here = {question.id for question, _ in applying}
    whole = [merged for merged in protocol.merged if here.issuperset(merged.merges)]
    return own, tuple(_place(protocol, merged, patient, applies=None) for merged in whole)


def _place(protocol: Protocol, question: Question, patient: PatientFacts, *, applies: bool | None) -> _Place:
    source = question.prefill_from
    known = Given.YES if question.derive and applies else None
    if known is None and source.startswith(("patient.", "call.")):
        known = {True: Given.YES, False: Given.NO, None: None}[patient.flag(source)]
    return _Place(protocol.ref(question), Item.each(protocol, question), known, source)


@dataclass(frozen=True, slots=True)
class Situation:
    """The protocols in play with their applicable questions, and complaints opened that no library holds."""

    groups: tuple[tuple[Protocol, tuple[Item, ...]], ...]
    missing: tuple[str, ...]

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        """The screen, the complaint and what its answers opened."""
        return tuple(protocol for protocol, _ in self.groups)

    @property
    def items(self) -> tuple[Item, ...]:
        """Every applicable question."""
        return tuple(item for _, items in self.groups for item in items)

    def of(self, protocol: Protocol) -> tuple[Item, ...]:
        """Return the items of one protocol."""
        return next(items for held, items in self.groups if held is protocol)


@dataclass(frozen=True)
class Reckoning:
    """The level, the ids that carry it, and the level before a repeated contact raised it."""

    level: Level
    because: tuple[str, ...]
    before_repeat: Level


def situate(book: Rulebook, case: Case) -> Situation:
    """Return the questions in play: the screen, the complaint, and what its answers opened."""
    queue = [book.screen, *(book.protocols[code] for code in case.codes)]
    groups: list[tuple[Protocol, tuple[Item, ...]]] = []
    missing: list[str] = []
    answers = case.answers
    for protocol in queue:  # grows while it is read: a positive answer opens the next complaint
        own, merged = _sheet(protocol, case.patient)
        for place in merged:
            if answers.get(place.ref) is Given.NO:  # "no" to the sentence answers each of its questions
                answers = {**told(place.items[None], Given.NO), **answers}
        items = [place.item(answers) for place in own]
        for item in items:
            if item.positive and item.question.also_open:
                _open(book, item.question.also_open, queue, missing)
        items += [place.items[answers[place.ref]] for place in merged if place.ref in answers]
        groups.append((protocol, tuple(items)))
    return Situation(tuple(groups), tuple(missing))


def merged_with(
    item: Item, situation: Situation, patient: PatientFacts
) -> tuple[Item, tuple[Item, ...]] | None:
    """Return the sentence that says an open question with others, and those still open; None without one.

    It is said once, when at least two of its questions are open and none of the others is positive.
    """
    saying = [
        place.items[None]
        for place in _sheet(item.protocol, patient)[1]
        if item.question.id in place.items[None].question.merges
    ]
    state = {other.ref: other for other in situation.of(item.protocol)} if saying else {}
    for whole in saying:
        parts = [state[f"{item.protocol.code}.{id_}"] for id_ in whole.question.merges]
        waiting = tuple(part for part in parts if part.given is None)
        said = whole.ref in state or any(part.positive for part in parts)
        if item in waiting and len(waiting) > 1 and not said:
            return whole, waiting
    return None


def told(item: Item, given: Given) -> dict[str, Given]:
    """Return what an answer says, by question: "no" to a sentence that says several answers each of them."""
    if item.question.merges and given is Given.NO:
        return {f"{item.protocol.code}.{id_}": given for id_ in item.question.merges}
    return {item.ref: given}


def _open(book: Rulebook, codes: Iterable[str], queue: list[Protocol], missing: list[str]) -> None:
    for code in codes:
        protocol = book.protocols.get(code)
        if protocol is None:
            missing.append(code)
        elif protocol not in queue:
            queue.append(protocol)


def reckon(book: Rulebook, case: Case) -> Reckoning:
    """Return the level of a case as it stands; questions not asked count for nothing yet."""
    return reckon_situation(book, case, situate(book, case))


def reckon_situation(book: Rulebook, case: Case, situation: Situation) -> Reckoning:
    """Return the level of a case whose situation is known."""
    said = [*_reasons_of_answers(situation, alone=case.code is None), *case.raised]
    ill = most_urgent(level for _, level in said) is not Level.ADMIN
    reasons = [*said, *_reasons_of_modifiers(book, case.patient, signs_of(situation), ill=ill)]
    before = most_urgent(level for _, level in reasons)
    because = dict.fromkeys(reason for reason, level in reasons if level is before)
    repeats = [m for m in book.modifiers if m.raise_by and case.patient.flag(m.flag)]
    level = most_urgent([before, *(_repeated(m, before, case.patient) for m in repeats)])
    if level is not before:
        because.update(dict.fromkeys(f"modifier.{m.id}" for m in repeats))
    return Reckoning(level, tuple(because), before)


def _repeated(modifier: Modifier, before: Level, patient: PatientFacts) -> Level:
    """Every repeated contact rises; the floor is for who is unchanged or worse."""
    floor = modifier.at_least_if_not_better if patient.not_better else None
    return most_urgent([raised_by(before, modifier.raise_by), floor or LEAST])


def _reasons_of_answers(situation: Situation, *, alone: bool) -> list[tuple[str, Level]]:
    reasons: list[tuple[str, Level]] = []
    unknown, refused = 0, False
    for protocol, items in situation.groups:
        clear = True
        for item in [item for item in items if item.given is not Given.NO]:
            effect = item.question.effect
            if effect is Effect.FLAG:
                clear = False
                unknown += item.given is Given.UNKNOWN
                refused = refused or item.given is Given.REFUSED
            if item.positive and effect is not Effect.LOWER:
                reasons.append((item.ref, item.question.level))
        if alone or not protocol.is_screen:
            reasons += _ground(protocol, items, clear=clear)
    reasons += [(f"not_in_library.{code}", Level.DOCTOR_NOW) for code in situation.missing]
    if refused:
        reasons.append(("refused_answer", Level.DOCTOR_NOW))
    if unknown >= UNKNOWNS_THAT_RAISE:
        reasons.append(("unknown_answers", Level.DOCTOR_NOW))
    return reasons


def _ground(protocol: Protocol, items: tuple[Item, ...], *, clear: bool) -> list[tuple[str, Level]]:
    """Return the protocol's default, or what it was lowered to, and its floor.

    A lowering yes counts only when every red flag was explicitly "no" (``clear``) and no raising question was
    positive; of several the least urgent counts.
    """
    floor = (f"floor.{protocol.code}", protocol.floor)
    lowered = (
        [item for item in items if item.positive and item.question.effect is Effect.LOWER] if clear else []
    )
    if not lowered or any(item.positive and item.question.effect is Effect.RAISE for item in items):
        return [(f"default.{protocol.code}", protocol.default), floor]
    least = least_urgent(item.question.level for item in lowered)
    return [(item.ref, least) for item in lowered if item.question.level is least] + [floor]


def signs_of(situation: Situation) -> frozenset[str]:
    """Return the signs present: of the complaints in play and of every positive answer."""
    signs: set[str] = set()
    for protocol, items in situation.groups:
        signs |= protocol.signs
        for item in items:
            if item.positive:
                signs |= item.question.signs
    return frozenset(signs)


def _reasons_of_modifiers(
    book: Rulebook, patient: PatientFacts, signs: frozenset[str], *, ill: bool
) -> list[tuple[str, Level]]:
    return [
        (reason, level)
        for reason, level, modifier in _concerning(book.modifiers, patient)
        if _signs_present(modifier, signs) and (ill or not modifier.spares_admin)
    ]


@lru_cache(maxsize=4096)
def _concerning(
    modifiers: tuple[Modifier, ...], patient: PatientFacts
) -> tuple[tuple[str, Level, Modifier], ...]:
    """Return the modifiers whose facts hold for a person and which raise to a level."""
    return tuple(
        (f"modifier.{modifier.id}", modifier.raise_to, modifier)
        for modifier in modifiers
        if modifier.raise_to and concerns(modifier, patient)
    )


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
