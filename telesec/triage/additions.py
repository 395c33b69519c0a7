"""A practice's small additions to a protocol, made safe by construction: a level raised, who is told.

Each returns a document for ``drafts.save``; nothing in it is less urgent than in the document it began with,
and nothing runs before a practitioner has signed it.
"""

from datetime import date
from typing import Any

from telesec.triage import drafts
from telesec.triage.levels import Level, at_least
from telesec.triage.library import Library
from telesec.triage.protocol import Effect
from telesec.triage.written import level_text

DEFAULT = "default"
LISTS = ("red_flags", "deciding")


def raised(document: dict[str, Any], what: str, level: Level) -> dict[str, Any]:
    """Return a document in which a question, or what every "no" leads to, is as urgent as asked or stays.

    Red flags are put in order again; a question that would be under the level of every "no" rises with it.

    Args:
        document: As plain values, unchanged by this.
        what: A question's id, or ``default``.
        level: Less urgent than now changes nothing.
    """
    default = _higher(document[DEFAULT], level) if what == DEFAULT else document[DEFAULT]
    written = {**document, DEFAULT: default}
    for name in LISTS:
        written[name] = [_risen(one, level if one["id"] == what else default) for one in document[name]]
    written["red_flags"].sort(key=lambda one: -Level(one["level"]).urgency)
    return written


def _risen(one: dict[str, Any], level: str) -> dict[str, Any]:
    return one if one.get("effect") == Effect.LOWER else {**one, "level": _higher(one["level"], level)}


def _higher(held: str, wish: str) -> str:
    return held if at_least(Level(held), Level(wish)) else Level(wish).value


def told(library: Library, document: dict[str, Any], level: Level, who: dict[str, str]) -> dict[str, Any]:
    """Return a document that names who is told at a level, ``fr`` and ``en``; its other words stay."""
    texts = document["texts"].get(level) or level_text(library.book.texts[level]).model_dump(mode="json")
    return {**document, "texts": {**document["texts"], level.value: {**texts, "told": who}}}


def settled(library: Library, document: dict[str, Any], today: date) -> dict[str, Any]:
    """Return a document whose cases expect what they now reach, where that is more urgent; never less."""
    reached = drafts.check(library, document, today).reached
    cases = [
        {**case, "level": _higher(case["level"], reached.get(case["name"], Level(case["level"])))}
        for case in document["cases"]
    ]
    return {**document, "cases": cases}
