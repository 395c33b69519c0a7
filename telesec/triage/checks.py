"""The static checks of a protocol; each finds what would make a triage unsafe or impossible to read aloud.

Source: the list "Static checks" of the triage reference. Each check has a test that sees it refuse a broken
protocol.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise, product

from telesec.foundation.language import Sentence, say
from telesec.triage.levels import Level, at_least
from telesec.triage.patient import KNOWN_FLAGS, PatientFacts, Sex
from telesec.triage.protocol import Effect, Given, Protocol, Question, SourceStatus, State, Text
from telesec.triage.speech import MAX_SPOKEN_WORDS, names_diagnosis, names_drug, word_count

MAX_SCREEN = 6
MAX_FLAGS = 10
MAX_QUESTIONS = 15
MIN_CASES = 6
SCREEN_CODE = "tronc_commun"
OLDEST_MONTHS = 121 * 12
SIGNS = frozenset({"fever", "cough", "rash", "head_injury", "bleeding_now", "bleeding"})
_USABLE = frozenset({State.REFERENCE, State.SIGNED})
_NEGATIVE = re.compile(r"^(n'|ne |n’|not |isn't |no )", re.IGNORECASE)


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where in the file; ``words`` say it in the reader's language where there are any."""

    where: str
    what: str
    words: Sentence | None = field(default=None, compare=False)

    @classmethod
    def told(cls, where: str, words: Sentence) -> "Problem":
        """Return a problem that can be told in every language."""
        return cls(where, str(words), words)


def problems_of(protocol: Protocol) -> Iterator[Problem]:
    """Yield every problem of one protocol by itself."""
    for check in CHECKS:
        yield from check(protocol)


def unique_ids(protocol: Protocol) -> Iterator[Problem]:
    """Each id once: an answer is stored under it."""
    for id_, times in Counter(question.id for question in protocol.spoken).items():
        if times > 1:
            yield Problem.told(id_, say("this id is used more than once"))


def order(protocol: Protocol) -> Iterator[Problem]:
    """Red flags stand from the most urgent down: they are asked in this order."""
    for first, second in pairwise(protocol.red_flags):
        if second.level.urgency > first.level.urgency:
            yield Problem.told(
                second.id, say("more urgent than %(first)s, which stands before it", first=first.id)
            )


def levels(protocol: Protocol) -> Iterator[Problem]:
    """Red flags and raising questions never lower, lowering ones do and stop at the floor."""
    if not at_least(protocol.default, protocol.floor):
        yield Problem.told("default", say("under the floor"))
    for question in protocol.questions:
        if question.effect is Effect.LOWER:
            if at_least(question.level, protocol.default):
                yield Problem.told(question.id, say("a lowering question must lower the default"))
            if not at_least(question.level, protocol.floor):
                yield Problem.told(question.id, say("lowers under the floor"))
        elif not at_least(question.level, protocol.default):
            yield Problem.told(question.id, say("a red flag or raising question may not lower"))


def unknowns(protocol: Protocol) -> Iterator[Problem]:
    """Unknown equals the answer with the more urgent consequence."""
    for question in protocol.questions:
        worse = Given.NO if question.effect is Effect.LOWER else Given.YES
        if question.unknown_as is not worse:
            yield Problem(question.id, f"unknown_as must be {worse}, the worse answer")


def merges(protocol: Protocol) -> Iterator[Problem]:
    """A sentence says questions of one level that raise: a yes to it reaches what a yes to each would.

    Under the doctor it says raising questions only: three red flags unknown count more than one.
    """
    held = {question.id: question for question in protocol.questions}
    for merged in protocol.merged:
        parts = [held.get(id_) for id_ in merged.merges]
        fit = all(part is not None and _said_with(part, merged) for part in parts)
        if not fit or len(set(merged.merges)) < len(merged.merges):
            yield Problem.told(merged.id, say("may only say questions of one level that raise, each once"))


def _said_with(part: Question, merged: Question) -> bool:
    flag_of_less = part.effect is Effect.FLAG and not at_least(part.level, Level.DOCTOR_NOW)
    return part.level is merged.level and part.effect is not Effect.LOWER and not flag_of_less


def signatures(protocol: Protocol) -> Iterator[Problem]:
    """A signed protocol names its reviewer and rests on no source that was only recalled."""
    if protocol.state is not State.SIGNED:
        return
    if not protocol.reviewer:
        yield Problem.told("reviewer", say("a signed protocol needs a reviewer"))
    for question in protocol.questions:
        if question.source_status is SourceStatus.RECALLED_ONLY:
            yield Problem.told(question.id, say("a signed protocol may not rest on a recalled source"))


def cases(protocol: Protocol) -> Iterator[Problem]:
    """A complaint that may be used shows what it does in six cases at least; names tell them apart.

    Whether they come out is found where the library is loaded (``expected``): an answer may open another one.
    """
    if len(protocol.cases) < MIN_CASES and not protocol.is_screen and protocol.state in _USABLE:
        yield Problem("cases", f"{len(protocol.cases)} cases, {MIN_CASES} at least")
    for name, times in Counter(case.name for case in protocol.cases).items():
        if times > 1:
            yield Problem(f"cases.{name}", "this name is used more than once")


