"""From the caller's own words to a protocol, to vital signs to ask first, and to words that raise.

Whole words only, without accents or case, longest first: ``AIT`` is not in "fait". What is denied leads
nowhere, a misspelt word is mended where it can mean one thing only, and a temperature is fever. A word that
may mean several complaints offers them, the most urgent first. Words never lower anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

from telesec.triage.errands import Errands
from telesec.triage.levels import Level, at_least
from telesec.triage.nearness import Nearness
from telesec.triage.patient import PatientFacts
from telesec.triage.pressure import with_pressure
from telesec.triage.protocol import Protocol, Question, Rulebook
from telesec.triage.reading import Hit, Phrase, Reading, bare, phrase, plain
from telesec.triage.spelling import Spelling
from telesec.triage.temperature import with_fever

__all__ = ["Alarm", "Found", "People", "Phrase", "WordNet", "build", "phrase", "plain"]

Lead = TypeVar("Lead")
_TELLING = 4
_BABY_UNDER_MONTHS = 12
_BESIDES = 2
"""Complaints offered last where the nearest is none of those the known phrases lead to."""
_COMMON = frozenset(
    bare(
        phrase(
            "elle vous avez etes depuis dans avec plus moins cette votre alors aussi bien comme deux trois "
            "jours heure semaine mois apres avant encore toujours jamais beaucoup fait faire peut "
            "etait moment quand meme pour sans sous vers tout toute tous leur donc mais ainsi autre hier "
            "matin soir nuit douleur enfant bebe fois suis dit cela quelque chose tres peu assez "
            "petit petite"
        )
    )
)


@dataclass(frozen=True)
class Found:
    """What a text leads to.

    Args:
        candidates: Codes of protocols, most urgent first; the screen's own code last where the words may also
            mean a complaint no protocol covers; empty when no word is known.
        named: Screen questions the words name, then red flags of the candidates, as ``protocol.question``.
        raised: Reasons and levels, from words that raise by themselves.
        about: Questions of the candidates that speak of what the caller speaks of; they only come earlier.
        near: Complaints near the caller's words where none of them is known: to offer, not to open.
    """

    candidates: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    raised: tuple[tuple[str, Level], ...] = ()
    about: tuple[str, ...] = ()
    near: tuple[str, ...] = ()

    @property
    def first(self) -> tuple[str, ...]:
        """The questions to ask before others of their kind."""
        return self.named + self.about


@dataclass(frozen=True)
class Alarm:
    """What a note, a message or an "administrative" reason holds that asks for questions.

    Args:
        protocols: Complaints named, most urgent first; those that are routine by themselves left out.
        questions: Vital signs named, as ``protocol.question``.
        raised: Reasons and levels of words that raise by themselves.
    """

    protocols: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    raised: tuple[tuple[str, Level], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.protocols or self.questions or self.raised)


@dataclass(frozen=True)
class People:
    """What is offered because of the person, whatever is said.

    Args:
        general: Complaints that say nothing of where it hurts; a part of the body counts beside them.
        pregnant: Complaints offered last to a woman known to be pregnant.
        babies: The same for a baby under one year.
    """

    general: frozenset[str] = frozenset()
    pregnant: tuple[str, ...] = ()
    babies: tuple[str, ...] = ()

    def of(self, patient: PatientFacts) -> tuple[str, ...]:
        """Return the complaints of the person's own state."""
        baby = patient.age_months is not None and patient.age_months < _BABY_UNDER_MONTHS
        return (self.pregnant if patient.pregnant else ()) + (self.babies if baby else ())


