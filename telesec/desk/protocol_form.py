"""The editor's form between a draft and what was typed; a field is named after its question."""

import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from telesec.foundation.errors import Refused
from telesec.foundation.language import say
from telesec.foundation.lengths import refuse_longer
from telesec.triage.checks import Problem
from telesec.triage.levels import Level
from telesec.triage.protocol import Effect, SourceStatus

LONGEST = 600
"""Characters of one sentence, note or source."""
SAID = ("fr", "you", "he", "en")
LISTS = ("red_flags", "deciding")
OWN = "own_"
WORDS, WORD = 20, 60
"""Words that lead here added at once, and the characters of each."""


def typed(document: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    """Return a document with what was typed; what the form does not name stays as it is.

    Args:
        document: The draft as plain values, unchanged by this.
        form: ``fr-<id>``, ``you-<id>``, ``he-<id>``, ``en-<id>``, ``level-<id>``, ``source-<id>``,
            ``status-<id>``, ``place-<id>``, ``drop-<id>``, ``kind-<id>`` of one added and not saved yet;
            ``help-fr-<id>``, ``help-en-<id>``, ``all-<id>``: asked of everybody; ``fr-<id>`` … of a sentence
            that says several; ``case-<name>``; ``default``, ``floor``, ``review_by``, ``words``: more words
            that lead here; ``new-…``, ``newcase-…``.
    """
    written = _with_unsaved(document, form)
    taken = ids(written)
    for name in ("default", "floor"):
        written[name] = _level(form.get(name), written[name])
    written["review_by"] = form.get("review_by", written["review_by"])
    for name in LISTS:
        kept = [one for one in written[name] if form.get(f"drop-{one['id']}") != "yes"]
        written[name] = _ordered([_question(one, form) for one in kept], form)
    written["merged"] = [{**one, "ask": _said(one, form)} for one in written["merged"]]
    added = _words(form)
    written["synonyms"] = list(dict.fromkeys([*written["synonyms"], *added]))
    written["cases"] = [
        {**case, "level": _level(form.get(f"case-{case['name']}"), case["level"])}
        for case in written["cases"]
    ]
    return _with_case(_with_new(written, form, taken), form)


def _with_unsaved(document: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    """Return the document with questions a refused form had added: they are on the page, not in the draft."""
    written = {**document}
    held = ids(document)
    for field, kind in form.items():
        id_ = field.removeprefix("kind-")
        if field != id_ and id_.startswith(OWN) and id_.removeprefix(OWN).isdecimal() and id_ not in held:
            name = LISTS[kind == Effect.RAISE]
            written[name] = [*written[name], _blank(id_, kind)]
    return written


def _blank(id_: str, kind: str) -> dict[str, Any]:
    question: dict[str, Any] = {
        "id": id_,
        "ask": {"fr": "", "en": "", "you": "", "he": ""},
        "level": Level.DOCTOR_NOW,
        "unknown_as": "yes",
        "source": "",
        "source_status": SourceStatus.MIXED,
    }
    return question | ({"effect": Effect.RAISE} if kind == Effect.RAISE else {})


def _question(one: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    id_ = one["id"]
    status = form.get(f"status-{id_}", "")
    return {
        **one,
        "ask": _said(one, form),
        "help": _help(one.get("help"), form, id_),
        "ask_if": {} if form.get(f"all-{id_}") == "yes" else one.get("ask_if", {}),
        "level": _level(form.get(f"level-{id_}"), one["level"]),
        "source": form.get(f"source-{id_}", one["source"]).strip(),
        "source_status": status if status in set(SourceStatus) else one["source_status"],
    }


def _said(one: dict[str, Any], form: Mapping[str, str]) -> dict[str, str]:
    id_, ask = one["id"], one["ask"]
    return {part: form.get(f"{part}-{id_}", ask.get(part, "")).strip() for part in SAID}


def _help(held: dict[str, str] | None, form: Mapping[str, str], id_: str) -> dict[str, str] | None:
    """Return the note for the secretary; both languages emptied is none."""
    old = held or {}
    told = {part: form.get(f"help-{part}-{id_}", old.get(part, "")).strip() for part in ("fr", "en")}
    return {**old, **told} if any(told.values()) else None


def _with_case(written: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    """Return the document with a test case more: one yes, every other answer no; without a level none."""
    level, yes, age = form.get("newcase-level", ""), form.get("newcase-yes", ""), form.get("newcase-age", "")
    if level not in set(Level):
        return written
    taken = {case["name"] for case in written["cases"]}
    name = next(free for number in range(1, 99) if (free := f"{OWN}{number}") not in taken)
    patient = {
        "age_years": int(age[:3]) if age[:3].isdecimal() else None,
        "sex": form.get("newcase-sex") or None,
    }
    case = {"name": name, "patient": patient, "answers": {yes: "yes"} if yes else {}, "level": level}
    return {**written, "cases": [*written["cases"], case]}


def _ordered(questions: list[dict[str, Any]], form: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return questions by the places typed; the same place twice keeps their order."""
    places = {}
    for place, one in enumerate(questions, 1):
        wish = form.get(f"place-{one['id']}", "")
        places[one["id"]] = int(wish[:3]) if wish[:3].isdecimal() else place
    return sorted(questions, key=lambda one: places[one["id"]])


def _with_new(written: dict[str, Any], form: Mapping[str, str], taken: set[str]) -> dict[str, Any]:
    """Return the document with the added question, last of those as urgent; nothing typed adds nothing."""
    french, english = form.get("new-fr", "").strip(), form.get("new-en", "").strip()
    if not french and not english:
        return written
    effect = Effect.RAISE if form.get("new-effect") == Effect.RAISE else Effect.FLAG
    level = _level(form.get("new-level"), Level.DOCTOR_NOW)
    question = {
        **_blank(_free_id(french, taken), effect),
        "ask": {part: form.get(f"new-{part}", "").strip() for part in SAID},
        "level": level,
        "source": form.get("new-source", "").strip(),
    }
    name = LISTS[effect is Effect.RAISE]
    place = sum(Level(one["level"]).urgency >= Level(level).urgency for one in written[name])
    held = list(written[name])
    held.insert(place if effect is Effect.FLAG else 0, question)
    return {**written, name: held}


def refuse_too_long(document: dict[str, Any], form: Mapping[str, str]) -> None:
    """Refuse a document one of whose texts is too long; what was typed is never cut.

    Args:
        document: With what was typed.
        form: As it was sent; its ``words`` are looked at before they join those of the document.

    Raises:
        Refused: ``too_long`` (422), with the field as the page names it.
    """
    texts: dict[str, str] = {}
    for one in [one for name in LISTS for one in document[name]]:
        told = one.get("help") or {}
        texts |= {f"{part}-{one['id']}": one["ask"].get(part) or "" for part in SAID}
        texts |= {f"help-{part}-{one['id']}": told.get(part) or "" for part in ("fr", "en")}
        texts[f"source-{one['id']}"] = one["source"]
    for one in document["merged"]:
        texts |= {f"{part}-{one['id']}": one["ask"].get(part) or "" for part in SAID}
    refuse_long_texts(texts)
    words = _words(form)
    if len(words) > WORDS or any(len(word) > WORD for word in words):
        most = say(
            "Add at most %(words)s words or phrases at once, of %(most)s characters each.",
            words=WORDS,
            most=WORD,
        )
        raise Refused("too_long", most, status=422, field="words")


def refuse_long_texts(texts: Mapping[str, str]) -> None:
    """Refuse the first text over ``LONGEST`` characters, by its field.

    Raises:
        Refused: ``too_long`` (422).
    """
    for field, text in texts.items():
        refuse_longer(text.strip(), LONGEST, field, code="too_long")


def _words(form: Mapping[str, str]) -> list[str]:
    return [word for word in map(str.strip, form.get("words", "").split(",")) if word]


def ids(document: dict[str, Any]) -> set[str]:
    """Return the ids of a document's questions."""
    return {one["id"] for name in LISTS for one in document[name]}


def _free_id(french: str, taken: set[str]) -> str:
    """Return an id made from the words: another question never gets the id a dropped one had."""
    first = zlib.crc32(french.encode())
    return next(id_ for number in range(first, first + 999) if (id_ := f"{OWN}{number}") not in taken)


def _level(wish: str | None, held: str) -> str:
    return wish if wish in set(Level) else held


def placed(problems: Iterable[Problem], document: dict[str, Any]) -> dict[str, list[Problem]]:
    """Return problems by where they are shown: a question's id, ``cases.x``, a field, or nothing: the page.

    A problem of the format says its place in a list; it is shown at the question that stands there.
    """
    shown = ids(document)
    shown |= {f"cases.{case['name']}" for case in document["cases"]}
    shown |= {"default", "floor", "review_by", "synonyms"} | {one["id"] for one in document["merged"]}
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        place = _place(problem.where, document)
        found.setdefault(place if place in shown else "", []).append(problem)
    return found


def _place(where: str, document: dict[str, Any]) -> str:
    parts = where.split(".")
    if parts[0] in LISTS and len(parts) > 1 and parts[1].isdecimal():
        held = document[parts[0]]
        return str(held[int(parts[1])]["id"]) if int(parts[1]) < len(held) else ""
    return where
