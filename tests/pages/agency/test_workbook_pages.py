"""The self-assessment as a workbook: out, filled in elsewhere, and back in after a look at every change."""

import re
import zipfile
from io import BytesIO

import pytest
import xlsxwriter
from python_calamine import load_workbook

from audits.applications.models import Answer
from audits.applications.services import save_answer
from audits.core.access import Role
from tests.kit.browser import Browser
from tests.kit.factories import give_password, make_agency, make_application, make_person, make_scheme
from tests.kit.typed_questions import norm
from tests.kit.workbook import open_document

TEXTS = ["=2+2", "'s-Gravenhage", "_x0041_", "Two\nlines.\n\nAnd more.", "é ≥ ș", "-3", "@home", "+31 20"]


@pytest.fixture
def person(session):
    return give_password(
        session, make_person(session, [Role.AGENCY_OWNER, Role.AGENCY_SIGNATORY], make_agency(session), name="Noor")
    )


@pytest.fixture
def draft(session, person):
    version = make_scheme(session, norm())
    application = make_application(session, agency=person.agency, signatory=person, version=version)
    session.commit()
    return application


@pytest.fixture
def owner(app, session, person):
    browser = Browser(app).sign_in(session, person)
    session.commit()
    return browser


def path(draft, end="workbook"):
    return f"/agency/applications/{draft.id}/{end}"


def export(owner, draft):
    """The cells of the workbook as it goes out, by row."""
    data = owner.client.get(path(draft, "answers.xlsx")).data
    rows = load_workbook(BytesIO(data)).get_sheet_by_name("Keurwerk").to_python()
    return data, [[str(cell) for cell in row] for row in rows]