def references(protocol: Protocol) -> Iterator[Problem]:
    """Facts, signs and opened complaints exist; gates are not empty; what is derived has a gate."""
    for sign in protocol.signs - SIGNS:
        yield Problem("signs", f"unknown sign {sign}")
    for question in protocol.questions:
        yield from _references_of(protocol, question)


def _references_of(protocol: Protocol, question: Question) -> Iterator[Problem]:
    source = question.prefill_from
    if source and source not in KNOWN_FLAGS and not source.startswith(f"{SCREEN_CODE}."):
        yield Problem(question.id, f"prefill_from {source} is not a known fact")
    for sign in question.signs - SIGNS:
        yield Problem(question.id, f"unknown sign {sign}")
    if protocol.code in question.also_open:
        yield Problem.told(question.id, say("opens its own complaint"))
    low, high = question.gate.age_min_months, question.gate.age_max_months
    if low is not None and high is not None and low >= high:
        yield Problem.told(question.id, say("its ages exclude everybody"))
    if question.derive and (low is None and high is None and question.gate.sex is None):
        yield Problem(question.id, "derives from a gate it does not have")


def speech(protocol: Protocol) -> Iterator[Problem]:
    """What is read aloud: 25 words at most, one idea, yes is worse, no diagnosis, no drug advice."""
    for question in protocol.spoken:
        yield from spoken(question.id, question.text)
        texts = (question.text.fr, question.text.en, question.text.you, question.text.he)
        if question.effect is not Effect.LOWER and any(_NEGATIVE.match(text) for text in texts):
            yield Problem.told(question.id, say("worded in the negative: yes must be the worse answer"))
    for level, own in protocol.texts.items():
        for part in (own.say, own.safety_net):
            yield from spoken(f"texts.{level}", part)
            if names_drug(part.fr) or names_drug(part.en):
                yield Problem.told(f"texts.{level}", say("names a drug"))


def spoken(where: str, text: Text) -> Iterator[Problem]:
    """Yield what is wrong with one spoken text, in any language or voice."""
    for words in filter(None, (text.fr, text.en, text.you, text.he)):
        if word_count(words) > MAX_SPOKEN_WORDS:
            yield Problem.told(
                where,
                say(
                    "%(words)s words, %(most)s at most can be understood",
                    words=word_count(words),
                    most=MAX_SPOKEN_WORDS,
                ),
            )
        if words.count("?") > 1:
            yield Problem.told(where, say("asks more than one question"))
        if names_diagnosis(words):
            yield Problem.told(where, say("names a diagnosis: %(word)s", word=names_diagnosis(words)))


def no_hole(protocol: Protocol) -> Iterator[Problem]:
    """Every age 0–120 × sex × pregnancy, known or not, is asked something, and not too much.

    A profile with no red flag at all would reach the default without a question.
    """
    most_flags = MAX_SCREEN if protocol.is_screen else MAX_FLAGS
    for patient in profiles(protocol):
        asked = [question for question in protocol.questions if question.gate.holds(patient) is not False]
        flags = sum(question.effect is Effect.FLAG for question in asked)
        who = f"age {patient.age_months} months, sex {patient.sex}, pregnant {patient.pregnant}"
        if protocol.audience.holds(patient) is not False and not flags:
            yield Problem.told("red_flags", say("a hole: no red flag for %(who)s", who=who))
        if patient.age_months is not None and (flags > most_flags or len(asked) > MAX_QUESTIONS):
            yield Problem.told(
                "red_flags",
                say(
                    "%(flags)s red flags and %(questions)s questions for one person, %(most_flags)s and "
                    "%(most)s at most",
                    flags=flags,
                    questions=len(asked),
                    most_flags=most_flags,
                    most=MAX_QUESTIONS,
                ),
            )


def profiles(protocol: Protocol) -> Iterator[PatientFacts]:
    """Yield one person for each way the gates of a protocol can fall, unknown facts included.

    Between two age limits of the gates all ages behave alike, so the limits are enough.
    """
    limits = {0, OLDEST_MONTHS - 1}
    for gate in (question.gate for question in protocol.questions):
        limits |= {limit for limit in (gate.age_min_months, gate.age_max_months) if limit is not None}
    ages = [None, *sorted(limits)]
    for age, sex, pregnant in product(ages, (None, *Sex), (None, True, False)):
        yield PatientFacts(age_months=age, sex=sex, pregnant=pregnant)


def lost_flags(protocol: Protocol, reference: Mapping[str, Level]) -> Iterator[Problem]:
    """Yield the reference's ids this protocol neither asks, as urgently as there, nor removed with a reason.

    Args:
        protocol: One of the library.
        reference: The reference's question ids of that complaint → level.
    """
    for id_, level in reference.items():
        asked = [question for question in protocol.questions if id_ in question.covers]
        if not asked and id_ not in protocol.removed:
            yield Problem(id_, "of the reference is neither asked nor removed with a reason")
        raising = [question for question in asked if question.effect is not Effect.LOWER]
        if raising and not any(at_least(question.level, level) for question in raising):
            yield Problem(id_, f"of the reference is {level} and is asked less urgently")


CHECKS: tuple[Callable[[Protocol], Iterator[Problem]], ...] = (
    unique_ids,
    order,
    levels,
    unknowns,
    merges,
    signatures,
    cases,
    references,
    speech,
    no_hole,
)