@dataclass(frozen=True, eq=False)
class WordNet:
    """Every phrase the library knows; built once.

    Args:
        complaints: Phrase → codes, most urgent first.
        parts: The same for parts of the body and drugs, which count only when nothing known says where.
        vital: Phrase → screen question.
        signs: Phrase → red flags of complaints it names; asked first among those of their level.
        raising: Phrase → reason and level.
        spelling: How misspelt words are mended.
        errands: What the net leaves out of a text that is no complaint of a caller.
        people: What is offered because of the person.
        nearness: What is offered where known phrases lead elsewhere or nowhere.
    """

    complaints: Mapping[Phrase, tuple[str, ...]]
    vital: Mapping[Phrase, str]
    raising: Mapping[Phrase, tuple[str, Level]]
    parts: Mapping[Phrase, tuple[str, ...]] = field(default_factory=dict)
    signs: Mapping[Phrase, tuple[str, ...]] = field(default_factory=dict)
    spelling: Spelling = field(default_factory=lambda: Spelling.of({}))
    errands: Errands = field(default_factory=Errands)
    people: People = field(default_factory=People)
    nearness: Nearness = field(default_factory=lambda: Nearness({}))

    def find(self, text: str, book: Rulebook, patient: PatientFacts) -> Found:
        """Return what a caller's words lead to, complaints the age or sex excludes left out."""
        mended = self._read(text)
        codes, where = _codes(mended, self.complaints), _codes(mended, self.parts)
        if not codes:
            codes = where
        elif not self.people.general.issuperset(codes):
            where = []
        nearest = self.nearness.of_words(self._telling(mended))
        near = tuple(held.code for held in _fitting(nearest, book, patient))
        if not _fitting(codes, book, patient):
            return replace(self._found(mended, codes, book, patient, self.people.of(patient)), near=near)
        besides = () if {*codes, *where}.intersection(near[:1]) else near[:_BESIDES]
        return self._found(mended, codes, book, patient, (*where, *self.people.of(patient), *besides))

    def _telling(self, mended: Reading) -> Phrase:
        """Return the words of a text without what is denied and what is known to mean nothing."""
        hits = mended.hits(self.complaints)
        void = [hit for hit in hits if not self.complaints[hit.phrase] or mended.denied(hit)]
        left_out = {place for hit in void for place in range(hit.start, hit.end)}
        return tuple(word for place, word in enumerate(mended.words) if place not in left_out)

    def _read(self, text: str) -> Reading:
        typed = with_fever(Reading.of(with_pressure(text)))
        return typed.spelled(self.spelling.mended(typed.words))

    def _found(
        self,
        mended: Reading,
        codes: list[str],
        book: Rulebook,
        patient: PatientFacts,
        last: tuple[str, ...] = (),
    ) -> Found:
        """Return the complaints of these codes, then those offered ``last``, and the signs of a text."""
        named = {self.vital[hit.phrase] for hit in _affirmed(mended, self.vital, surely=True)}
        in_order = [ref for ref in map(book.screen.ref, book.screen.questions) if ref in named]
        raised = dict.fromkeys(
            self.raising[hit.phrase] for hit in _affirmed(mended, self.raising, surely=True)
        )
        found = _candidates(codes, last, book, patient)
        hits = _affirmed(mended, self.signs, surely=True)
        signs = dict.fromkeys(ref for hit in hits for ref in self.signs[hit.phrase])
        in_order.extend(ref for ref in signs if ref.partition(".")[0] in found)
        about = _about(mended, [book.protocols[code] for code in found if code in book.protocols])
        return Found(found, tuple(in_order), tuple(raised), about)

    def signs_said(self, text: str) -> tuple[tuple[str, Phrase], ...]:
        """Return the signs a caller's words name, ``protocol.question``, each with the phrase that did."""
        mended = self._read(text)
        said = {self.vital[hit.phrase]: hit.phrase for hit in _affirmed(mended, self.vital, surely=True)}
        for hit in _affirmed(mended, self.signs, surely=True):
            said |= {ref: hit.phrase for ref in self.signs[hit.phrase] if ref not in said}
        return tuple(said.items())

    def leads_elsewhere(self, word: str, code: str) -> bool:
        """Return whether a word already means something else than one complaint: it may not be moved."""
        said = phrase(word)
        raises = said in self.vital or said in self.raising
        return raises or not said or code not in self.complaints.get(said, (code,))

    def with_own(self, added: Iterable[tuple[str, str]]) -> "WordNet":
        """Return the net with words of a practice → code; a word known already keeps its meaning."""
        own = _with_bare({phrase(word): (code,) for word, code in added})
        spelling = Spelling.of({**_leads(own), **self.spelling.leads}, self.spelling.ordinary)
        return replace(self, complaints={**own, **self.complaints}, spelling=spelling)

    def red_flags(self, text: str, book: Rulebook, patient: PatientFacts) -> Alarm:
        """Return what in a text that is no complaint of a caller should open the questions all the same."""
        whole = self._read(text)
        asked = self.errands.left_out(whole, self.complaints)
        codes = _codes(asked, self.complaints) or _codes(asked, self.parts)
        found = self._found(whole, codes, book, patient)
        complaints = (book.protocols[code] for code in found.candidates if code in book.protocols)
        urgent = tuple(held.code for held in complaints if at_least(held.default, Level.H48_72))
        vital = tuple(ref for ref in found.named if ref.partition(".")[0] == book.screen.code)
        return Alarm(urgent, vital, found.raised)


