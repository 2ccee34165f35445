"""Pages on which an agency reads and answers findings."""

from io import BytesIO

import pytest
from PIL import Image

from audits.applications.queries import evidence_of
from audits.core.access import Role
from audits.inspections import queries, services
from audits.inspections.models import Finding
from audits.inspections.repairs import draft_of
from audits.inspections.workflow import AuditState, FindingState
from portal.stores import files
from tests.kit.browser import Browser
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.findings import BROKEN, REPAIR, answer
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person
from tests.kit.patience import is_busy
from tests.kit.scheme import scheme


@pytest.fixture
def finding(session):
    audit = make_audit(session, AuditState.REPORTED, {"CON-01": BROKEN, "GOV-06": BROKEN})
    return next(each for each in queries.findings_of(session, audit.id) if each.requirement_code == "CON-01")


@pytest.fixture
def editor(session, finding):
    return make_person(session, Role.AGENCY_EDITOR, finding.audit.agency_id)


@pytest.fixture
def browser(app, session, editor):
    return Browser(app).sign_in(session, editor)


def path(finding, *parts):
    return "/".join((f"/agency/findings/{finding.id}", *parts))


def picture():
    data = BytesIO()
    Image.new("RGB", (8, 8)).save(data, "PNG")
    return BytesIO(data.getvalue())


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_speaks_both_languages(app, session, finding, editor, language):
    editor.language = language
    browser = Browser(app, language).sign_in(session, editor)
    for address in ("/agency/findings/", path(finding), path(finding, "answer")):
        assert browser.open(address).soup.html["lang"] == language
    assert scheme().repair.questions[0].label.in_(language) in browser.open(path(finding, "answer")).text


def test_half_an_answer_is_kept_with_its_files_and_nobody_else_reads_it(app, browser, session, finding):
    browser.open(path(finding, "answer"))
    page = browser.submit(cause="We do not", files=(picture(), "half.png"), button="Keep it and finish later")
    assert page.notes == ["What you wrote is kept. The inspector does not see it before you send it."]
    assert "You began your answer and did not send it yet." in page.text
    session.expire_all()
    kept = session.get_one(Finding, finding.id)
    assert (kept.state, kept.cause, draft_of(session, kept)) == (FindingState.OPEN, "", {"cause": "We do not"})
    inspector = Browser(app).sign_in(session, kept.audit.inspector)
    assert "We do not" not in inspector.open(f"/inspector/findings/{finding.id}").text
    page = browser.follow("Finish your answer")
    assert page.value("cause") == "We do not"
    assert "half.png" in page.text
    browser.submit(**REPAIR, button="Send to the inspector")
    session.expire_all()
    kept = session.get_one(Finding, finding.id)
    assert (kept.state, kept.cause, kept.draft) == (FindingState.ANSWERED, REPAIR["cause"], None)


def test_a_bad_file_does_not_drop_what_is_kept_for_later(browser, session, finding):
    browser.open(path(finding, "answer"))
    files = [(picture(), "good.png"), (BytesIO(b"MZ"), "bad.exe")]
    page = browser.submit(status=422, cause="We do not", files=files, button="Keep it and finish later")
    assert "bad.exe" in page.errors[0]
    assert "good.png" in page.text
    assert draft_of(session, finding) == {"cause": "We do not"}


def test_all_findings_are_listed_with_their_terms(browser, session, finding):
    make_audit(session, AuditState.REPORTED, {"CON-01": BROKEN})  # of another agency
    page = browser.open("/agency/findings/")
    assert len(page.soup.select("tbody tr")) == 2
    assert scheme().requirement("GOV-06").title["en"] in page.text


def test_an_answer_with_a_file_goes_to_the_inspector(app, browser, session, finding):
    browser.open(path(finding))
    browser.follow("Answer this finding")
    page = browser.submit(**REPAIR, files=(picture(), "proof.png"))
    assert page.notes == ["Your answer is with the inspector, who will check it."]
    session.expire_all()
    kept = session.get_one(Finding, finding.id)
    assert kept.state is FindingState.ANSWERED
    assert (kept.cause, kept.effectiveness) == (REPAIR["cause"], REPAIR["effectiveness"])
    (file,) = evidence_of(session, kept.audit.application_id, "CON-01")["CON-01"]
    assert (file.filename, file.media_type) == ("proof.png", "image/png")
    with app.app_context():
        assert files.store().get(file.sha256) == picture().getvalue()
    assert "proof.png" in page.text


