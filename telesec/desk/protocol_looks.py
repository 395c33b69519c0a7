"""Words of the protocols' pages: states, effects, sources, what differs, cases, figures."""

from dataclasses import replace

from telesec.desk.looks import LEVELS, Look
from telesec.foundation.language import Sentence, say
from telesec.triage.agreement import Agreement
from telesec.triage.checks import Problem
from telesec.triage.levels import Level
from telesec.triage.protocol import Effect, SourceStatus, State
from telesec.triage.reads import STATE_WORDS
from telesec.web.language import render

STATES = {
    State.DRAFT: Look("tag-wait", "pending", STATE_WORDS[State.DRAFT]),
    State.REFERENCE: Look("tag-wait", "stale", STATE_WORDS[State.REFERENCE]),
    State.SIGNED: Look("tag-ok", "check", STATE_WORDS[State.SIGNED]),
    State.RETIRED: Look("tag-bad", "off", STATE_WORDS[State.RETIRED]),
}

EFFECTS = {
    Effect.FLAG: say("Red flag"),
    Effect.RAISE: say("Raises"),
    Effect.LOWER: say("Lowers, when every red flag is a no"),
}

SOURCES = {
    SourceStatus.SOURCED: say("read at the source"),
    SourceStatus.MIXED: say("partly read"),
    SourceStatus.RECALLED_ONLY: say("from memory, to be found"),
}

PARTS = {
    "added": say("new question"),
    "removed": say("question dropped"),
    "effect": say("effect"),
    "level": say("level"),
    "text": say("words"),
    "unknown_as": say("what unknown counts as"),
    "gate": say("for whom"),
    "prefill_from": say("taken from"),
    "also_open": say("what it opens"),
    "signs": say("signs"),
    "source": say("source"),
}

CASES = {
    "typical": say("Typical call"),
    "atypical": say("Unusual call"),
    "worst": say("Worst call"),
    "all_unknown": say("Caller who knows nothing"),
    "lowest": say("Least urgent call"),
    "third_party": say("Caller who is not there"),
}

FORMAT = say("does not fit: check that nothing is left empty")


def level(value: str) -> Look:
    """Return the shape and word of a level."""
    return LEVELS[Level(value)]


def levels() -> tuple[tuple[str, Sentence], ...]:
    """Return the levels of a list to choose from, most urgent first."""
    return tuple((each.value, look.word) for each, look in LEVELS.items())


def case(name: str) -> Sentence:
    """Return what a protocol's case is called; a special one goes by its own name."""
    return CASES.get(name) or say("%(name)s", name=name.replace("_", " "))


def told(problem: Problem, language: str) -> str:
    """Return a problem in the reader's words, levels as the desk names them."""
    words = problem.words or FORMAT
    params = {
        name: render(LEVELS[value].word, language) if isinstance(value, Level) else value
        for name, value in words.params.items()
    }
    text = render(replace(words, params=params), language)
    return text[:1].upper() + text[1:]


def share(part: int, whole: int) -> str:
    """Return a share as ``12 %``; a dash where there is nothing to share."""
    return f"{100 * part / whole:.0f}\u202f%" if whole else "–"


def kappa(figures: Agreement, language: str) -> str:
    """Return κ with two decimals; a dash where it says nothing."""
    if figures.kappa is None:
        return "–"
    told_ = f"{figures.kappa:.2f}"
    return told_.replace(".", ",") if language == "fr" else told_
