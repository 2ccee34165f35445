"""Tables that people send: what each program makes of numbers, dates and formulas, and what is never stored."""

from io import BytesIO
from zipfile import ZipFile

import pytest
import xlsxwriter

from audits.core.errors import RuleError
from audits.inspections.tables import REFERENCE, Columns, Table, admitted, letters, of_text, proposal, read
from audits.schemes.strata import Stratum
from portal.reader.room import tables
from portal.reader.room.refusal import RefusedError

OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"


def book(*rows, hidden=(), formats=None, sheets=1):
    """A workbook as XlsxWriter makes it; a row is a list of (value, format), or of values."""
    out = BytesIO()
    made = xlsxwriter.Workbook(out)
    for _ in range(sheets):
        sheet = made.add_worksheet()
        for down, row in enumerate(rows):
            for across, cell in enumerate(row):
                value, form = cell if isinstance(cell, tuple) else (cell, None)
                sheet.write(down, across, value, made.add_format({"num_format": form}) if form else None)
        for down in hidden:
            sheet.set_row(down, options={"hidden": True})
    made.close()
    return out.getvalue()


def ods(*rows):
    """An Open Document spreadsheet with these rows, as XML of its cells."""
    content = (
        f'<office:document-content xmlns:office="{OFFICE}:office:1.0" xmlns:table="{OFFICE}:table:1.0"'
        f' xmlns:text="{OFFICE}:text:1.0" xmlns:calcext="{CALC}"><office:body><office:spreadsheet>'
        f'<table:table table:name="Lijst">{"".join(rows)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return out.getvalue()


def row(*cells, times=1, more=""):
    return f'<table:table-row table:number-rows-repeated="{times}"{more}>{"".join(cells)}</table:table-row>'


def cell(text="", **attributes):
    said = " ".join(f'{name.replace("_", ":", 1).replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"<table:table-cell {said}><text:p>{text}</text:p></table:table-cell>"


def cells(data, **more):
    return [row for _, row in tables.table(data, **{"is_table": False} | more)["rows"]]


def taken(data, columns=None, pad=False, **more):
    table = Table(**tables.table(data, **{"is_table": False} | more))
    found = read(table, columns or proposal(table), pad=pad)
    return found.references, [(fault.row, fault.reason) for fault in found.faults]


WRITTEN = [
    (("01234567", "@"), "01234567"),
    (("01234567", None), "01234567"),
    ((1234567, None), ["number", "1234567"]),
    ((12345678.0, "0.00"), ["number", "12345678"]),
    ((12.5, None), ["number", "12,5"]),
    ((123456789012345678, None), ["long", "123456789012345696"]),
    ((45000, "dd-mm-yyyy"), ["date", "2023-03-15"]),
    ((45000.25, "dd-mm-yyyy"), ["time", "2023-03-15 06:00"]),
    ((0.3125, "hh:mm"), ["time", "07:30:00"]),
    ((1.6875, "[h]:mm"), ["time", "1 day, 16:30:00"]),
    ((-29, "dd-mm-yyyy"), ["time", "00:00:00"]),
    ((30, "dd-mm-yyyy"), ["time", "1900-01-30"]),
    (("=1+1", None), ["formula", ""]),
    ((True, None), ["truth", "yes"]),
    (("1.234,50", None), "1.234,50"),
]


@pytest.mark.parametrize(("written", "found"), WRITTEN)
def test_a_cell_of_a_workbook_keeps_what_was_typed_or_says_what_became_of_it(written, found):
    seen = cells(book(["kop"], [written]))[1]
    assert [each if isinstance(each, str) or each[0] != "long" else each[:1] for each in seen] == [
        found if isinstance(found, str) or found[0] != "long" else found[:1]
    ]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (cell("01234567", office_value_type="string"), "01234567"),
        (cell("1.234.567", office_value_type="float", office_value="1234567"), ["number", "1234567"]),
        (cell("15-03-23", office_value_type="date", office_date_value="2023-03-15"), ["date", "2023-03-15"]),
        (cell("40:30", office_value_type="time", office_time_value="PT40H30M00S"), ["time", "PT40H30M00S"]),
        (cell("2", office_value_type="float", office_value="2", table_formula="of:=1+1"), ["formula", ""]),
        (cell("WAAR", office_value_type="boolean", office_boolean_value="true", table_formula="of:=TRUE()"),
         ["truth", "yes"]),
        (cell("#N/B", calcext_value_type="error"), ["error", ""]),
    ],
)  # fmt: skip
def test_an_open_document_is_read_as_it_is_stored(written, found):
    assert cells(ods(row(cell("kop")), row(written)))[1] == [found]


def test_blank_rows_at_the_end_of_an_open_document_cost_nothing_and_filled_ones_are_counted_first():
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    assert cells(ods(row(cell("F-1")), row(empty, times=1_048_575))) == [["F-1"]]
    with pytest.raises(RefusedError, match="too large"):
        cells(ods(row(cell("F-1"), times=200_000)))


