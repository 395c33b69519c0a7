"""A protocol to read in a terminal, and as a picture (SVG): its questions, and where a yes leads."""

from collections.abc import Iterator
from html import escape

from telesec.triage.lint import length
from telesec.triage.protocol import Effect, Gate, Protocol, Question

COLOURS = {
    "call15_now": "#b3261e",
    "doctor_now": "#d9730d",
    "same_day": "#b58900",
    "h48_72": "#2e7d32",
    "routine": "#1565c0",
    "admin": "#616161",
}
_ARROWS = {Effect.FLAG: "▲", Effect.RAISE: "△", Effect.LOWER: "▽"}
_ROW, _TOP, _WIDTH = 54, 90, 1060


def page(protocol: Protocol, language: str) -> Iterator[str]:
    """Yield the lines of a protocol for reading."""
    took = length(protocol)
    yield f"{protocol.title.spoken(language)} ({protocol.code} {protocol.version}, {protocol.state})"
    yield f"author: {protocol.author}; review by {protocol.review_by}; reviewer: {protocol.reviewer or '–'}"
    yield f"default {protocol.default}, floor {protocol.floor}"
    yield f"red flags {took.flags:.0f} s, all questions {took.questions:.0f} s"
    for question in protocol.merged:
        yield f"  ≡ {question.id}: {question.text.spoken(language)} [{', '.join(question.merges)}]"
    for question in protocol.questions:
        yield from _lines(question, language)
    for id_, why in protocol.removed.items():
        yield f"  removed {id_}: {why}"
    yield from (f"  case {case.name}: {case.level}" for case in protocol.cases)


def _lines(question: Question, language: str) -> Iterator[str]:
    yield f"  {_ARROWS[question.effect]} {question.level:<11} {question.id}: {question.text.spoken(language)}"
    extra = [gate_words(question.gate), question.prefill_from and f"from {question.prefill_from}"]
    extra += [f"opens {', '.join(question.also_open)}" if question.also_open else ""]
    said = "; ".join(filter(None, extra))
    yield f"      {said + '; ' if said else ''}source: {question.source} ({question.source_status})"


def gate_words(gate: Gate) -> str:
    """Return for whom a question is meant, empty for everybody."""
    parts = [
        f"from {gate.age_min_months} months" if gate.age_min_months is not None else "",
        f"under {gate.age_max_months} months" if gate.age_max_months is not None else "",
        f"sex {gate.sex}" if gate.sex else "",
        "pregnant" if gate.pregnant else "",
        ", ".join(sorted(gate.territory)),
    ]
    return "only " + ", ".join(filter(None, parts)) if any(parts) else ""


def drawing(protocol: Protocol, language: str) -> str:
    """Return an SVG: one row a question, a line down for no, an arrow to the level for yes or unknown."""
    rows = [_row(place, question, language) for place, question in enumerate(protocol.questions)]
    end = _TOP + _ROW * len(rows)
    title = escape(
        f"{protocol.title.spoken(language)} – {protocol.code} {protocol.version} ({protocol.state})"
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {end + 60}"',
            f'role="img" aria-label="{title}" font-family="sans-serif" font-size="14">',
            f"<title>{title}</title>",
            f'<text x="20" y="40" font-size="20" font-weight="bold">{title}</text>',
            f'<line x1="40" y1="60" x2="40" y2="{end}" stroke="#777" stroke-width="2"/>',
            *rows,
            _level(20, end, f"{protocol.default}", f"{protocol.default} (floor {protocol.floor})"),
            "</svg>",
        ]
    )


def _row(place: int, question: Question, language: str) -> str:
    y = _TOP + _ROW * place
    lowers = question.effect is Effect.LOWER
    text = escape(question.text.spoken(language))
    whom = escape(f"{question.id} {gate_words(question.gate)}")
    yes = "yes" if lowers else "yes / ?"
    return (
        f'<circle cx="40" cy="{y}" r="6" fill="{"#fff" if lowers else "#333"}" stroke="#333"/>'
        f'<text x="60" y="{y - 2}">{text}</text>'
        f'<text x="60" y="{y + 15}" font-size="11" fill="#555">{whom}</text>'
        f'<text x="{_WIDTH - 210}" y="{y + 15}" font-size="11" fill="#555">{yes} →</text>'
        + _level(_WIDTH - 150, y, question.level, question.level)
    )


def _level(x: int, y: int, level: str, text: str) -> str:
    width = max(130, 9 * len(text))
    return (
        f'<rect x="{x}" y="{y - 14}" width="{width}" height="26" rx="6" fill="{COLOURS[level]}"/>'
        f'<text x="{x + 10}" y="{y + 4}" fill="#fff">{escape(text)}</text>'
    )
