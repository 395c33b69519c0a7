"""The zip around a workbook, opened with bounds: what it says it unpacks to is checked before it is unpacked.

XML in it is read as a stream of events. A document type, the only place an entity can be declared in, is
refused, so nothing expands and nothing outside is fetched.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from xml.parsers import expat

from telesec.foundation.language import say
from telesec.onboarding.sheet import refused

MOST_MEMBERS = 500
MOST_UNPACKED = 64 << 20
PIECE = 1 << 16
Start = Callable[[str, Mapping[str, str]], None]
BROKEN = say("This workbook cannot be read: it is damaged. Open it in your spreadsheet and save it again.")


def opened(data: bytes) -> zipfile.ZipFile:
    """Return the archive of a workbook.

    Raises:
        Refused: Damaged, protected by a password, or it unpacks to too much (422).
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise refused(BROKEN) from None
    members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise refused(say("This workbook is protected by a password. Save it without one."))
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise refused(say("This workbook unpacks to too much. Save the one sheet that counts, as CSV."))
    return archive


def walk(
    archive: zipfile.ZipFile, name: str, start: Start, end: Callable[[str], None], text: Callable[[str], None]
) -> None:
    """Read one XML member as events; names come without their prefix. A member that is not there is empty.

    Raises:
        Refused: Not well-formed, with a document type, or damaged (422).
    """
    if name not in archive.namelist():
        return
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: start(
        _bare(tag), {_bare(key): value for key, value in attributes.items()}
    )
    parser.EndElementHandler = lambda tag: end(_bare(tag))
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _no_document_type
    try:
        with archive.open(name) as member:
            while piece := member.read(PIECE):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
    except (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
        raise refused(BROKEN) from None


def elements(archive: zipfile.ZipFile, name: str) -> list[tuple[str, Mapping[str, str]]]:
    """Return the elements of a small member in document order, with their attributes."""
    found: list[tuple[str, Mapping[str, str]]] = []
    walk(archive, name, lambda tag, values: found.append((tag, values)), lambda _: None, lambda _: None)
    return found


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _no_document_type(*_: object) -> None:
    raise refused(BROKEN)
