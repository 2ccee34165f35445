"""Files beside answers: their own question, period, versions, a copy to look at, and a false alarm about numbers."""

import json
from io import BytesIO

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select

from audits.applications import queries
from audits.applications.models import Answer, Evidence
from audits.core.access import Role
from portal.reader.questions import copy_of
from tests.kit.agency_pages import EVERYTHING, pdf_file
from tests.kit.applying import submit
from tests.kit.browser import Browser
from tests.kit.factories import answer_all, give_password, make_agency, make_application, make_person, make_scheme
from tests.kit.queued import enqueued
from tests.kit.typed_questions import norm

WAGES = b"naam;bsn\nzaak A;111222333\n"
ASKED = {"contract": {"type": "file", "label": {"nl": "Het contract", "en": "The contract"}, "required": True}}


@pytest.fixture
def person(session):
    return give_password(session, make_person(session, EVERYTHING, make_agency(session), name="Noor de Wit"))


@pytest.fixture
def draft(session, person):
    version = make_scheme(session, norm({"HOU-01": ASKED}))
    application = make_application(session, agency=person.agency, signatory=person, version=version)
    session.commit()
    return application


@pytest.fixture
def owner(app, session, person, draft):
    return Browser(app).sign_in(session, person)


def question(draft, code="HOU-01"):
    return f"/agency/applications/{draft.id}/questions/{code}"


def files(session):
    session.expire_all()
    return list(session.scalars(select(Evidence).order_by(Evidence.uploaded_at)))


def named(name, data=None):
    return (BytesIO(pdf_file() if data is None else data), name)


def test_a_question_for_a_file_is_answered_by_its_own_field(owner, session, draft):
    owner.open(question(draft))
    page = owner.submit(status=422, value="conform", button="Save and continue")
    assert page.errors == ["Answer this question too."]
    assert "HOU-01" not in queries.answered_codes(session, draft)
    owner.submit(value="conform", detail_contract=[named("contract.pdf")], button="Save and continue")
    [file] = files(session)
    assert (file.detail, file.filename) == ("contract", "contract.pdf")
    assert "HOU-01" in queries.answered_codes(session, draft)
    assert "The contract" in owner.open(question(draft)).soup.select_one(".kw-files").get_text()


def test_a_bad_file_is_refused_at_the_field_that_asked_for_it(owner, session, draft):
    owner.open(question(draft))
    page = owner.submit(status=422, value="conform", detail_contract=[named("a.exe")], button="Save and continue")
    assert page.soup.select_one("#detail_contract-error")
    assert files(session) == []


def with_file(owner, session, draft, name="year.pdf", data=None):
    owner.open(question(draft))
    owner.submit(value="conform", files=[named(name, data)], button="Save and return to the list")
    return files(session)[-1]


def test_a_file_says_which_period_it_is_about(owner, session, draft):
    file = with_file(owner, session, draft)
    page = owner.open(f"/files/evidence/{file.id}/about")
    assert "Not said" in page.text
    page = owner.submit(status=422, covers_from=["1", "5", "2026"], covers_until=["1", "4", "2026"],
                        button="Save the period")  # fmt: skip
    assert page.errors == ["The last day must not be before the first."]
    page = owner.submit(covers_from=["1", "1", "2026"], covers_until=["31", "3", "2026"], button="Save the period")
    assert "about 1 January 2026 until 31 March 2026" in page.text
    assert str(files(session)[0].covers_until) == "2026-03-31"


def test_a_newer_version_takes_its_place_and_the_earlier_one_stays_readable(owner, session, draft):
    file = with_file(owner, session, draft)
    first = file.id
    owner.open(f"/files/evidence/{first}/about")
    other = pikepdf.new()
    other.add_blank_page(page_size=(100, 100))
    out = BytesIO()
    other.save(out)
    page = owner.submit("form[action$=version]", files=named("year-2.pdf", out.getvalue()))
    newer = next(each for each in files(session) if each.id != first)
    assert (newer.replaces, newer.filename) == (first, "year-2.pdf")
    assert "Earlier versions" in page.text
    assert "year.pdf" in page.text
    assert owner.client.get(f"/files/evidence/{first}").status_code == 200
    assert [each.id for each in queries.evidence_of(session, draft.id)["HOU-01"]] == [newer.id]


def test_nobody_else_sees_or_changes_what_is_said_of_a_file(app, owner, session, draft):
    file = with_file(owner, session, draft)
    stranger = Browser(app).sign_in(session, make_person(session, EVERYTHING, make_agency(session)))
    for path in ("about", "copy"):
        assert stranger.client.get(f"/files/evidence/{file.id}/{path}").status_code == 404
    reader = make_person(session, Role.AGENCY_SIGNATORY, draft.agency)
    session.commit()
    page = Browser(app).sign_in(session, reader).open(f"/files/evidence/{file.id}/about")
    assert "Which period" not in page.text


def picture(kind, **more):
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Camera of somebody", 6
    Image.new("RGB", (40, 20), "red").save(out, kind, exif=exif, **more)
    return out.getvalue()


def test_a_copy_to_look_at_says_nothing_of_its_maker(owner, session, draft):
    file = with_file(owner, session, draft, "photo.jpg", picture("JPEG"))
    assert b"Camera of somebody" in owner.client.get(f"/files/evidence/{file.id}").data
    answer = owner.client.get(f"/files/evidence/{file.id}/copy")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert b"Camera" not in answer.data
    with Image.open(BytesIO(answer.data)) as seen:
        assert (seen.size, dict(seen.getexif())) == ((20, 40), {})


