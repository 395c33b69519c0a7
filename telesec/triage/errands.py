"""Mere requests told from symptoms in a note, a message or a reason ("suivi de grossesse", "vaccins").

A request is a head ("contrôle", "vaccin") and what it is about ("de tension"), said in one clause. Its words
are left out of the red-flag net only, and only while no word of the whole text speaks of trouble; a complaint
that reaches over its edge keeps its words. Vital signs and words that raise are never left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from telesec.triage.reading import Phrase, Reading, bare, phrase

_BETWEEN = frozenset(
    bare(
        phrase(
            "de d du des la le l les un une mon ma mes son sa ses notre leur votre vos et ou a au aux en "
            "pour apres avec contre par chez sur petit petite annuel annuelle prochain prochaine deuxieme"
            " troisieme"
        )
    )
)
_LEFT_OUT = ""
STEM = "*"


@dataclass(frozen=True)
class Errands:
    """What a request is made of; built once.

    Args:
        heads: Phrases that ask for something by themselves.
        about: Phrases that are a request only after a head.
        troubles: Words that speak of somebody who is not well.
        stems: The same, by their beginning.
    """

    heads: frozenset[Phrase] = frozenset()
    about: frozenset[Phrase] = frozenset()
    troubles: frozenset[Phrase] = frozenset()
    stems: tuple[str, ...] = ()
    _longest: int = field(default=1, repr=False)

    @classmethod
    def of(cls, heads: Iterable[str], about: Iterable[str], troubles: Iterable[str]) -> Self:
        """Return the requests of written lists; a trouble that ends in ``*`` is a beginning of words."""
        whole = tuple(troubles)
        asking, asked = (frozenset(bare(phrase(text)) for text in texts) for texts in (heads, about))
        return cls(
            asking,
            asked,
            frozenset(bare(phrase(text)) for text in whole if not text.endswith(STEM)),
            tuple(phrase(text)[0] for text in whole if text.endswith(STEM)),
            max((len(words) for words in asking | asked), default=1),
        )

    def left_out(self, reading: Reading, known: Mapping[Phrase, object]) -> Reading:
        """Return a text without its requests; the same text where anything in it speaks of trouble.

        Args:
            reading: The text.
            known: Phrases of complaints.
        """
        taken = self._places(reading)
        if not taken or self._troubled(reading, taken):
            return reading
        over = [set(range(hit.start, hit.end)) for hit in reading.hits(known)]
        taken -= set().union(*(places for places in over if not places <= taken))
        words = (_LEFT_OUT if place in taken else word for place, word in enumerate(reading.words))
        return reading.spelled(tuple(words))

    def _places(self, reading: Reading) -> set[int]:
        """Return the places of every request: a head, then heads or what it is about, links between."""
        words, taken, place = bare(reading.words), set[int](), 0
        while place < len(words):
            end = start = place
            known = self.heads
            while size := self._size(reading, words, place, start, known):
                end, known = start + size, self.heads | self.about
                start = next((at for at in range(end, len(words)) if words[at] not in _BETWEEN), len(words))
            taken.update(range(place, end))
            place = max(end, place + 1)
        return taken

    def _size(self, reading: Reading, words: Phrase, place: int, start: int, known: frozenset[Phrase]) -> int:
        """Return how many words the longest known phrase at a start has, all in the clause of the place."""
        clauses, clause = reading.clauses, reading.clauses[place]
        sizes = range(min(self._longest, len(words) - start), 0, -1)
        whole = (size for size in sizes if clause == clauses[start + size - 1])
        return next((size for size in whole if words[start : start + size] in known), 0)

    def _troubled(self, reading: Reading, taken: set[int]) -> bool:
        rest = reading.spelled(
            tuple(_LEFT_OUT if place in taken else word for place, word in enumerate(reading.words))
        )
        said = rest.hits(dict.fromkeys(self.troubles))
        stem = any(word.startswith(self.stems) for word in rest.words) if self.stems else False
        return stem or any(not rest.surely_denied(hit) for hit in said)
