"""Files as people have them, and as somebody who means harm makes them."""

import codecs

import pytest

from telesec.foundation.errors import Refused
from telesec.onboarding import files
from telesec.onboarding.sheet import LARGEST_FILE, MOST_COLUMNS, MOST_LINES, Sheet, neutral
from telesec.testing.workbooks import ods, ods_row, packed, xlsx

TEXT = "Nom;Prénom;Né(e) le\nLefèvre;Zoé;14/07/1946\n"
READ = Sheet(("Nom", "Prénom", "Né(e) le"), ())


def told(sheet):
    return [(line.number, line.cells) for line in sheet.lines]


def refusal(data):
    with pytest.raises(Refused) as caught:
        files.read(data)
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("cp1252"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace(";", ",").encode(),
        TEXT.replace(";", "\t").encode(),
        TEXT.replace(";", "|").encode(),
        ("sep=;\n" + TEXT).encode(),
    ],
    ids=["utf-8", "bom", "cp1252", "utf-16", "le", "be", "crlf", "cr", "comma", "tab", "bar", "sep"],
)
def test_csv_is_read_whatever_its_encoding_and_separator(data):
    sheet = files.read(data)

    assert sheet.titles == READ.titles
    assert [line.cells for line in sheet.lines] == [("Lefèvre", "Zoé", "14/07/1946")]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("cp850"),
        TEXT.encode("mac_roman"),
        TEXT.encode().decode("cp1252").encode(),
        TEXT.encode("utf-16")[:-1],
    ],
    ids=["dos", "mac", "twice", "cut"],
)
def test_garbled_accents_are_refused_not_imported(data):
    assert refusal(data).code == "bad_encoding"


def test_quoted_cells_keep_separators_and_lines():
    sheet = files.read(b'Nom;Consigne\nLune;"Pas de visite;\nle mercredi"\nSoleil;Rien\n')

    assert told(sheet) == [(2, ("Lune", "Pas de visite;\nle mercredi")), (4, ("Soleil", "Rien"))]


def test_quotation_mark_never_closed_is_refused_with_its_line():
    assert "2" in str(refusal(b'Nom;Texte\nLune;"sans fin\n').sentence)


def test_empty_lines_and_columns_are_left_out():
    assert told(files.read(b";;\n\nNom;Age;;\nLune;;;\n;;\nSoleil;3;;\n")) == [
        (4, ("Lune",)),
        (6, ("Soleil", "3")),
    ]


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\n;;\n", b"Nom;Age\n", b"%PDF-1.7 x", files.OLD_OFFICE + b"x" * 99, b"\x7fELF\x01\x02"],
    ids=["nothing", "blank", "titles only", "pdf", "xls", "program"],
)  # fmt: skip
def test_what_is_no_table_is_refused(data):
    assert refusal(data).status == 422


def test_a_file_of_a_hundred_thousand_lines_is_refused_and_says_the_limit():
    error = refusal(b"Nom\n" + b"Lilas\n" * 100_000)

    assert error.code == "too_many_lines"
    assert "40\u202f000" in str(error.sentence)


def test_the_most_lines_are_read():
    assert len(files.read(b"Nom\n" + b"Lilas\n" * MOST_LINES).lines) == MOST_LINES


def test_too_wide_too_long_and_too_large_are_refused():
    assert refusal(b"Nom\n" + b"x;" * MOST_COLUMNS + b"y\n").status == 422
    assert refusal(b"Nom\n" + b"x" * 5_000 + b"\n").status == 422
    assert refusal(b"x" * (LARGEST_FILE + 1)).status == 422


def test_xlsx_is_read_as_values_with_its_dates():
    data = xlsx(
        ("Nom", "Né(e) le", "Portable", "Âge", "Heure"),
        ("Lefèvre", "D:16997", "N:639980010", "<c><f>1+79</f><v>80</v></c>", "D:0.5"),
        ("", "", "", "", ""),
        ("Soleil", "D:32703", '<c t="inlineStr"><is><t>06 39</t></is></c>', '<c t="b"><v>1</v></c>', ""),
    )

    assert told(files.read(data)) == [
        (2, ("Lefèvre", "1946-07-14", "639980010", "80", "12:00")),
        (4, ("Soleil", "1989-07-14", "06 39", "1")),
    ]


