"""What an examination found, line by line; pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from telesec.foundation.language import Sentence

LIMIT_NAMES = 5
"""How many names a line spells out."""


class Status(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, what was seen, and what to do about it."""

    name: str
    status: Status
    seen: Sentence
    todo: Sentence | None = None


def ok(name: str, seen: Sentence) -> Finding:
    """Return a line that asks for nothing."""
    return Finding(name, Status.OK, seen)


def warn(name: str, seen: Sentence, todo: Sentence) -> Finding:
    """Return a line about something that should be mended soon."""
    return Finding(name, Status.WARN, seen, todo)


def fail(name: str, seen: Sentence, todo: Sentence) -> Finding:
    """Return a line about something that is broken or unsafe."""
    return Finding(name, Status.FAIL, seen, todo)


def worst(findings: Iterable[Finding]) -> Status:
    """Return the worst status; none at all is well."""
    order = list(Status)
    return max((finding.status for finding in findings), key=order.index, default=Status.OK)


def few(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    shown = ", ".join(names[:LIMIT_NAMES])
    more = len(names) - LIMIT_NAMES
    return f"{shown} (+{more})" if more > 0 else shown


def as_rows(findings: Iterable[Finding], translate: Callable[[str], str]) -> list[dict[str, str]]:
    """Return findings as plain values: name, status, seen, todo."""
    return [
        {
            "name": finding.name,
            "status": finding.status.value,
            "seen": finding.seen.render(translate),
            "todo": finding.todo.render(translate) if finding.todo else "",
        }
        for finding in findings
    ]


def as_text(rows: Iterable[dict[str, str]]) -> str:
    """Return rows for a terminal; what to do stands under its line."""
    lines = []
    for row in rows:
        lines.append(f"{row['status']:4}  {row['name']:13} {row['seen']}")
        if row["todo"]:
            lines.append(f"{'':20}→ {row['todo']}")
    return "\n".join(lines)
