"""The pages of an agency from registration to the confirmation of its application."""

import struct
import zlib
from io import BytesIO

import pytest
from sqlalchemy import event, select

from audits.agencies.models import Agency
from audits.applications.models import Answer, Application, Evidence
from audits.applications.services import add_evidence, remove_evidence
from audits.core import clock
from audits.core.access import Role
from audits.core.files import StoredFile
from audits.inspections.workflow import AuditState
from audits.people.models import Person
from audits.schemes.queries import scheme_of_version
from tests.kit.agency_pages import EVERYTHING, pdf_file, questions
from tests.kit.browser import Browser
from tests.kit.factories import (
    answer_all,
    make_agency,
    make_application,
    make_person,
    make_scheme,
)
from tests.kit.factories.inspections import make_audit
from tests.kit.patience import is_busy
from tests.kit.scheme import SECOND, source

MIB = 1024 * 1024


def png_of(*names):
    """Return a small picture of these chunks, all of their checksums right."""
    data = {b"IHDR": struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0), b"IDAX": zlib.compress(b"\0" * 6)}
    chunks = ((name, data.get(name, b"")) for name in names)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


def test_an_application_starts_once_however_often_the_button_is_pressed(owner, session, person):
    owner.open("/agency/")
    first = owner.submit()
    assert first.heading == "Your application"
    token = first.value("csrf_token")
    second = owner.post("/agency/applications", {"csrf_token": token}, status=200)
    assert second.path == first.path
    assert session.scalar(select(Application).where(Application.agency_id == person.agency_id)).reference in first.text


def test_the_questions_lead_from_one_to_the_next_and_back_to_the_list(owner, session, draft):
    scheme = scheme_of_version(draft.scheme_version)
    chapter = scheme.in_chapter("GOV")
    owner.open(f"{questions(draft)}/GOV-02?layout=one")
    page = owner.open(f"/agency/applications/{draft.id}")
    assert page.text.count("Not started") == len(scheme.chapters)
    page = owner.follow(scheme.chapters["GOV"].title["en"])
    assert f"Question 1 of {len(chapter)}" in page.text
    for number, item in enumerate(chapter, 1):
        assert page.heading == item.title["en"]
        assert page.soup.title.get_text().startswith(f"{item.title['en']} – Question {number} of")
        page = owner.submit(value="conform", button="Save and continue")
    assert page.heading == "Your application"
    assert "Completed" in page.text


def test_a_question_speaks_the_language_of_its_reader(owner, draft):
    item = scheme_of_version(draft.scheme_version).requirements[0]
    page = owner.open(f"{questions(draft)}/{item.code}?lang=nl")
    assert page.heading == item.title["nl"]
    assert item.question["nl"] in page.text
    assert item.guidance["nl"] in page.text
    assert item.evidence[0]["nl"] in page.text


def test_an_answer_with_a_mistake_keeps_what_was_typed(owner, session, draft):
    owner.open(f"{questions(draft)}/GOV-01")
    page = owner.submit(status=422, value="nonconform", explanation="  ")
    assert page.errors == ["Explain this answer."]
    assert page.soup.select_one('[name="value"][checked]')["value"] == "nonconform"
    long = "Line one\n\nLine two  with <b>signs</b> & more"
    page = owner.submit(status=422, value=[], explanation=long)
    assert page.errors == ["Choose an answer."]
    assert session.get_one(Answer, (draft.id, "GOV-01")).explanation == long
    assert page.value("explanation") == long
    page = owner.submit(status=422, value="nonconform", explanation="Jan, 111222333, works here")
    assert "BSN" in page.errors[0]
    assert "111222333" in page.value("explanation")


def test_going_back_to_the_list_with_nothing_typed_is_no_mistake(owner, draft):
    owner.open(f"{questions(draft)}/GOV-01")
    assert owner.submit(button="Save and return to the list").heading == "Your application"


