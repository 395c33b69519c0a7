"""Somebody's file → a sheet: what it is by its first bytes, never by its name."""

import zipfile
from collections.abc import Callable, Iterator, Sequence

from telesec.foundation.language import say
from telesec.onboarding import archive, csv_file, ods_file, xlsx_file
from telesec.onboarding.sheet import LARGEST_FILE, Sheet, gathered, refused

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""A compound file: an .xls of before 2007, or a workbook protected by a password."""
Rows = Callable[[zipfile.ZipFile], Iterator[tuple[int, Sequence[str]]]]


def read(data: bytes) -> Sheet:
    """Return the table of a CSV file, an Excel workbook (xlsx) or an OpenDocument spreadsheet (ods).

    Raises:
        Refused: Too large, another kind of file, damaged, garbled, or with too many lines (422).
    """
    if len(data) > LARGEST_FILE:
        raise refused(
            say("This file is larger than %(most)s MB. Split it, or save it as CSV.", most=LARGEST_FILE >> 20)
        )
    if data.startswith(OLD_OFFICE):
        raise refused(
            say("This is an old or protected Excel file. Save it as xlsx without a password, or as CSV.")
        )
    if data.startswith(b"%PDF"):
        raise refused(say("This is a PDF, not a table. Export the list as CSV, xlsx or ods."))
    if not data.startswith(b"PK"):
        return gathered(csv_file.rows(data))
    with archive.opened(data) as opened:
        return gathered(_kind(opened)(opened))


def _kind(opened: zipfile.ZipFile) -> Rows:
    names = set(opened.namelist())
    if xlsx_file.WORKBOOK in names:
        return xlsx_file.rows
    if "content.xml" in names:
        return ods_file.rows
    raise refused(say("This is neither CSV, xlsx nor ods. Save the table as one of them."))
