"""Which complaints speak of what a caller speaks of, for when no known phrase says it: offered, never opened.

A complaint's titles, synonyms, questions and their help are its text; a caller's words are weighed by how few
complaints share them (Okapi BM25, Robertson and Zaragoza 2009). What is said in one word only, or is near no
complaint, gives nothing.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from telesec.triage.protocol import Protocol
from telesec.triage.reading import Phrase, bare, phrase

MOST = 3
_TELLING = 4
_ENOUGH = 1.6
"""The least weight that is offered: about two words shared, or one that few complaints know."""
_SATURATION, _LENGTH_SHARE = 1.2, 0.6
_TITLE_WEIGHT = 3
_STEM = 4
_ENDINGS = (
    "issement", "ement", "ations", "ation", "euses", "euse", "eurs", "eur", "antes", "ante", "ants", "ant",
    "ees", "ee", "er", "es", "ez", "ent", "ait", "it", "is", "e", "s", "u",
)  # fmt: skip
_EMPTY = frozenset(
    phrase(
        "elle nous vous elles cette cela sont suis etes etait dans pour avec sans chez votre vos avoir etre "
        "fait faire tout toute tous bien tres trop comme quand depuis hier matin soir nuit jour jours heure "
        "heures semaine deux trois mois apres avant encore deja aussi alors personne autre autres avez peut "
        "peux truc chose quelque rien bonjour docteur rendez pas plus mais donc sous leur"
    )
)


@dataclass(frozen=True, eq=False)
class Nearness:
    """The words of every complaint; built once.

    Args:
        weights: Word, cut to its stem → the complaints that say it, with its weight in each.
    """

    weights: Mapping[str, Mapping[str, float]]

    @classmethod
    def of(cls, protocols: Iterable[Protocol], phrases: Mapping[Phrase, Sequence[str]]) -> "Nearness":
        """Return the nearness of complaints, from their texts and the phrases that lead to them."""
        texts = {protocol.code: _words_of(protocol) for protocol in protocols}
        for words, codes in phrases.items():
            for code in texts.keys() & codes[:2]:
                texts[code].update(_stems(words))
        mean = sum(map(Counter.total, texts.values())) / max(1, len(texts))
        known = Counter(chain.from_iterable(texts.values()))
        weights: dict[str, dict[str, float]] = {word: {} for word in known}
        for code, counted in texts.items():
            length = 1 - _LENGTH_SHARE + _LENGTH_SHARE * counted.total() / mean
            for word, times in counted.items():
                rare = math.log(1 + len(texts) / known[word])
                weights[word][code] = rare * times / (times + _SATURATION * length)
        return cls(weights)

    def of_words(self, words: Phrase) -> tuple[str, ...]:
        """Return at most three complaints near some words, the nearest first."""
        total: Counter[str] = Counter()
        for word in _stems(words):
            total.update(self.weights.get(word, {}))
        return tuple(code for code, weight in total.most_common(MOST) if weight >= _ENOUGH)


def _words_of(protocol: Protocol) -> Counter[str]:
    said: Counter[str] = Counter()
    for synonym in protocol.synonyms:
        said.update(_stems(phrase(synonym)))
    for word in _stems(phrase(protocol.title.fr)):
        said[word] += _TITLE_WEIGHT
    for question in protocol.questions:
        parts = (
            question.text.fr,
            question.text.you or "",
            question.help.fr if question.help else "",
            *question.words,
        )
        said.update(_stems(phrase(" ".join(parts))))
    return said


def _stems(words: Phrase) -> tuple[str, ...]:
    """Return the telling words, each once, cut to their stems."""
    telling = (word for word in words if len(word) >= _TELLING and word not in _EMPTY)
    return tuple(dict.fromkeys(map(_stem, bare(tuple(telling)))))


def _stem(word: str) -> str:
    return next(
        (word[: -len(end)] for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= _STEM), word
    )
