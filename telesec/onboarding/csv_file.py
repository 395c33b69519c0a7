"""A CSV file as people have it: the encoding and the separator are found out, or the file is refused.

UTF-8 (with or without a mark), UTF-16 and Windows-1252 are read. Text in another encoding, which would give
garbled names, is recognised by letters that stand where none can.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from telesec.foundation.language import say
from telesec.onboarding.sheet import refused

SEPARATORS = (";", ",", "\t", "|")
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MISPLACED = re.compile(r"(?<=[A-Za-z])[‚ƒ„…†‡ˆ‰‹ŽŠ‘“”•–—˜™›](?=[a-z])|[\x80-\x9f]")
"""Accents of MS-DOS and of old Macs read as Windows-1252: a sign in mid-word where a letter was."""
_TWICE = re.compile("Ã[\u0080-\u00bf]|Ã[©¨ª§´»®¢¹]|â€[™œ\u009d]")
"""UTF-8 read as Windows-1252 and saved again: ``Ã©`` for ``é``."""
FIRST_LINES = 20


def rows(data: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows of a CSV file with their line numbers.

    Raises:
        Refused: Its encoding is not one we read, or a quotation mark is never closed (422).
    """
    text = decoded(data)
    lines = list(io.StringIO(text, newline=""))
    separator, skip = separator_of(lines)
    reader = csv.reader(lines[skip:], delimiter=separator, strict=True)
    at = skip + 1
    try:
        for cells in reader:
            yield at, cells
            at = skip + reader.line_num + 1
    except csv.Error:
        raise refused(
            say(
                "Line %(line)s cannot be read: a quotation mark is not closed or a field is too long.",
                line=at,
            )
        ) from None


def decoded(data: bytes) -> str:
    """Return the text of a file.

    Raises:
        Refused: Its encoding is not one of the three, or its accents are already broken (422).
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _sound(_decode(data, encoding))
    if data[:200].count(b"\0") > len(data[:200]) // 4:
        return _sound(_decode(data, "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"))
    try:
        return _sound(data.decode("utf-8"))
    except UnicodeDecodeError:
        text = _decode(data, "cp1252")
    if _MISPLACED.search(text):
        raise _unreadable()
    return _sound(text)


def separator_of(lines: Sequence[str]) -> tuple[str, int]:
    """Return the separator and how many lines to skip; Excel's own ``sep=;`` line is believed."""
    told = re.fullmatch(r"sep=(.)\s*", lines[0]) if lines else None
    if told:
        return told[1], 1
    head = [line for line in lines if line.strip()][:FIRST_LINES]
    return max(SEPARATORS, key=lambda one: _agreement(head, one)), 0


def _agreement(lines: Sequence[str], separator: str) -> tuple[int, int]:
    """Return how many lines have as many cells as the first, and how many cells that is."""
    try:
        counts = [len(cells) for cells in csv.reader(lines, delimiter=separator)]
    except csv.Error:
        return 0, 0
    if not counts or counts[0] < 2:
        return 0, 0
    return sum(count == counts[0] for count in counts), counts[0]


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise _unreadable() from None


def _sound(text: str) -> str:
    if _CONTROL.search(text):
        raise refused(say("This is not a text file. Save your table as CSV UTF-8, as xlsx or as ods."))
    if "\ufffd" in text or _TWICE.search(text):
        raise refused(
            say("The accents in this file are already broken (“Ã©” for “é”). Export it anew as CSV UTF-8."),
            "bad_encoding",
        )
    return text


def _unreadable() -> Exception:
    return refused(
        say("The encoding of this file is not recognised: its accents would be wrong. Save it as CSV UTF-8."),
        "bad_encoding",
    )