def _affirmed(reading: Reading, known: Mapping[Phrase, object], *, surely: bool = False) -> list[Hit]:
    denied = reading.surely_denied if surely else reading.denied
    return [hit for hit in reading.hits(known) if not denied(hit)]


def _about(reading: Reading, protocols: list[Protocol]) -> tuple[str, ...]:
    """Return the questions that share a telling word with the caller; the order is all they may change."""
    said = {word for word in bare(reading.words) if len(word) >= _TELLING}
    return tuple(
        protocol.ref(question)
        for protocol in protocols
        for question in protocol.questions
        if said & _tellings(question)
    )


@lru_cache(maxsize=4096)
def _tellings(question: Question) -> frozenset[str]:
    words = bare(phrase(f"{question.text.fr} {question.text.you}"))
    return frozenset(word for word in words if len(word) >= _TELLING) - _COMMON


def _codes(reading: Reading, known: Mapping[Phrase, tuple[str, ...]]) -> list[str]:
    return [code for hit in _affirmed(reading, known) for code in known[hit.phrase]]


def _fitting(codes: Iterable[str], book: Rulebook, patient: PatientFacts) -> list[Protocol]:
    held = [book.protocols[code] for code in dict.fromkeys(codes) if code in book.protocols]
    return [protocol for protocol in held if protocol.audience.holds(patient) is not False]


def _candidates(
    codes: list[str], last: tuple[str, ...], book: Rulebook, patient: PatientFacts
) -> tuple[str, ...]:
    fitting = _fitting(codes, book, patient)
    fitting.sort(key=lambda protocol: -protocol.default.urgency)  # stable: a choice keeps its own order
    found = list(dict.fromkeys(protocol.code for protocol in (*fitting, *_fitting(last, book, patient))))
    if found and not set(codes) <= set(book.protocols):
        found.append(book.screen.code)
    return tuple(found)


def build(
    screen: Protocol,
    protocols: Iterable[Protocol],
    choices: Mapping[str, tuple[str, ...]],
    raising: Iterable[tuple[str, Level, Iterable[str]]],
    extra: Iterable[tuple[str, str]] = (),
    parts: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> WordNet:
    """Return the word net; a choice overrides a plain synonym.

    Args:
        screen: Its questions' ``words`` name vital signs.
        protocols: Their ``synonyms`` lead to them, their red flags' ``words`` name what to ask first.
        choices: Ambiguous words → codes, most urgent first; codes may be of complaints not covered yet.
        raising: Id, level and words.
        extra: Words → code, of sectors.
        parts: Parts of the body and drugs → codes, for when nothing else says where.
    """
    complaints: dict[Phrase, tuple[str, ...]] = {
        phrase(word): (protocol.code,) for protocol in protocols for word in protocol.synonyms
    }
    complaints |= {phrase(word): (code,) for word, code in extra if phrase(word) not in complaints}
    complaints |= {phrase(word): codes for word, codes in choices.items()}
    vital = {phrase(word): screen.ref(q) for q in screen.questions for word in q.words}
    raised = {phrase(word): (f"words.{id_}", level) for id_, level, words in raising for word in words}
    body = {phrase(word): codes for word, codes in parts.items()}
    nets = (_with_bare(complaints), _with_bare(vital), _with_bare(raised), _with_bare(body))
    return WordNet(*nets, _with_bare(_signs(protocols)), Spelling.of(_leads(*nets)))


def _signs(protocols: Iterable[Protocol]) -> dict[Phrase, tuple[str, ...]]:
    signs: dict[Phrase, tuple[str, ...]] = {}
    for protocol in protocols:
        for question in protocol.red_flags:
            for word in map(phrase, question.words):
                signs[word] = (*signs.get(word, ()), protocol.ref(question))
    return signs


def _with_bare(net: Mapping[Phrase, Lead]) -> dict[Phrase, Lead]:
    """Return a net that also knows its phrases without plural and feminine, where that means one thing."""
    singles: dict[Phrase, set[Lead]] = {}
    for words, lead in net.items():
        singles.setdefault(bare(words), set()).add(lead)
    return {words: next(iter(leads)) for words, leads in singles.items() if len(leads) == 1} | dict(net)


def _leads(*nets: Mapping[Phrase, object]) -> dict[str, frozenset[str]]:
    """Return each known word with everything it may lead to."""
    leads: dict[str, set[str]] = {}
    for net in nets:
        for words, lead in net.items():
            for word in words:
                leads.setdefault(word, set()).add(str(lead))
    return {word: frozenset(some) for word, some in leads.items()}