def test_hidden_rows_count_and_are_told():
    assert tables.table(book(["F-1"], ["F-2"], hidden=[1]), is_table=False)["hidden"] == 1
    filtered = row(cell("F-2"), more=' table:visibility="filter"')
    assert tables.table(ods(row(cell("F-1")), filtered), is_table=False)["hidden"] == 1


def test_a_heading_in_the_fourth_row_and_columns_in_two_languages_are_known():
    rows = (["Export"], ["mei 2026"], [], ["Personeelsnummer", "Vestiging", "Client"], ["7", "Venlo", "X"])
    table = Table(**tables.table(book(*rows), is_table=False))
    assert proposal(table) == Columns({REFERENCE: 0, Stratum.SITE: 1, Stratum.HIRER: 2}, 3)
    found = read(table, proposal(table))
    assert (found.references, found.strata) == (["7"], {"site": ["Venlo"], "hirer": ["X"]})


@pytest.mark.parametrize(
    ("lines", "heading"),
    [
        (["Dossiernummer", "F-1", "F-2"], 1),
        (["Code", "aap", "noot"], 1),
        (["zomaar", "1", "2", "3"], 1),
        (["F-1", "F-2"], 0),
        (["aap", "noot", "mies"], 0),
        (["aap", "1", "noot", "2"], 0),
        (["alleen"], 0),
        ([], 0),
    ],
)
def test_a_heading_is_known_by_its_word_or_by_what_the_others_have(lines, heading):
    assert proposal(of_text("\n".join(lines))).heading == heading


def test_zeros_that_a_program_dropped_come_back_only_when_somebody_asks():
    data = book(["nummer"], [("00123", "@")], [124], [("F-9", "@")])
    assert taken(data)[0] == ["00123", "124", "F-9"]
    assert taken(data, pad=True)[0] == ["00123", "00124", "F-9"]
    table = Table(**tables.table(data, is_table=False))
    assert read(table, proposal(table)).short == 1


def test_a_cell_that_cannot_be_a_reference_is_named_with_its_row():
    data = book(["nummer", "fase"], ["", "A"], [(45000, "d-m-yyyy"), "A"], ["=1+1", "A"], [12.5, "A"], ["F-1", "=A1"])
    assert taken(data) == (
        [], [(2, "empty"), (3, "date"), (4, "formula"), (5, "fraction"), (6, "formula")]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nr;naam\r\n01;x\r\n", [["nr", "naam"], ["01", "x"]]),
        ("sep=;\nnr;fase\n01;A\n", [["nr", "fase"], ["01", "A"]]),
        ("nr,fase\n'0,1',A\n", [["nr", "fase"], ["'0", "1'", "A"]]),
        ('nr\tfase\n"0\t1"\tA\n', [["nr", "fase"], ["0\t1", "A"]]),
    ],
)
def test_a_csv_file_says_its_own_separator(text, found):
    assert cells(text.encode("utf-8-sig"), is_table=True) == found


def test_letters_that_were_lost_and_another_encoding_are_told():
    seen = tables.table(b"nr;naam\nF-1;Wa??sa Ionu?\n", is_table=True)
    assert seen["lost"] == [2]
    assert tables.table("nr\nCafé".encode("cp1252"), is_table=True)["encoding"] == "cp1252"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(40), "locked"),
        (book(["F-1"], sheets=2), "several sheets"),
        (b"a;" * 70 + b"a", "too large"),
    ],
)
def test_what_is_no_list_is_refused_by_name(data, code):
    with pytest.raises(RefusedError, match=code):
        tables.table(data, is_table=True)


def test_columns_of_names_are_never_stored():
    table, dropped = admitted(of_text("nummer\tNaam\tvestiging\n1\tJan\tVenlo"))
    assert dropped == ["Naam"]
    assert [row for _, row in table.rows] == [["nummer", "vestiging"], ["1", "Venlo"]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nummer\tNaam\tGeboortedatum\n1\tJan\t12-03-1988", "who people are: Naam, Geboortedatum"),
        ("nummer\tx\n1\tjan@example.nl", "e-mail addresses, in row 2"),
        ("nummer\tx\n1\t123456782\n2\t\n3\t111222333", "citizen numbers, in row 2, 4"),
        ("nummer\n123456782", "citizen number: 2"),
    ],
)
def test_what_says_who_somebody_is_is_refused_with_its_place(text, words):
    with pytest.raises(RuleError) as refused:
        admitted(of_text(text))
    assert words in str(refused.value)


def test_what_the_database_cannot_hold_is_not_kept():
    table, _ = admitted(of_text("nummer\tfase\n1\tA\0B"))
    assert table.rows[1][1] == ["1", "AB"]


def test_a_number_that_passes_the_test_by_chance_does_not_refuse_a_column():
    others = "\n".join(f"{number}\t12345678{number}" for number in range(3, 9))
    table, _ = admitted(of_text(f"nummer\trelatie\n2\t123456782\n{others}"))
    assert len(table.rows) == 8


@pytest.mark.parametrize(("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA")])
def test_columns_are_named_as_in_a_spreadsheet(place, name):
    assert letters(place) == name