def test_files_go_with_an_answer_and_are_taken_away_again_without_losing_what_is_typed(owner, session, draft):
    owner.open(f"{questions(draft)}/GOV-01")
    content = pdf_file()
    owner.submit(value="conform", files=[(BytesIO(content), "../extract.pdf"), (BytesIO(content + b"\n"), "b.pdf")])
    page = owner.open(f"{questions(draft)}/GOV-01")
    assert "extract.pdf" in page.text
    download = owner.client.get(page.link("extract.pdf"))
    assert download.data == content
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert download.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in download.headers["Content-Security-Policy"]
    assert download.headers["Cache-Control"] == "no-store"
    page = owner.submit(explanation="not saved yet", button="Remove extract.pdf")
    assert page.value("explanation") == "not saved yet"
    assert "extract.pdf" not in page.text.replace("The file is removed", "")
    assert "b.pdf" in page.text
    assert len(session.scalars(select(Evidence).where(Evidence.removed_at.is_(None))).all()) == 1


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.exe", b"MZ", "must be a PDF"),
        ("a.pdf", b"", "is empty"),
        ("a.pdf", b"%PDF-1.7 broken", "is damaged"),
        ("a.png", b"\x89PNG\r\n\x1a\n broken", "is damaged"),
        ("a.png", png_of(b"IHDR", b"IEND"), "is damaged"),
        ("a.png", png_of(b"IHDR", b"IDAX", b"IEND"), "is damaged"),
    ],
)
def test_a_bad_file_is_refused_alone_and_the_good_ones_and_the_answer_are_kept(  # noqa: PLR0917
    owner, session, draft, name, data, words
):
    owner.open(f"{questions(draft)}/GOV-01")
    good = (BytesIO(pdf_file()), "good.pdf")
    page = owner.submit(status=422, value="conform", explanation="Because.", files=[good, (BytesIO(data), name)])
    assert words in page.errors[0]
    assert page.value("explanation") == "Because."
    assert [file.filename for file in session.scalars(select(Evidence))] == ["good.pdf"]
    assert session.get_one(Answer, (draft.id, "GOV-01")).explanation == "Because."


def test_a_file_that_is_too_large_keeps_the_answer_with_it(owner, draft):
    owner.open(f"{questions(draft)}/GOV-01")
    page = owner.submit(status=422, value="conform", explanation="Because.", files=(BytesIO(b"x" * 11 * MIB), "a.pdf"))
    assert page.errors == ["The file a.pdf is larger than 10 MB."]
    assert page.value("explanation") == "Because."
    forget(page)


@pytest.mark.usefixtures("busy_reader")
def test_when_there_is_no_time_for_files_the_answer_comes_back_and_no_file_is_called_bad(owner, session, draft):
    owner.open(f"{questions(draft)}/GOV-01")
    good = (BytesIO(pdf_file()), "good.pdf")
    page = owner.submit(status=503, value="conform", explanation="Because.", files=good)
    assert is_busy(page)
    assert page.value("explanation") == "Because."
    assert session.scalar(select(Evidence)) is None


def test_a_request_beyond_all_measure_gets_a_page_of_its_own(owner, draft):
    owner.open(f"{questions(draft)}/GOV-01")
    page = owner.submit(status=413, value="conform", files=(BytesIO(b"x" * 60 * MIB), "a.pdf"))
    assert page.heading == "The file is too large"
    forget(page)


def forget(page):
    """Close what the test client spooled to disk to send it."""
    page.response.request.environ["wsgi.input"].close()


def test_a_colleague_who_was_first_is_shown_and_nothing_is_lost(owner, app, session, draft, person):
    owner.open(f"{questions(draft)}/GOV-01")
    other = Browser(app).sign_in(session, make_person(session, Role.AGENCY_EDITOR, person.agency))
    session.commit()
    other.open(f"{questions(draft)}/GOV-01")
    other.submit(value="nonconform", explanation="We know.")
    page = owner.submit(status=409, value="conform", explanation="Mine.")
    assert "We know." in page.text
    assert page.value("explanation") == "Mine."
    owner.submit()
    assert "Mine." in owner.open(f"/agency/applications/{draft.id}/answers").text


