"""An OpenDocument spreadsheet (ISO/IEC 26300): the first visible table, as values; formulas are not run.

Rows and cells may say "repeated a million times": repeated emptiness is counted, never built.
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence

from telesec.onboarding.archive import walk
from telesec.onboarding.sheet import MOST_COLUMNS, MOST_LINES
from telesec.onboarding.xlsx_file import number

CELLS = frozenset({"table-cell", "covered-table-cell"})
QUIET = frozenset({"annotation", "shapes"})
"""What stands in a cell without being its text."""


def rows(archive: zipfile.ZipFile) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows of the first visible table with their numbers.

    Raises:
        Refused: Damaged (422).
    """
    reader = _Rows()
    walk(archive, "content.xml", reader.start, reader.end, reader.text)
    yield from reader.found


class _Rows:
    """Gathers cells while the content is walked; styles of hidden tables are known before the tables."""

    def __init__(self) -> None:
        self.found: list[tuple[int, list[str]]] = []
        self._hidden: set[str] = set()
        self._style = ""
        self._tables = self._depth = self._quiet = 0
        self._next = self._number = 1
        self._row: list[str] = []
        self._cell: Mapping[str, str] = {}
        self._paragraphs: list[str] = []
        self._inside = False

    def start(self, tag: str, values: Mapping[str, str]) -> None:
        if tag == "style":
            self._style = values.get("name", "")
        elif tag == "table-properties" and values.get("display") == "false":
            self._hidden.add(self._style)
        elif tag == "table":
            self._depth += 1
            shown = values.get("style-name", "") not in self._hidden
            self._tables += 1 if shown or self._tables else 0
        elif self._tables == 1 and self._depth == 1:
            self._content(tag, values)

    def _content(self, tag: str, values: Mapping[str, str]) -> None:
        if tag == "table-row":
            self._number = self._next
            self._next += _count(values, "number-rows-repeated")
            self._row = []
        elif tag in CELLS:
            self._cell, self._paragraphs = values, []
        elif tag in QUIET:
            self._quiet += 1
        elif self._quiet:
            return
        elif tag == "p":
            self._paragraphs.append("")
            self._inside = True
        elif tag in {"s", "tab", "line-break"} and self._paragraphs:
            self._paragraphs[-1] += " " * min(_count(values, "c"), 100)

    def end(self, tag: str) -> None:
        if tag == "table":
            self._depth -= 1
        elif tag in QUIET and self._quiet:
            self._quiet -= 1
        elif tag == "p":
            self._inside = False
        elif self._tables == 1 and self._depth == 1:
            self._close(tag)

    def _close(self, tag: str) -> None:
        if tag in CELLS:
            room = max(0, MOST_COLUMNS + 1 - len(self._row))
            self._row += [self._told()] * min(_count(self._cell, "number-columns-repeated"), room)
        elif tag == "table-row" and any(self._row):
            for repeat in range(self._next - self._number):
                if len(self.found) > MOST_LINES + 1:
                    return
                self.found.append((self._number + repeat, self._row))

    def text(self, data: str) -> None:
        if self._inside and not self._quiet and self._paragraphs:
            self._paragraphs[-1] += data

    def _told(self) -> str:
        kind = self._cell.get("value-type", "")
        if kind == "date":
            return self._cell.get("date-value", "").removesuffix("T00:00:00")
        if kind in {"float", "percentage", "currency"}:
            return number(self._cell.get("value", ""), None)
        return "\n".join(self._paragraphs)


def _count(values: Mapping[str, str], name: str) -> int:
    told = values.get(name, "1")
    return max(1, min(int(told), 2_000_000)) if told.isdecimal() else 1
