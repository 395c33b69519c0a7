"""Sentences for people, kept untranslated until a reader is known.

Rules and services refuse in words, yet they do not know who reads. They make a ``Sentence``; the
edge (page, API, command) renders it in the reader's language. English is the source language of
every message id; each room keeps its French in ``<room>/translations/fr.po``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_BEFORE = re.compile(r" (?=[?!;])")
_WIDE = re.compile(r" (?=[:»])|(?<=«) ")


@dataclass(frozen=True)
class Sentence:
    """One sentence with named parts, for instance ``say("Free at %(at)s.", at="09:40")``."""

    msgid: str
    params: Mapping[str, object] = field(default_factory=dict)

    def render(self, translate: Callable[[str], str]) -> str:
        """Return the sentence in one language; ``translate`` maps a message id to its text."""
        text = translate(self.msgid)
        return text % dict(self.params) if self.params else text

    def __str__(self) -> str:
        return self.render(lambda msgid: msgid)


@lru_cache(maxsize=4096)
def french(text: str) -> str:
    """Return French text with its typographic apostrophes, and spaces that never break before a sign."""
    return _WIDE.sub("\u00a0", _BEFORE.sub("\u202f", text.replace("'", "\u2019")))


def say(msgid: str, **params: object) -> Sentence:
    """Make a sentence; the name is what the message extractor looks for."""
    return Sentence(msgid, params)
