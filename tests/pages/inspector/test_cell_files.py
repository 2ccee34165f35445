"""Pictures and files beside a verdict: kept, sealed, shown to who may see them, taken back, and forgotten."""

import json
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from audits.core import clock
from audits.core.access import Role
from audits.inspections import entries, queries
from audits.inspections.cell_files import sealed_words
from audits.inspections.export import exported
from audits.inspections.models import CellFile, EntryContent, SealedEntry
from audits.inspections.services.entering import forget_entry
from certificates.verifier.audit import check_verdicts
from portal.stores import files as store
from tests.kit.agency_pages import pdf_file
from tests.kit.browser import Browser
from tests.kit.factories import make_person
from tests.kit.inspecting import UNIT, path

WHERE = "cells/PAY-05/1/files"


def picture(name="slip.jpg", sides=(60, 40)):
    data = BytesIO()
    Image.new("RGB", sides, "white").save(data, "JPEG")
    return (BytesIO(data.getvalue()), name)


@pytest.fixture
def attached(session, browser, files):
    browser.open(path(files, WHERE))
    browser.submit(button="Add it", files=[picture()], place="Room 4")
    return session.scalars(select(CellFile)).one()


def test_a_picture_is_kept_sealed_and_shown_at_the_cell(app, session, browser, files, attached):
    assert (attached.filename, attached.place, attached.media_type) == ("slip.jpg", "Room 4", "image/jpeg")
    with app.app_context():
        assert store.store().exists(attached.sha256)
    written = entries.read(attached.entry.data)
    assert (written.kind, written.value, written.cell) == ("photo", "added", "PAY-05/personnel_file/1")
    typed = session.get_one(EntryContent, attached.entry_id)
    assert typed.content == {name: said for name, said in sealed_words(attached).items() if said}
    assert written.content == entries.content_digest(typed.salt, typed.content)
    assert attached.sha256 not in attached.entry.data.decode()  # a digest without salt would tell what it was
    shown = browser.open(path(files, UNIT))
    assert "slip.jpg" in shown.soup.select_one("#PAY-05-1-cell").text
    assert "slip.jpg" not in shown.soup.select_one("#PAY-06-1-cell").text
    copy = browser.client.get(path(files, f"files/{attached.id}/copy"), headers=browser.headers)
    assert copy.content_type == "image/jpeg"
    assert not Image.open(BytesIO(copy.data)).getexif()


def test_it_says_nothing_about_the_verdict(session, browser, files, attached):
    assert queries.verdicts_of(session, files.id) == {}
    browser.open(path(files, UNIT))
    browser.submit(button="Save", **{"PAY-05-1": "conform"})
    said = [
        (digest, json.loads(data)) for digest, data in session.execute(select(SealedEntry.digest, SealedEntry.data))
    ]
    assert check_verdicts(exported(session, files)["verdicts"], said) == "1 as entered, 0 amendments"


def test_the_same_bytes_stand_once_and_thirty_are_enough(session, browser, files, attached):
    browser.open(path(files, WHERE))
    browser.submit(button="Add it", files=[picture("again.jpg")])
    assert len(session.scalars(select(CellFile)).all()) == 1
    browser.open(path(files, WHERE))
    browser.submit(button="Add it", files=[picture(f"{n}.jpg", (n, 9)) for n in range(1, 29)])
    browser.open(path(files, WHERE))
    page = browser.submit(status=422, button="Add it", files=[picture("29.jpg", (29, 9)), picture("30.jpg", (30, 9))])
    assert page.errors == ["You can add at most 30 files to one verdict."]
    assert len(session.scalars(select(CellFile)).all()) == 29


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"files": [(BytesIO(b"naam;bsn\nzaak A;111222333\n"), "a.csv")]}, "The file a.csv"),
        ({"files": [(BytesIO(b"not a picture"), "a.jpg")]}, "The file a.jpg is"),
        ({"taken_time": "14:30"}, "Give the day too."),
        ({"taken_on": ["1", "3", "2024"], "taken_time": "25:00"}, "Give a time such as 14:30."),
        ({"taken_on": ["1", "3", "2999"]}, "This moment has not come yet."),
    ],
)
def test_what_cannot_be_kept_is_said(session, browser, files, typed, words):
    browser.open(path(files, WHERE))
    page = browser.submit(status=422, button="Add it", **{"files": [picture()]} | typed)
    assert page.errors[0].startswith(words)
    assert session.scalars(select(CellFile)).all() == []