def test_a_formula_without_a_stored_value_is_an_error_of_its_cell():
    sheet = files.read(xlsx(("Nom", "Tel"), ("Lune", "<c><f>WEBSERVICE(A1)</f></c>")))

    assert told(sheet) == [(2, ("Lune", "#VALUE!"))]


def test_a_cell_far_away_costs_nothing():
    far = "<row><c><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"
    far = f"<worksheet><sheetData>{far}</sheetData></worksheet>"

    assert refusal(xlsx(members={"xl/worksheets/sheet2.xml": far})).status == 422


def test_workbook_of_too_many_lines_is_refused():
    assert refusal(xlsx(("Nom",), *[("N:1",)] * (MOST_LINES + 1))).code == "too_many_lines"


ENTITY = (
    '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'
)


@pytest.mark.parametrize(
    "sheet",
    [ENTITY, OUTSIDE, "<worksheet><row>", b"\xff\xfe\x00", ""],
    ids=["bomb", "outside", "cut", "x", "none"],
)
def test_hostile_or_broken_xml_is_refused(sheet):
    assert refusal(xlsx(members={"xl/worksheets/sheet2.xml": sheet})).status == 422


def test_zip_bomb_is_refused_before_it_is_unpacked():
    assert refusal(xlsx(members={"xl/media/x.bin": b"\0" * (65 << 20)})).status == 422


def test_damaged_zip_and_other_zips_are_refused():
    whole = xlsx(("Nom",), ("Lune",))
    torn = bytearray(whole)
    at = whole.index(b"xl/worksheets/sheet2.xml") + 30
    torn[at : at + 20] = bytes(20)

    assert {refusal(data).status for data in (whole[:200], bytes(torn), packed({"a.txt": "x"}))} == {422}


def test_workbook_with_a_password_on_its_members_is_refused():
    data = bytearray(xlsx(("Nom",), ("Lune",)))
    data[data.index(b"PK\x01\x02") + 8] |= 1

    assert "password" in str(refusal(bytes(data)).sentence)


def test_ods_is_read_with_repeated_cells_and_a_million_empty_rows():
    born = (
        '<table:table-cell office:value-type="date" office:date-value="1946-07-14"><text:p>14 juil.</text:p>'
        "</table:table-cell>"
    )
    note = "<office:annotation><text:p>note</text:p></office:annotation>"
    number = '<table:table-cell office:value-type="float" office:value="20">'
    number += f"{note}<text:p>20,00</text:p></table:table-cell>"
    name = '<table:table-cell office:value-type="string"><text:p>Le<text:s/>Roy</text:p></table:table-cell>'
    hole = '<table:table-cell table:number-columns-repeated="2"/>'
    data = ods(
        ods_row("Nom", "Date", "x", "y", "Durée"),
        f"<table:table-row>{name}{born}{hole}{number}</table:table-row>",
    )

    assert told(files.read(data)) == [(2, ("Le Roy", "1946-07-14", "", "", "20"))]


def test_ods_row_repeated_without_end_is_refused():
    row = ods_row("Lune").replace(
        "<table:table-row>", '<table:table-row table:number-rows-repeated="1000000">'
    )

    assert refusal(ods(ods_row("Nom"), row)).code == "too_many_lines"


@pytest.mark.parametrize("cell", ["=1+1", "+33", "-1", "@SUM(A1)", "\t=1"])
def test_what_we_write_is_run_by_no_spreadsheet(cell):
    assert neutral(cell) == f"'{cell}"
    assert neutral("Lilas") == "Lilas"


def test_sheet_survives_being_sealed():
    sheet = files.read(TEXT.encode())

    assert Sheet.from_text(sheet.as_text()) == sheet
