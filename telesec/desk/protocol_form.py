"""The editor's form between a draft and what was typed; a field is named after its question."""

from collections.abc import Iterable, Mapping
from typing import Any

from telesec.triage.checks import Problem
from telesec.triage.levels import Level
from telesec.triage.protocol import Effect, SourceStatus

LONGEST = 600
LISTS = ("red_flags", "deciding")
OWN = "own_"


def typed(document: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    """Return a document with what was typed; what the form does not name stays as it is.

    Args:
        document: The draft as plain values, unchanged by this.
        form: ``fr-<id>``, ``you-<id>``, ``en-<id>``, ``level-<id>``, ``source-<id>``, ``status-<id>``,
            ``place-<id>``, ``drop-<id>``; ``case-<name>``; ``default``, ``floor``, ``review_by``; ``new-…``.
    """
    written = {**document}
    for name in ("default", "floor"):
        written[name] = _level(form.get(name), written[name])
    written["review_by"] = form.get("review_by", written["review_by"])
    for name in LISTS:
        kept = [one for one in written[name] if form.get(f"drop-{one['id']}") != "yes"]
        written[name] = _ordered([_question(one, form) for one in kept], form)
    written["cases"] = [
        {**case, "level": _level(form.get(f"case-{case['name']}"), case["level"])}
        for case in written["cases"]
    ]
    return _with_new(written, form)


def _question(one: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    id_, ask = one["id"], one["ask"]
    status = form.get(f"status-{id_}", "")
    return {
        **one,
        "ask": {part: form.get(f"{part}-{id_}", ask[part]).strip()[:LONGEST] for part in ("fr", "you", "en")},
        "level": _level(form.get(f"level-{id_}"), one["level"]),
        "source": form.get(f"source-{id_}", one["source"]).strip()[:LONGEST],
        "source_status": status if status in set(SourceStatus) else one["source_status"],
    }


def _ordered(questions: list[dict[str, Any]], form: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return questions by the places typed; the same place twice keeps their order."""
    places = {}
    for place, one in enumerate(questions, 1):
        wish = form.get(f"place-{one['id']}", "")
        places[one["id"]] = int(wish[:3]) if wish[:3].isdecimal() else place
    return sorted(questions, key=lambda one: places[one["id"]])


def _with_new(written: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    """Return the document with the added question, last of those as urgent; nothing typed adds nothing."""
    french, english = form.get("new-fr", "").strip()[:LONGEST], form.get("new-en", "").strip()[:LONGEST]
    if not french and not english:
        return written
    effect = Effect.RAISE if form.get("new-effect") == Effect.RAISE else Effect.FLAG
    level = _level(form.get("new-level"), Level.DOCTOR_NOW)
    question: dict[str, Any] = {
        "id": _free_id(written),
        "ask": {"fr": french, "en": english, "you": form.get("new-you", "").strip()[:LONGEST]},
        "level": level,
        "unknown_as": "yes",
        "source": form.get("new-source", "").strip()[:LONGEST],
        "source_status": SourceStatus.MIXED,
    }
    if effect is Effect.RAISE:
        question["effect"] = effect
    name = LISTS[effect is Effect.RAISE]
    place = sum(Level(one["level"]).urgency >= Level(level).urgency for one in written[name])
    held = list(written[name])
    held.insert(place if effect is Effect.FLAG else 0, question)
    return {**written, name: held}


def _free_id(document: dict[str, Any]) -> str:
    taken = {one["id"] for name in LISTS for one in document[name]}
    return next(id_ for number in range(1, 999) if (id_ := f"{OWN}{number}") not in taken)


def _level(wish: str | None, held: str) -> str:
    return wish if wish in set(Level) else held


def placed(problems: Iterable[Problem], document: dict[str, Any]) -> dict[str, list[Problem]]:
    """Return problems by where they are shown: a question's id, ``cases.x``, a field, or nothing: the page.

    A problem of the format says its place in a list; it is shown at the question that stands there.
    """
    shown = {one["id"] for name in LISTS for one in document[name]}
    shown |= {f"cases.{case['name']}" for case in document["cases"]}
    shown |= {"default", "floor", "review_by"}
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
