"""An Excel workbook (ECMA-376, SpreadsheetML): the first visible sheet, as values.

A formula is never run: the value Excel stored beside it is read, and one without a stored value is an error
of its cell. Dates are recognised by the cell's number format, as Excel itself does.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from telesec.foundation.language import say
from telesec.onboarding.archive import elements, walk
from telesec.onboarding.sheet import MOST_COLUMNS, MOST_LINES, refused

DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Built-in formats that show a date or a time (ECMA-376 part 1, 18.8.30)."""
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - Excel knows no time zone
WORKBOOK = "xl/workbook.xml"
NO_VALUE = "#VALUE!"


def rows(archive: zipfile.ZipFile) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows of the first visible sheet with their numbers.

    Raises:
        Refused: No sheet in it, or damaged (422).
    """
    epoch, path = _first_sheet(archive)
    shared = _Shared()
    walk(archive, "xl/sharedStrings.xml", shared.start, shared.end, shared.text)
    reader = _Rows(shared.found, _date_styles(archive), epoch)
    walk(archive, path, reader.start, reader.end, reader.text)
    yield from reader.found


class _Rows:
    """Gathers cells while a sheet is walked."""

    def __init__(self, shared: Sequence[str], dates: frozenset[int], epoch: datetime) -> None:
        self.found: list[tuple[int, list[str]]] = []
        self._shared, self._dates, self._epoch = shared, dates, epoch
        self._row: list[str] = []
        self._number = self._column = 0
        self._kind, self._style = "n", 0
        self._value: list[str] = []
        self._inside = self._formula = False

    def start(self, tag: str, values: Mapping[str, str]) -> None:
        if tag == "row":
            number = values.get("r", "")
            self._number = int(number) if number.isdecimal() else self._number + 1
            self._row, self._column = [], 0
        elif tag == "c":
            place = _REFERENCE.fullmatch(values.get("r", ""))
            self._column = _column(place[1]) if place else self._column + 1
            style = values.get("s", "")
            self._kind, self._style = values.get("t", "n"), int(style) if style.isdecimal() else 0
            self._value, self._formula = [], False
        elif tag == "f":
            self._formula = True
        elif tag in {"v", "t"}:
            self._inside = True

    def end(self, tag: str) -> None:
        if tag in {"v", "t"}:
            self._inside = False
        elif tag == "c" and self._column <= MOST_COLUMNS + 1:
            self._row += [""] * (self._column - 1 - len(self._row))
            self._row.append(self._told())
        elif tag == "row" and any(self._row):
            if len(self.found) > MOST_LINES + 1:
                return
            self.found.append((self._number, self._row))

    def text(self, data: str) -> None:
        if self._inside:
            self._value.append(data)

    def _told(self) -> str:
        text = "".join(self._value)
        if self._formula and not text:
            return NO_VALUE
        if self._kind == "s":
            return self._shared[int(text)] if text.isdecimal() and int(text) < len(self._shared) else NO_VALUE
        if self._kind == "n" and text:
            return number(text, self._epoch if self._style in self._dates else None)
        return text


def number(text: str, epoch: datetime | None) -> str:
    """Return a number as people write it, or with an epoch the day (and time) it counts to, in ISO."""
    try:
        value = float(text)
        if epoch is None:
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else text
        at = epoch + timedelta(seconds=round(value * 86_400))
    except (ValueError, OverflowError):
        return text
    if 0 <= value < 1:
        return f"{at:%H:%M}"
    return at.isoformat(timespec="minutes") if (at.hour or at.minute) else at.date().isoformat()


def _first_sheet(archive: zipfile.ZipFile) -> tuple[datetime, str]:
    told = elements(archive, WORKBOOK)
    old = any(tag == "workbookPr" and values.get("date1904") in {"1", "true"} for tag, values in told)
    visible = [
        values for tag, values in told if tag == "sheet" and values.get("state", "visible") == "visible"
    ]
    targets = {
        values.get("Id", ""): values.get("Target", "")
        for tag, values in elements(archive, "xl/_rels/workbook.xml.rels")
        if tag == "Relationship"
    }
    target = targets.get(visible[0].get("id", ""), "") if visible else ""
    if not target:
        raise refused(say("There is no table in this workbook."))
    path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    return EPOCH_1904 if old else EPOCH, path


class _Shared:
    """Gathers the strings cells refer to; readings in another script (phonetic runs) are left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._inside = self._phonetic = False

    def start(self, tag: str, _: Mapping[str, str]) -> None:
        if tag == "si":
            self.found.append("")
        self._phonetic = tag == "rPh" or self._phonetic
        self._inside = tag == "t" and not self._phonetic

    def end(self, tag: str) -> None:
        self._inside = False
        self._phonetic = self._phonetic and tag != "rPh"

    def text(self, data: str) -> None:
        if self._inside and self.found:
            self.found[-1] += data


def _date_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """Return the places, in the list of cell formats, of those that show dates."""
    custom: set[int] = set()
    formats: list[int] = []
    listing = False
    for tag, values in elements(archive, "xl/styles.xml"):
        key = int(values.get("numFmtId") or 0) if values.get("numFmtId", "0").isdecimal() else 0
        if tag == "numFmt" and re.search(r"[dDmMyYjJaA]", _QUOTED.sub("", values.get("formatCode", ""))):
            custom.add(key)
        elif tag in {"cellXfs", "cellStyles", "cellStyleXfs", "dxfs"}:
            listing = tag == "cellXfs"
        elif tag == "xf" and listing:
            formats.append(key)
    return frozenset(place for place, key in enumerate(formats) if key in DATE_FORMATS or key in custom)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
