"""A caller's sentence as plain words: which known phrases stand in it, and which of them are denied.

A denial counts only where it is certain ("pas de fièvre", "ni toux", "sans douleur", "n'a pas mal",
"ne tousse pas"); everything doubtful is read as said, because a complaint offered too many costs a glance
and one lost may cost more. "N'arrête pas de tousser" affirms, and so does "pas mal de".
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

Phrase = tuple[str, ...]

_NOT_WORD = re.compile(r"[^0-9a-z]+")
_CLAUSE_ENDS = re.compile(r"[.;:!?…\n]|,(?!\d)")
_LINKS = frozenset(["de", "d", "du", "des", "la", "le", "l", "les", "un", "une"])
_PARTITIVES = frozenset({"de", "d", "du", "des"})
_DENIES_ALONE = frozenset({"ni", "sans", "aucun", "aucune"})
_GOES_ON = ("arret", "cess", "arriv", "fini", "stop")
_HAVING = frozenset(["a", "ai", "as", "avons", "avez", "ont", "avait", "avais", "est", "suis", "etait"])
_INFINITIVES = ("er", "ir")
_SUBJECT_WORDS = frozenset(["me", "m", "se", "s", "te", "t", "y", "en"])
_REACH = 6
_SHORTEST_INFLECTED = 5


def plain(text: str) -> str:
    """Return a text in lower case without accents, ligatures or signs, words apart by one space."""
    spelled = text.casefold().replace("œ", "oe").replace("æ", "ae")
    letters = unicodedata.normalize("NFKD", spelled)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NOT_WORD.sub(" ", bare).strip()


def phrase(text: str) -> Phrase:
    """Return the words of a text, plain."""
    return tuple(plain(text).split())


def bare(words: Phrase) -> Phrase:
    """Return words without the marks of plural and feminine that change nothing ("gonflées" → "gonfle")."""
    return tuple(_uninflected(word) for word in words)


def _uninflected(word: str) -> str:
    if len(word) < _SHORTEST_INFLECTED:
        return word
    single = word[:-1] if word[-1] in "sx" else word
    return single[:-1] if single.endswith("ee") else single


@dataclass(frozen=True)
class Hit:
    """A known phrase at its place in a text; ``phrase`` is as it is known, not as it was said."""

    phrase: Phrase
    start: int

    @property
    def end(self) -> int:
        """The place after its last word."""
        return self.start + len(self.phrase)


@dataclass(frozen=True)
class Reading:
    """The words of a text and the clause each stands in."""

    words: Phrase
    clauses: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "Reading":
        """Read a text; a comma inside a number ends no clause."""
        parts = [phrase(part) for part in _CLAUSE_ENDS.split(text)]
        words = tuple(word for part in parts for word in part)
        return cls(words, tuple(number for number, part in enumerate(parts) for _ in part))

    def spelled(self, words: Phrase) -> "Reading":
        """Return the same text with its words spelled otherwise, one for one."""
        return Reading(words, self.clauses)

    def hits(self, known: Mapping[Phrase, object]) -> list[Hit]:
        """Return the known phrases, longest first; a word already used is not used again."""
        taken = [False] * len(self.words)
        found: list[Hit] = []
        inflected = bare(self.words)
        for size in sorted({len(words) for words in known}, reverse=True):
            for start in range(len(self.words) - size + 1):
                place = slice(start, start + size)
                said = self.words[place] if self.words[place] in known else inflected[place]
                if said in known and not any(taken[place]):
                    taken[place] = [True] * size
                    found.append(Hit(said, start))
        return found

    def denied(self, hit: Hit) -> bool:
        """Return whether the caller says of a hit that it is not there."""
        return self.surely_denied(hit) or self._having_denied(hit) or self._verb_denied(hit)

    def surely_denied(self, hit: Hit) -> bool:
        """Return the same in the forms nobody can misread: "sans", "ni", "aucun", and "pas de" before a noun.

        Words that raise, and words that name a vital sign, are left out for these only.
        """
        before = self._before(hit.start)
        articles = next((place for place, word in enumerate(before) if word not in _LINKS), len(before))
        linked, rest = before[:articles], before[articles:]
        if rest[:1] and rest[0] in _DENIES_ALONE:
            return True
        if rest[:1] not in (["pas"], ["jamais"]) or not linked or linked[-1] not in _PARTITIVES:
            return False
        goes_on = any(word.startswith(_GOES_ON) for word in rest[1:3])
        return not goes_on and not hit.phrase[0].endswith(_INFINITIVES)

    def _having_denied(self, hit: Hit) -> bool:
        """Return whether "n'a pas", "n'est pas" or the like stands right before."""
        before = self._before(hit.start)
        return before[:1] == ["pas"] and bool(before[1:2]) and before[1] in _HAVING

    def _verb_denied(self, hit: Hit) -> bool:
        """Return whether a verb stands between "ne" and "pas"; "ne … plus" had it before."""
        before = self._before(hit.start)
        while before and before[0] in _SUBJECT_WORDS:
            before = before[1:]
        after = self.words[hit.end : hit.end + 1]
        return bool(before) and before[0] in ("ne", "n") and after in (("pas",), ("jamais",))

    def _before(self, place: int) -> list[str]:
        """Return the words before a place in its clause, the nearest first."""
        first = max(0, place - _REACH)
        near = range(place - 1, first - 1, -1)
        return [self.words[index] for index in near if self.clauses[index] == self.clauses[place]]