def test_the_same_answer_sent_twice_is_no_conflict(owner, draft):
    page = owner.open(f"{questions(draft)}/GOV-01")
    sent = {"csrf_token": page.value("csrf_token"), "version": "0", "value": "conform", "explanation": ""}
    for _ in range(2):
        assert owner.post(f"{questions(draft)}/GOV-01", sent, status=200).heading != page.heading


def test_a_changed_answer_returns_to_where_the_change_began(owner, session, draft, person):
    answer_all(session, draft, person)
    session.commit()
    page = owner.open(f"/agency/applications/{draft.id}/answers")
    assert page.heading == "Check your answers"
    link = page.soup.select_one("#PAY-02")
    owner.open(link["href"])
    page = owner.submit(value="not_applicable", explanation="Nobody is paid by the piece.", button="Save and continue")
    assert page.heading == "Check your answers"
    assert "Nobody is paid by the piece." in page.text


def test_the_change_links_have_names_of_their_own(owner, session, draft):
    page = owner.open(f"/agency/applications/{draft.id}/answers")
    names = [" ".join(link.get_text(" ").split()) for link in page.soup.select(".govuk-summary-list__actions a")]
    assert len(names) == len(set(names)) == len(scheme_of_version(draft.scheme_version).requirements)


def test_a_question_of_1_1_is_about_the_agency_and_lists_its_points(owner, session, person):
    version = make_scheme(session, source(SECOND))
    application = make_application(session, agency=person.agency, signatory=person, version=version)
    person.agency.own_housing = False
    session.commit()
    page = owner.open(f"{questions(application)}/IDW-03")
    assert "Do all your workers keep their own passport" in page.text
    assert "the worker can get it day and night, without permission" in page.text
    assert "Does the worker hold" not in page.text
    assert owner.open(f"{questions(application)}/HOU-02", status=404)
    tasks = owner.open(f"/agency/applications/{application.id}").text
    assert "0 of 1 questions answered" in tasks  # of housing and transport, the transport


def test_another_agency_finds_nothing(app, session, draft, person):
    stranger = Browser(app).sign_in(session, make_person(session, EVERYTHING, make_agency(session)))
    evidence = Evidence(
        application_id=draft.id,
        requirement_code="GOV-01",
        scheme_version_id=draft.scheme_version_id,
        filename="a.pdf",
        media_type="application/pdf",
        size=1,
        sha256="0" * 64,
        uploaded_by=person.id,
        uploaded_at=draft.created_at,
    )
    session.add(evidence)
    session.commit()
    base = f"/agency/applications/{draft.id}"
    pages = ["", "/answers", "/declaration", "/submitted", "/withdraw", "/questions/GOV-01"]
    rows = [("branches", person.agency.branches), ("controlling_persons", person.agency.controlling_persons)]
    paths = [base + page for page in pages]
    paths += [f"/agency/details/{kind}/{row.id}" for kind, found in rows for row in found]
    token = stranger.open("/agency/details/bank").value("csrf_token")
    for path in [*paths, f"/files/evidence/{evidence.id}"]:
        stranger.open(path, status=404)
    sent = {"csrf_token": token, "declared": "y", "declared_name": "x", "value": "conform", "version": "0"}
    for path in [base + page for page in pages[2:3] + pages[4:]]:
        stranger.post(path, sent, status=404)
    for path in paths[len(pages) :]:
        stranger.post(f"{path}/remove", sent, status=404)
    removal = sent | {"remove": str(evidence.id)}
    own = make_application(session, agency=session.get(Agency, stranger_agency(session, stranger)))
    session.commit()
    stranger.post(f"{questions(own)}/GOV-01", removal, status=404)
    session.refresh(evidence)
    assert evidence.removed_at is None


def stranger_agency(session, browser):
    found = session.scalars(select(Person).order_by(Person.invited_at.desc())).first()
    return found.agency_id


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.PLANNER, Role.DECIDER, Role.REVIEWER])
def test_staff_have_no_page_behind_this_door(browser, session, role):
    browser.sign_in(session, make_person(session, role))
    session.commit()
    browser.open("/agency/", status=404)
    browser.open("/agency/details", status=404)


