"""Words a caller's sentence was typed in, brought back to words the library knows.

A word is mended only when it is no known word, is long enough, and has one nearest known word (or several
that lead to the same complaints): a misspelling is never turned from one complaint into another. Ordinary
words of the language are spelled rightly, however near a known one: an "adresse" is no "agressé".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 6
LONG = 9
MOST_MENDED = 200
"""Distinct unknown words of one text that are looked up; ten thousand characters must not take seconds."""


@dataclass(frozen=True)
class Spelling:
    """Known words, and where each leads; built once.

    Args:
        leads: Word → the codes of the phrases it stands in.
        by_letter: First letter → known words long enough to be misspelled.
        ordinary: Words that mean what they say and are never mended.
    """

    leads: Mapping[str, frozenset[str]]
    by_letter: Mapping[str, tuple[str, ...]]
    ordinary: frozenset[str] = frozenset()

    @classmethod
    def of(cls, leads: Mapping[str, frozenset[str]], ordinary: frozenset[str] = frozenset()) -> "Spelling":
        """Return the spelling of a vocabulary."""
        letters: dict[str, list[str]] = {}
        for word in sorted(leads):
            if len(word) >= SHORTEST - 1:
                letters.setdefault(word[0], []).append(word)
        return cls(leads, {letter: tuple(words) for letter, words in letters.items()}, ordinary)

    def mended(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Return the words, each unknown one replaced by the known word it must mean, if any."""
        unknown = [word for word in dict.fromkeys(words) if self._looked_up(word)][:MOST_MENDED]
        meant = {word: self._nearest(word) for word in unknown}
        return tuple(meant.get(word, word) for word in words)

    def _looked_up(self, word: str) -> bool:
        known = word in self.leads or word in self.ordinary
        return len(word) >= SHORTEST and not known and word.isalpha()

    def _nearest(self, word: str) -> str:
        limit = 2 if len(word) >= LONG else 1
        near = process.extract(
            word,
            self.by_letter.get(word[0], ()),
            scorer=OSA.distance,
            score_cutoff=limit,
            limit=None,
        )
        if not near:
            return word
        best = min(distance for _, distance, _ in near)
        nearest = [known for known, distance, _ in near if distance == best]
        return nearest[0] if len({self.leads[known] for known in nearest}) == 1 else word
