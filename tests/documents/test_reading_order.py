"""Reading order for screen readers, and headers of every table cell."""

import re
from io import BytesIO

import pikepdf
import pytest

from certificates import press
from certificates.press.printing import TEMPLATES
from tests.documents.test_press_compiled import (
    OFFLINE,
    ROOM,
    fast,
    plain,
)
from tests.kit import snapshot

DOCUMENT_TEMPLATES = sorted(TEMPLATES.glob("*.html"))
NAMES = [f"Handelsnaam {number} Łódź Personeelsdiensten" for number in range(60)]
REPORT = snapshot.audit_report(
    findings=[snapshot.finding(number) for number in range(1, 9)],
    chapters=[{"code": "PAY", "title": "Loon", "requirements": [snapshot.judgement(n) for n in range(1, 90)]}],
)


def typeset(kind, facts, **more):
    return press.render(kind, facts, language="nl", placeholder=ROOM, **more)


SHEETS = {
    "certificate, compiled": lambda: fast("certificate", snapshot.certificate(), offline_url=OFFLINE),
    "certificate, typeset": lambda: plain("certificate", snapshot.certificate(), offline_url=OFFLINE),
    "certificate of two pages": lambda: typeset("certificate", snapshot.certificate(trade_names=NAMES)),
    "certificate with conditions": lambda: typeset(
        "certificate", snapshot.certificate(conditional=True, conditions=["Eén.", "Twee."])
    ),
    "extract, compiled": lambda: fast("register_extract", snapshot.register_extract(), offline_url=OFFLINE),
    "extract, typeset": lambda: plain("register_extract", snapshot.register_extract()),
}
DOCUMENTS = SHEETS | {
    "letter": lambda: typeset("decision_letter", snapshot.decision_letter()),
    "receipt": lambda: typeset("submission_receipt", snapshot.submission_receipt()),
    "poster": lambda: typeset("poster", snapshot.poster()),
    "check of a list": lambda: typeset("list_check", snapshot.list_check()),
    "report": lambda: typeset("audit_report", snapshot.audit_report()),
    "report of many pages": lambda: typeset("audit_report", REPORT),
}


@pytest.fixture(scope="module")
def opened():
    """Provide the documents by name, each made once."""
    made = {}

    def opened(name):
        if name not in made:
            made[name] = pikepdf.open(BytesIO(DOCUMENTS[name]()))
        return made[name]

    yield opened
    for pdf in made.values():
        pdf.close()


def kids(element):
    """Return the elements below one, in reading order."""
    below = element.get("/K", pikepdf.Array())
    listed = below if isinstance(below, pikepdf.Array) else [below]
    return [each for each in listed if isinstance(each, pikepdf.Dictionary) and "/S" in each]


def document(pdf):
    (element,) = kids(pdf.Root.StructTreeRoot)
    return element


def found(element, *tags):
    """Yield the elements of these kinds below one, in reading order; not those within one that was found."""
    for each in kids(element):
        if str(each.S)[1:] in tags:
            yield each
        else:
            yield from found(each, *tags)


def spoken(element):
    """(page, number of the marked content) of all that is read, in reading order; a figure is one thing."""
    for each in element.get("/K", pikepdf.Array()):
        if isinstance(each, pikepdf.Dictionary):
            if each.get("/S") != "/Figure":
                yield from spoken(each)
        else:
            yield element.Pg.objgen, int(each)


@pytest.mark.parametrize("name", SHEETS)
def test_the_foot_is_read_after_the_facts(opened, name):
    """WCAG 2.2, 1.3.2: number, conditions and exclusions come before what the codes are for."""
    tags = [str(each.S)[1:] for each in kids(document(opened(name)))]
    tables = tags.count("Table")
    assert tags[-1 - tables :] == ["Table"] * tables + ["Art"]
    assert tables == (2 if name == "certificate of two pages" else 1)
    foot = kids(document(opened(name)))[-1]
    assert len(list(found(foot, "Figure"))) == (2 if "compiled" in name or name == "certificate, typeset" else 1)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_is_read_in_the_order_in_which_it_stands_on_each_page(opened, name):
    """Who copies the text, or reads it without tags, gets the same order."""
    by_page = {}
    for page, number in spoken(document(opened(name))):
        by_page.setdefault(page, []).append(number)
    assert len(by_page) == len(opened(name).pages)
    for numbers in by_page.values():
        assert len(numbers) > 5
        assert numbers == sorted(numbers)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_cell_names_the_headers_of_its_row_and_column(opened, name):
    tables = list(found(document(opened(name)), "Table"))
    assert tables
    for table in tables:
        groups = kids(table)
        head = [row for group in groups if group.S == "/THead" for row in kids(group)]
        columns = [str(header.ID) for row in head for header in kids(row)]
        rows = [row for group in groups if group.S == "/TBody" for row in kids(group)]
        assert rows
        for row in rows:
            headers = [str(cell.ID) for cell in kids(row) if cell.S == "/TH"]
            assert len(headers) == 1, "one header to a row"
            for place, cell in enumerate(kids(row)):
                assert not {"/RowSpan", "/ColSpan"} & set(cell.A.keys())
                if cell.S == "/TD":
                    named = {str(header) for header in cell.A.Headers}
                    assert named == {*headers, *columns[place : place + 1]}
    if name.startswith("report"):
        assert any(group.S == "/THead" for table in tables for group in kids(table))


@pytest.mark.parametrize("template", DOCUMENT_TEMPLATES, ids=lambda path: path.stem)
def test_every_header_of_a_template_says_what_it_heads_and_no_cell_spans_rows(template):
    source = template.read_text()
    headers = re.findall(r"<th\b[^>]*>", source)
    assert [header for header in headers if not re.search(r'\bscope="(row|col)"', header)] == []
    assert not re.search("rowspan|colspan", source, re.IGNORECASE)


def test_there_are_headers_to_look_at():
    assert sum(template.read_text().count("<th ") for template in DOCUMENT_TEMPLATES) >= 10