def test_a_visitor_is_sent_to_the_sign_in_page(browser):
    assert browser.open("/agency/").path.startswith("/login")


@pytest.fixture
def statements(connection):
    """Provide the SQL that runs while a test looks, without the bookkeeping of transactions."""
    seen = []

    def note(_conn, _cursor, statement, *_):
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


def test_no_page_asks_the_database_more_than_a_few_things(owner, session, draft, person, statements):
    answer_all(session, draft, person)
    audit = make_audit(session, AuditState.REPORTED, {"GOV-01": ("nonconform", "Seen.")})
    other = Browser(owner.app).sign_in(session, make_person(session, EVERYTHING, audit.agency))
    session.commit()
    base, row = f"/agency/applications/{draft.id}", person.agency.controlling_persons[0].id
    pages = ["", "/answers", "/declaration", "/withdraw", "/questions/GOV-01"]
    paths = ["/agency/", "/agency/details", "/agency/details/scope", f"/agency/details/controlling_persons/{row}"]
    visits = [(owner, path) for path in [*paths, *(base + page for page in pages)]]
    for browser, path in [*visits, (other, "/agency/"), (other, f"/agency/applications/{audit.application_id}")]:
        statements.clear()
        session.expire_all()
        browser.open(path)
        most = {"/agency/": 14, f"{base}/questions/GOV-01": 5}.get(path, 8)
        assert len(statements) <= most, (path, statements)


def test_what_is_not_known_yet_says_so(browser, session):
    make_scheme(session)
    browser.sign_in(session, make_person(session, Role.AGENCY_OWNER, make_agency(session, complete=False)))
    session.commit()
    page = browser.open("/agency/details")
    values = [" ".join(value.get_text(" ").split()) for value in page.soup.select(".govuk-summary-list__value")]
    assert "" not in values


def test_one_file_proves_several_answers_and_goes_away_from_one_alone(owner, session, draft, person):
    add_evidence(session, person.actor, draft.id, "GOV-01", StoredFile("a" * 64, 9, "application/pdf", "list.pdf"))
    session.commit()
    page = owner.open(f"{questions(draft)}/GOV-02")
    box = page.soup.select_one("input[name=shared]")
    assert "list.pdf (GOV-01)" in page.text
    owner.submit(value="conform", shared=[box["value"]], button="Save and continue")
    kept = session.scalars(select(Evidence).order_by(Evidence.requirement_code)).all()
    assert [(each.requirement_code, each.sha256) for each in kept] == [("GOV-01", "a" * 64), ("GOV-02", "a" * 64)]
    page = owner.open(f"{questions(draft)}/GOV-02")
    assert not page.soup.select("input[name=shared]")
    assert "list.pdf (GOV-01, GOV-02)" in owner.open(f"{questions(draft)}/GOV-03").text
    remove_evidence(session, person.actor, kept[1].id)
    session.commit()
    assert "list.pdf (GOV-01)" in owner.open(f"{questions(draft)}/GOV-02").text


def test_nobody_shares_a_file_of_another_application(owner, session, draft):
    other = make_application(session)
    answer_all(session, other, make_person(session, Role.AGENCY_OWNER, other.agency))
    theirs = Evidence(
        application_id=other.id, requirement_code="GOV-01", scheme_version_id=other.scheme_version_id,
        filename="x.pdf", media_type="application/pdf", size=1, sha256="b" * 64,
        uploaded_by=make_person(session, Role.AGENCY_OWNER, other.agency).id, uploaded_at=clock.now(),
    )  # fmt: skip
    session.add(theirs)
    session.commit()
    page = owner.open(f"{questions(draft)}/GOV-02")
    said = {"csrf_token": page.value("csrf_token"), "value": "conform", "shared": str(theirs.id)}
    owner.post(f"{questions(draft)}/GOV-02", said, status=200)
    assert session.scalars(select(Evidence).where(Evidence.application_id == draft.id)).all() == []