def test_day_and_time_are_of_amsterdam(session, browser, files):
    browser.open(path(files, WHERE))
    browser.submit(
        button="Add it", files=[(BytesIO(pdf_file()), "a.pdf")], taken_on=["1", "7", "2025"], taken_time="9.05"
    )
    assert session.scalars(select(CellFile)).one().taken_at.astimezone(clock.AMSTERDAM).hour == 9
    assert "a.pdf" in browser.open(path(files, WHERE)).text


def test_one_is_taken_back_with_a_reason_that_stays(session, browser, files, attached):
    page = browser.open(path(files, f"{WHERE}?withdraw={attached.id}"))
    page = browser.submit("form[action$=withdraw]", status=422)
    assert page.errors == ["Say why you take it back."]
    shown = browser.submit("form[action$=withdraw]", reason="A face is on it.")
    assert "A face is on it." in shown.text
    assert shown.soup.select("img.kw-picture") == []
    assert "slip.jpg" not in browser.open(path(files, UNIT)).soup.select_one("#PAY-05-1-cell").text
    newest = entries.read(session.scalars(select(SealedEntry.data).order_by(SealedEntry.id.desc())).first())
    assert (newest.value, newest.parents) == ("withdrawn", (attached.entry.digest,))
    assert browser.client.get(path(files, f"files/{attached.id}"), headers=browser.headers).status_code == 404


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.DECIDER])
def test_who_reviews_and_decides_looks_and_adds_nothing(app, session, files, attached, role):
    reader = Browser(app).sign_in(session, make_person(session, role))
    page = reader.open(path(files, WHERE))
    assert "Room 4" in page.text
    assert page.soup.select("form[enctype]") == []
    answer = reader.client.post(path(files, WHERE), headers=reader.headers)
    assert answer.status_code in {400, 403}


def test_the_agency_never_gets_one(app, session, files, attached):
    person = make_person(session, [Role.AGENCY_EDITOR, Role.AGENCY_SIGNATORY], files.agency)
    agency = Browser(app).sign_in(session, person)
    for where in (WHERE, f"files/{attached.id}", f"files/{attached.id}/copy"):
        assert agency.client.get(path(files, where), headers=agency.headers).status_code in {403, 404}


def test_one_is_chosen_for_the_report_under_a_caption_and_left_out_again(app, session, browser, files, attached):
    browser.open(path(files, f"{WHERE}?show={attached.id}"))
    page = browser.submit("form[action$=report]", status=422, caption=" ")
    assert page.errors == ["Say what is to be seen."]
    shown = browser.submit("form[action$=report]", caption="A slip without a word.")
    assert "A slip without a word." in shown.text
    session.expire_all()
    with app.app_context():
        copy = Image.open(BytesIO(store.store().get(attached.printed_sha256)))
    assert (attached.caption, copy.format, copy.getexif()) == ("A slip without a word.", "JPEG", {})
    page = browser.open(path(files, f"{WHERE}?show={attached.id}"))
    assert page.soup.select_one("#caption")["value"] == "A slip without a word."
    assert "A slip without a word." in browser.open(path(files, "report")).text
    browser.open(path(files, WHERE))
    page = browser.submit("form[action$=leave-out]")
    assert "A slip without a word." not in page.text
    session.expire_all()
    assert (attached.caption, attached.printed_sha256) == (None, None)


def test_a_large_picture_is_printed_small_and_upright(app, session, browser, files):
    data, exif = BytesIO(), Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A telephone"  # lies on its side; who made it
    Image.new("RGB", (3000, 2000), "white").save(data, "JPEG", exif=exif)
    browser.open(path(files, WHERE))
    browser.submit(button="Add it", files=[(BytesIO(data.getvalue()), "room.jpg")])
    attached = session.scalars(select(CellFile)).one()
    browser.open(path(files, f"{WHERE}?show={attached.id}"))
    browser.submit("form[action$=report]", caption="The room.")
    session.expire_all()
    with app.app_context():
        copy = Image.open(BytesIO(store.store().get(attached.printed_sha256)))
    assert (copy.size, copy.getexif()) == ((667, 1000), {})


def test_a_paper_is_not_offered_for_the_report(session, browser, files):
    browser.open(path(files, WHERE))
    browser.submit(button="Add it", files=[(BytesIO(pdf_file()), "a.pdf")])
    paper = session.scalars(select(CellFile)).one()
    page = browser.open(path(files, f"{WHERE}?show={paper.id}"))
    assert page.soup.select("form[action$=report]") == []


def test_what_is_forgotten_leaves_a_chain_that_verifies(session, files, attached):
    digest, data = attached.entry.digest, attached.entry.data
    forget_entry(session, digest)
    session.expire_all()
    assert session.scalars(select(CellFile)).all() == []
    assert session.scalars(select(EntryContent)).all() == []
    assert session.scalars(select(SealedEntry.digest)).all() == [entries.digest_of(data)]