def test_a_file_that_nobody_can_look_at_has_no_copy(owner, session, draft):
    file = with_file(owner, session, draft, "list.csv", b"a;b\n1;2\n")
    assert "Look at a copy" not in owner.open(f"/files/evidence/{file.id}/about").text
    assert owner.client.get(f"/files/evidence/{file.id}/copy").status_code == 404


def test_copies_of_scans_and_papers_are_papers_without_properties(built_app):
    out = BytesIO()
    page = Image.new("I;16", (30, 30), 65535)
    page.save(out, "TIFF", save_all=True, append_images=[Image.new("L", (30, 30))], software="Scanner of somebody")
    scan = copy_of(out.getvalue(), "tiff")
    assert scan.extension == "pdf"
    with pikepdf.open(BytesIO(scan.data)) as document:
        assert len(document.pages) == 2
    paper, made = BytesIO(), pikepdf.new()
    made.add_blank_page()
    made.docinfo["/Author"] = "Somebody"
    made.save(paper)
    bare = copy_of(paper.getvalue(), "pdf")
    assert b"Somebody" in paper.getvalue()
    assert b"Somebody" not in bare.data


def test_white_of_sixteen_bits_stays_white(built_app):
    out = BytesIO()
    Image.new("I;16", (10, 10), 65535).save(out, "PNG")
    with Image.open(BytesIO(copy_of(out.getvalue(), "png").data)) as seen:
        assert seen.getpixel((5, 5))[0] > 250


def test_a_false_alarm_is_overruled_with_a_reason_that_all_can_read(app, owner, session, draft, person):
    answer_all(session, draft, person)
    session.commit()
    owner.open(question(draft))
    page = owner.submit(
        status=422, value="conform", detail_contract=[named("a.csv", WAGES)], button="Save and continue"
    )
    assert "holds what looks like citizen service numbers" in page.errors[0]
    assert files(session) == []
    reason = "These are our own order numbers."
    owner.submit(detail_contract=[named("a.csv", WAGES)], false_alarm=reason,
                        button="Save and continue")  # fmt: skip
    [file] = files(session)
    assert file.overruled == reason
    assert reason in owner.open(f"/files/evidence/{file.id}/about").text
    submit(session, person.actor, draft)
    planner = Browser(app).sign_in(session, make_person(session, Role.PLANNER))
    session.commit()
    assert reason in planner.open(f"/office/applications/{draft.id}").text


BOTH = WAGES + b"loon werknemer NL02ABNA0123456789\n"


def test_a_file_with_numbers_of_two_kinds_is_let_in_by_the_office_alone(app, owner, session, draft, person):
    planner, reason = make_person(session, Role.PLANNER), "These are order numbers and our own accounts."
    office = Browser(app).sign_in(session, planner)
    owner.open(question(draft))
    page = owner.submit(status=422, files=[named("a.csv", BOTH)], button="Save and continue")
    assert any("citizen service numbers" in each for each in page.errors)
    for _ in range(2):  # sent twice, asked once
        page = owner.submit(status=422, files=[named("a.csv", BOTH)], false_alarm=reason, button="Save and continue")
        assert any("We look at what you say about the file a.csv" in each for each in page.errors)
    assert files(session) == []
    assert len(enqueued(session, "mail", "file_pleaded")) == 1
    assert "We look at what you say about the file a.csv." in owner.open("/agency/").text
    office.open("/office/")
    office.follow("Files that agencies ask us to take")
    assert reason in office.follow("a.csv").text
    assert office.submit(granted="no", status=422).errors == ["Give the reason."]
    assert office.submit(granted="yes").notes == ["Done. Who asked has been told."]
    owner.open(question(draft))
    owner.submit(files=[named("a.csv", BOTH)], value="conform", button="Save and return to the list")
    [file] = files(session)
    assert file.overruled == reason
    owner.open(question(draft))
    page = owner.submit(status=422, files=[named("b.csv", BOTH + b"x")], button="Save and continue")
    assert any("citizen service numbers" in each for each in page.errors)  # other bytes


def test_what_the_office_refuses_stays_refused_with_its_reason(app, owner, session, draft):
    office = Browser(app).sign_in(session, make_person(session, Role.PLANNER))
    owner.open(question(draft))
    for said in ({}, {"false_alarm": "No idea."}):
        owner.submit(status=422, files=[named("a.csv", BOTH)], button="Save and continue", **said)
    office.open("/office/files-to-admit/")
    office.follow("a.csv")
    office.submit(granted="no", answer="Mask the numbers.")
    assert "We do not take the file a.csv: Mask the numbers." in owner.open("/agency/").text
    owner.open(question(draft))
    for said in ({}, {"false_alarm": "No idea."}):
        page = owner.submit(status=422, files=[named("a.csv", BOTH)], button="Save and continue", **said)
    assert "We do not take the file a.csv: Mask the numbers." in page.errors
    assert files(session) == []


def test_saving_while_typing_asks_whether_an_alarm_is_false(owner, session, draft):
    page = owner.open(f"/agency/applications/{draft.id}/chapters/HOU")
    save = page.soup.select_one("#HOU-01")["data-save"]
    said = {"csrf_token": page.value("csrf_token"), "version": "0", "prefix": "HOU-01-", "value": "conform"}
    said["shown"] = page.value("HOU-01-shown")
    answer = json.loads(owner.client.post(save, data=said | {"files": named("a.csv", WAGES)}).data)
    assert 'name="HOU-01-false_alarm"' in answer["files"]
    assert session.scalar(select(Answer.value)) == "conform"
