"""A table read out of somebody's file: numbered lines of text cells, and what bounds them.

Pure values. A file is refused whole, in one sentence that says what to do; nothing is guessed at.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from telesec.foundation.errors import Refused
from telesec.foundation.language import Sentence, say

LARGEST_FILE = 12 << 20
MOST_LINES = 40_000
"""Imported in one request: some ten seconds and 100 MB on an idle machine with two cores."""
MOST_COLUMNS = 60
LONGEST_CELL = 4_000
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet runs as a formula when a cell begins with it (OWASP, CSV injection)."""


@dataclass(frozen=True)
class Line:
    """One line of the file, counted from 1 as its own program counts."""

    number: int
    cells: tuple[str, ...] = field(repr=False)

    def cell(self, column: int | None) -> str:
        """Return a cell, empty where the line is shorter or the column is not used."""
        return self.cells[column] if column is not None and column < len(self.cells) else ""


@dataclass(frozen=True)
class Sheet:
    """The titles and the lines that hold something."""

    titles: tuple[str, ...] = field(repr=False)
    lines: tuple[Line, ...] = field(repr=False)

    def as_text(self) -> str:
        """Return it as one text, to be sealed."""
        return json.dumps([self.titles, [[line.number, *line.cells] for line in self.lines]])

    @staticmethod
    def from_text(text: str) -> "Sheet":
        """Return what ``as_text`` wrote."""
        titles, lines = json.loads(text)
        return Sheet(tuple(titles), tuple(Line(number, tuple(cells)) for number, *cells in lines))


def grouped(number: int) -> str:
    """Return a number as it is read, its thousands apart."""
    return f"{number:,}".replace(",", "\u202f")


def refused(sentence: Sentence, code: str = "bad_file") -> Refused:
    """Return the refusal of a file."""
    return Refused(code, sentence, status=422, field="file")


def gathered(rows: Iterable[tuple[int, Sequence[str]]]) -> Sheet:
    """Return the sheet of numbered rows: the first that is not empty holds the titles.

    Raises:
        Refused: Nothing below the titles, too many lines or columns, or a cell too long (422).
    """
    filled = _filled(rows)
    first = next(filled, None)
    if first is None:
        raise refused(say("This file is empty. Its first line holds the titles of the columns."))
    lines: list[Line] = []
    for line in filled:
        if len(lines) == MOST_LINES:
            raise refused(
                say(
                    "This file has more than %(most)s lines. Split it and import each part.",
                    most=grouped(MOST_LINES),
                ),
                "too_many_lines",
            )
        lines.append(line)
    if not lines:
        raise refused(
            say("This file has one line only. Its first line holds the titles, the others the data.")
        )
    return Sheet(first.cells, tuple(lines))


def neutral(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula when it opens our file."""
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell


def _filled(rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Line]:
    for number, cells in rows:
        kept = [cell.replace("\u00a0", " ").strip() for cell in cells]
        while kept and not kept[-1]:
            kept.pop()
        if len(kept) > MOST_COLUMNS:
            raise refused(
                say("Line %(line)s has more than %(most)s columns.", line=number, most=MOST_COLUMNS)
            )
        if any(len(cell) > LONGEST_CELL for cell in kept):
            raise refused(
                say(
                    "Line %(line)s has a cell of more than %(most)s characters.",
                    line=number,
                    most=LONGEST_CELL,
                )
            )
        if any("\0" in cell for cell in kept):
            raise refused(say("Line %(line)s holds a character that cannot be stored.", line=number))
        if kept:
            yield Line(number, tuple(kept))