def written(rows, *, token=None, formulas=(), extra=()):
    """A workbook as somebody else's program saves it: these cells, on a sheet of another name, and no hidden marks."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    for name in extra:
        book.add_worksheet(name)
    sheet = book.add_worksheet("Blad1")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell) if cell else None
    for cell, formula, value in formulas:
        sheet.write_formula(cell, formula, None, value)
    if token:
        book.set_custom_property("keurwerk_version", token, "text")
    book.close()
    return out.getvalue()


def send(owner, draft, data, status=200):
    owner.open(path(draft))
    return owner.submit(file=(BytesIO(data), "answers.xlsx"), status=status)


def table(page, heading):
    """The rows of the table under a heading, as words."""
    found = next(each for each in page.soup.select("main table") if heading in each.caption.get_text())
    return [[" ".join(cell.get_text(" ").split()) for cell in row.select("td, th")] for row in found.select("tbody tr")]


def place(rows, code):
    return next(number for number, row in enumerate(rows) if row[0] == code)


def stored(session, draft, code):
    session.expire_all()
    return session.get(Answer, (draft.id, code))


def test_what_goes_out_comes_back_without_a_change(owner, session, draft, person):
    for code, text in zip(
        ("GOV-01", "GOV-02", "GOV-03", "GOV-04", "REC-01", "REC-02", "REC-03", "REC-04"), TEXTS, strict=True
    ):
        save_answer(session, person.actor, draft.id, code, value="nonconform", explanation=text)
    session.commit()
    data, rows = export(owner, draft)
    assert "The workbook says nothing else" in send(owner, draft, data).text
    assert "The workbook says nothing else" in send(owner, draft, written(rows)).text
    shuffled = rows[:3] + rows[:2:-1]
    assert "The workbook says nothing else" in send(owner, draft, written(shuffled)).text


def test_every_change_is_seen_before_it_counts(owner, session, draft):
    _, rows = export(owner, draft)
    rows[place(rows, "GOV-02")][2:4] = ["Does not conform", "Because.\nTruly."]
    rows[place(rows, "HOU-01.beds")][2] = "12"
    rows[place(rows, "HOU-01.places")][2] = "Ede; 4\nUrk; 8"
    rows[place(rows, "GOV-01.abroad")][2] = "yes"
    page = send(owner, draft, written(rows))
    assert ["GOV-02", "–", "Does not conform"] in table(page, "What changes")
    assert ["GOV-02", "–", "Because. Truly."] in table(page, "What changes")
    assert stored(session, draft, "GOV-02") is None
    page = owner.submit()
    assert "Answers saved from the workbook: 3." in page.notes[0]
    saved = stored(session, draft, "GOV-02")
    assert (saved.value, saved.explanation) == ("nonconform", "Because.\nTruly.")
    places = [{"town": "Ede", "sleeps": "4"}, {"town": "Urk", "sleeps": "8"}]
    assert stored(session, draft, "HOU-01").details == {"beds": "12", "places": places}
    assert stored(session, draft, "GOV-01").details == {"abroad": True}


def test_rows_that_cannot_be_taken_are_named_with_their_reason(owner, session, draft):
    _, rows = export(owner, draft)
    rows[place(rows, "GOV-01")][2] = "misschien"
    rows[place(rows, "GOV-02")][1] = "Another question?"
    rows[place(rows, "GOV-03")][0] = "XYZ-01"
    rows[place(rows, "GOV-04")][3] = "BSN 111222333"
    rows[place(rows, "HOU-01.beds")][2] = "many"
    rows.append(list(rows[place(rows, "REC-01")]))
    page = send(owner, draft, written(rows))
    refused = {code: reason for _number, code, reason in table(page, "Not taken")}
    assert refused.keys() == {"GOV-01", "GOV-02", "XYZ-01", "GOV-04", "HOU-01.beds", "REC-01"}
    assert "Choose one from the list" in refused["GOV-01"]
    assert "Do not change codes or questions" in refused["GOV-02"]
    assert "twice" in refused["REC-01"]
    numbers = {code: int(number) for number, code, _ in table(page, "Not taken")}
    assert numbers["GOV-01"] == place(rows, "GOV-01") + 1


def test_formulas_and_errors_are_named_by_their_cell_and_never_taken(owner, session, draft):
    _, rows = export(owner, draft)
    first, second, third = (place(rows, code) + 1 for code in ("GOV-01", "GOV-02", "GOV-01.abroad"))
    formulas = [(f"D{first}", "=1+1", 99), (f"C{second}", "=NA()", "#N/A"), (f"C{third}", "=TRUE()", True)]
    page = send(owner, draft, written(rows, formulas=formulas))
    refused = {code: reason for _number, code, reason in table(page, "Not taken")}
    assert refused["GOV-01"] == f"Cell D{first} holds a formula. Type the value itself."
    assert f"Cell C{second}" in refused["GOV-02"]
    assert "GOV-01.abroad" not in refused


def test_a_colleague_who_was_faster_is_not_overwritten(owner, session, draft, person):
    _, rows = export(owner, draft)
    rows[place(rows, "GOV-02")][2] = "Conforms"
    page = send(owner, draft, written(rows))
    save_answer(session, person.actor, draft.id, "GOV-02", value="nonconform", explanation="First.")
    session.commit()
    page = owner.submit()
    assert any("GOV-02" in note for note in page.notes)
    assert stored(session, draft, "GOV-02").explanation == "First."
    refused = {code: reason for _number, code, reason in table(send(owner, draft, written(rows)), "Not taken")}
    assert "after the workbook was made" in refused["GOV-02"]


def test_the_mark_stands_in_three_places_and_must_be_ours(owner, session, draft):
    data, rows = export(owner, draft)
    token = rows[1][0]
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert token in archive.read("docProps/custom.xml").decode()
        book = archive.read("xl/workbook.xml").decode()
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert re.search(rf"keurwerk_version[^>]*>[^<]*{token}", book)
    assert 'state="hidden"' in book
    assert "<sheetProtection" in sheet
    assert "<f>" not in sheet
    assert sheet.count("<row ") < len(rows) + 50
    assert "says nothing else" in send(owner, draft, written(rows, token=token, extra=["Lijst"])).text
    page = send(owner, draft, written(rows, token="A-2020-00001 0"), status=422)
    assert "does not belong to this application" in page.errors[0]
    rows[1][0] = "A-2020-00001 0"
    send(owner, draft, written(rows), status=422)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "has a password"),
        (b"code;answer\n", "no workbook"),
        (b"PK\x03\x04 broken", "no workbook"),
    ],
)
def test_what_is_no_workbook_of_ours_is_said(owner, draft, data, words):
    assert words in send(owner, draft, data, status=422).errors[0]


def test_nobody_saves_what_the_page_did_not_hold(owner, session, draft):
    token = owner.open(path(draft)).value("csrf_token")
    for text in ("", "[", '[{"code": "XYZ-01"}]', '[{"code": "GOV-01"}]', "{}", '"x"', "[1]"):
        owner.post(
            path(draft, "workbook/save"), {"csrf_token": token, "changes": text}, status=404 if text != "{}" else 200
        )


def test_all_answers_go_out_as_csv(owner, session, draft, person):
    save_answer(session, person.actor, draft.id, "GOV-01", value="nonconform", explanation="=HYPERLINK(1)")
    session.commit()
    answer = owner.client.get(path(draft, "answers.csv"))
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "code,question,answer,explanation"
    assert "'=HYPERLINK(1)" in answer.data.decode()


def test_a_spreadsheet_of_libreoffice_comes_back_as_well(owner, session, draft, person):
    for code, text in zip(("GOV-01", "GOV-02", "GOV-03", "GOV-04", "REC-01"), TEXTS, strict=False):
        save_answer(session, person.actor, draft.id, code, value="nonconform", explanation=text)
    session.commit()
    _, rows = export(owner, draft)
    token = rows[1][0]
    assert "The workbook says nothing else" in send(owner, draft, open_document(rows, token=token)).text
    rows[place(rows, "GOV-02")][2:4] = ["Conforms", "Because.\nTruly."]
    number = place(rows, "HOU-01.beds") + 1
    page = send(owner, draft, open_document(rows, token=token, places={f"C{number}": 'office:value-type="float"'
                                            ' office:value="12" calcext:value-type="float"'}))  # fmt: skip
    assert ["HOU-01.beds", "–", "12"] in table(page, "What changes")
    owner.submit()
    assert stored(session, draft, "GOV-02").explanation == "Because.\nTruly."
    assert stored(session, draft, "HOU-01").details == {"beds": "12"}


def test_formulas_and_errors_of_a_spreadsheet_are_never_taken_for_values(owner, session, draft):
    _, rows = export(owner, draft)
    number = {code: place(rows, code) + 1 for code in ("GOV-01", "GOV-02", "GOV-03", "GOV-01.abroad")}
    formula = 'table:formula="of:={}" office:value-type="{}"'
    page = send(owner, draft, open_document(rows, token=rows[1][0], places={
        f"D{number['GOV-01']}": formula.format("[.A1]*2", "float") + ' office:value="99"',
        f"D{number['GOV-02']}": 'office:value-type="string" calcext:value-type="error"',
        f"C{number['GOV-01.abroad']}": formula.format("TRUE()", "boolean") + ' office:boolean-value="true"',
    }))  # fmt: skip
    refused = {code: reason for _number, code, reason in table(page, "Not taken")}
    assert f"D{number['GOV-01']} holds a formula" in refused["GOV-01"]
    assert f"D{number['GOV-02']} holds an error" in refused["GOV-02"]
    assert "GOV-01.abroad" not in refused


@pytest.mark.parametrize(
    ("rows", "token", "words"),
    [
        ([["x"]], "", "no workbook"),
        (None, "A-1 of somebody else", "does not belong to this application"),
    ],
)
def test_another_spreadsheet_is_refused(owner, draft, rows, token, words):
    _, own = export(owner, draft)
    page = send(owner, draft, open_document(rows or own, token=token), status=422)
    assert words in page.errors[0]