@pytest.mark.usefixtures("busy_reader")
def test_what_was_typed_stays_when_there_is_no_time_for_files(browser, finding):
    browser.open(path(finding, "answer"))
    page = browser.submit(**REPAIR, files=(picture(), "proof.png"), status=503)
    assert is_busy(page)
    assert [page.value(name) for name in REPAIR] == list(REPAIR.values())


def test_what_was_typed_stays_when_something_is_missing_or_wrong(browser, finding):
    browser.open(path(finding, "answer"))
    page = browser.submit(**REPAIR | {"solution": ""}, status=422)
    assert page.errors == ["Solution: Answer this question."]
    assert [page.value(name) for name in REPAIR] == list((REPAIR | {"solution": ""}).values())
    page = browser.submit(solution="Done.", files=(BytesIO(b"MZ"), "proof.exe"), status=422)
    assert "proof.exe" in page.errors[0]
    assert page.value("solution") == "Done."


def test_an_answer_on_an_older_page_is_refused(browser, session, finding, editor):
    browser.open(path(finding, "answer"))
    answer(session, finding, editor)
    page = browser.submit(**REPAIR, status=409)
    assert page.heading == "This is no longer possible"


def test_an_answer_that_came_back_says_why(browser, session, finding, editor):
    answer(session, finding, editor)
    services.return_corrective_action(session, finding.audit.inspector.actor, finding.id, note="Show ten files.")
    session.flush()
    assert "Show ten files." in browser.open(path(finding)).text
    page = browser.follow("Change your answer")
    assert "Show ten files." in page.text
    assert page.value("cause") == REPAIR["cause"]


def test_what_was_answered_before_can_still_be_read(app, browser, session, finding, editor):
    answer(session, finding, editor)
    inspector = finding.audit.inspector
    services.return_corrective_action(session, inspector.actor, finding.id, note="Show ten files.")
    session.flush()
    browser.open(path(finding, "answer"))
    browser.submit(cause="The training was late.")
    for reader, address in ((browser, path(finding)), (Browser(app).sign_in(session, inspector), desk(finding))):
        page = reader.open(address)
        earlier = page.soup.select_one("details").text
        assert REPAIR["cause"] in earlier
        assert "Show ten files." in earlier
        assert "Sent back to the agency" in earlier
        assert "The training was late." not in earlier


def desk(finding):
    return f"/inspector/findings/{finding.id}"


def test_a_file_can_be_taken_away_again_and_what_was_typed_stays(browser, session, finding):
    browser.open(path(finding, "answer"))
    browser.submit(**REPAIR, files=(picture(), "wrong.png"))
    assert len(queries.files_of_finding(session, finding.id)) == 1
    browser.open(path(finding, "answer"))
    page = browser.submit(cause="Typed and not sent.", button="Remove wrong.png")
    assert page.notes == ["The file is removed."]
    assert (page.value("cause"), "wrong.png" in page.text) == ("Typed and not sent.", False)
    assert queries.files_of_finding(session, finding.id) == []


def test_a_closed_finding_is_only_read(browser, session, finding, editor):
    answer(session, finding, editor)
    services.accept_corrective_action(session, finding.audit.inspector.actor, finding.id, note="Ten files were seen.")
    session.flush()
    for address in (path(finding), path(finding, "answer")):
        page = browser.open(address)
        assert "Ten files were seen." in page.text
        assert not page.soup.select("main form")


def test_a_signatory_reads_and_does_not_answer(app, session, finding):
    signatory = make_person(session, Role.AGENCY_SIGNATORY, finding.audit.agency_id)
    browser = Browser(app).sign_in(session, signatory)
    assert "Answer this finding" not in browser.open(path(finding)).text
    assert browser.open(path(finding, "answer"), status=403)


def test_another_agency_finds_nothing(app, session, finding):
    stranger = make_person(session, Role.AGENCY_OWNER, make_agency(session))
    browser = Browser(app).sign_in(session, stranger)
    assert not browser.open("/agency/findings/").soup.select("tbody tr")
    for address in (path(finding), path(finding, "answer")):
        assert browser.open(address, status=404)
