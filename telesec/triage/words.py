"""From the caller's own words to a protocol, to vital signs to ask first, and to words that raise.

Whole words only, without accents or case, longest first: ``AIT`` is not in "fait". A word that may mean
several complaints offers them, the most urgent first. Words never lower anything.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from telesec.triage.levels import Level
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Protocol, Rulebook

_NOT_WORD = re.compile(r"[^0-9a-z]+")
Phrase = tuple[str, ...]


def plain(text: str) -> str:
    """Return a text in lower case without accents, ligatures or signs, words apart by one space."""
    spelled = text.casefold().replace("œ", "oe").replace("æ", "ae")
    letters = unicodedata.normalize("NFKD", spelled)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NOT_WORD.sub(" ", bare).strip()


def phrase(text: str) -> Phrase:
    """Return the words of a text, plain."""
    return tuple(plain(text).split())


@dataclass(frozen=True)
class Found:
    """What a text leads to.

    Args:
        candidates: Codes of protocols, most urgent first; the screen's own code last where the words may also
            mean a complaint no protocol covers; empty when no word is known.
        named: Screen questions the words name, as ``protocol.question``.
        raised: Reasons and levels, from words that raise by themselves.
    """

    candidates: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    raised: tuple[tuple[str, Level], ...] = ()


@dataclass(frozen=True)
class WordNet:
    """Every phrase the library knows; built once."""

    complaints: Mapping[Phrase, tuple[str, ...]]
    vital: Mapping[Phrase, str]
    raising: Mapping[Phrase, tuple[str, Level]]

    def find(self, text: str, book: Rulebook, patient: PatientFacts) -> Found:
        """Return what a caller's words lead to, complaints the age or sex excludes left out."""
        words = phrase(text)
        named = dict.fromkeys(self.vital[hit] for hit in _hits(words, self.vital))
        in_order = [ref for ref in map(book.screen.ref, book.screen.questions) if ref in named]
        raised = dict.fromkeys(self.raising[hit] for hit in _hits(words, self.raising))
        codes = [code for hit in _hits(words, self.complaints) for code in self.complaints[hit]]
        return Found(_candidates(codes, book, patient), tuple(in_order), tuple(raised))


def _candidates(codes: list[str], book: Rulebook, patient: PatientFacts) -> tuple[str, ...]:
    held = [book.protocols[code] for code in dict.fromkeys(codes) if code in book.protocols]
    fitting = [protocol for protocol in held if protocol.audience.holds(patient) is not False]
    fitting.sort(key=lambda protocol: -protocol.default.urgency)  # stable: a choice keeps its own order
    found = [protocol.code for protocol in fitting]
    if found and not set(codes) <= set(book.protocols):
        found.append(book.screen.code)
    return tuple(found)


def _hits(words: Phrase, known: Iterable[Phrase]) -> list[Phrase]:
    """Return the known phrases in a text, longest first; a word already used is not used again."""
    taken = [False] * len(words)
    hits = []
    for candidate in sorted(known, key=lambda known_phrase: (-len(known_phrase), known_phrase)):
        size = len(candidate)
        for start in range(len(words) - size + 1):
            if words[start : start + size] == candidate and not any(taken[start : start + size]):
                taken[start : start + size] = [True] * size
                hits.append(candidate)
    return hits


def build(
    screen: Protocol,
    protocols: Iterable[Protocol],
    choices: Mapping[str, tuple[str, ...]],
    raising: Iterable[tuple[str, Level, Iterable[str]]],
    extra: Iterable[tuple[str, str]] = (),
) -> WordNet:
    """Return the word net; a choice overrides a plain synonym.

    Args:
        screen: Its questions' ``words`` name vital signs.
        protocols: Their ``synonyms`` lead to them.
        choices: Ambiguous words → codes, most urgent first; codes may be of complaints not covered yet.
        raising: Id, level and words.
        extra: Words → code, of sectors.
    """
    complaints: dict[Phrase, tuple[str, ...]] = {
        phrase(word): (protocol.code,) for protocol in protocols for word in protocol.synonyms
    }
    complaints |= {phrase(word): (code,) for word, code in extra if phrase(word) not in complaints}
    complaints |= {phrase(word): codes for word, codes in choices.items()}
    vital = {phrase(word): screen.ref(q) for q in screen.questions for word in q.words}
    raised = {phrase(word): (f"words.{id_}", level) for id_, level, words in raising for word in words}
    return WordNet(complaints, vital, raised)
