"""Workbooks made by hand, as spreadsheets write them: for tests of imports and for their broken input."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

CONTENT_TYPES = '<?xml version="1.0"?><Types xmlns="types"/>'
WORKBOOK = (
    '<workbook xmlns:r="r"><workbookPr/><sheets><sheet name="Notes" sheetId="1" state="hidden" r:id="rId1"/>'
    '<sheet name="Patients" sheetId="2" r:id="rId2"/></sheets></workbook>'
)
RELATIONS = (
    '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Target="worksheets/sheet2.xml"/></Relationships>'
)
STYLES = (
    '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="0"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>'
)


def xlsx(*rows: Sequence[str], members: Mapping[str, bytes | str] | None = None) -> bytes:
    """Return an Excel workbook whose visible sheet holds rows.

    Args:
        rows: Cells; a text that begins with ``<`` is a cell's own XML, ``D:`` before a number makes it a
            date, ``N:`` a number; others are shared strings.
        members: Members to add or replace.
    """
    strings: list[str] = []
    lines = []
    for at, row in enumerate(rows, 1):
        cells = "".join(_cell(text, f"{chr(64 + column)}{at}", strings) for column, text in enumerate(row, 1))
        lines.append(f'<row r="{at}">{cells}</row>')
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    made: dict[str, bytes | str] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f"<sst>{shared}</sst>",
        "xl/worksheets/sheet2.xml": f"<worksheet><sheetData>{''.join(lines)}</sheetData></worksheet>",
    }
    return packed({**made, **(members or {})})


def ods(*rows: str) -> bytes:
    """Return an OpenDocument spreadsheet with rows of cells given as XML, then a million empty ones."""
    empty = (
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
    )
    content = (
        '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x">'
        "<office:body><office:spreadsheet>"
        f'<table:table table:name="P">{"".join(rows)}{empty}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return packed({"mimetype": kind, "content.xml": content})


def ods_row(*cells: str) -> str:
    """Return one row of texts."""
    begin, end = '<table:table-cell office:value-type="string"><text:p>', "</text:p></table:table-cell>"
    inside = "".join(f"{begin}{escape(cell)}{end}" for cell in cells)
    return f"<table:table-row>{inside}</table:table-row>"


def packed(members: Mapping[str, bytes | str]) -> bytes:
    """Return a zip of members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _cell(text: str, place: str, strings: list[str]) -> str:
    if text.startswith("<"):
        return text.replace("<c", f'<c r="{place}"', 1)
    if text.startswith(("D:", "N:")):
        return f'<c r="{place}" s="{1 if text[0] == "D" else 0}"><v>{text[2:]}</v></c>'
    strings.append(text)
    return f'<c r="{place}" t="s"><v>{len(strings) - 1}</v></c>'
