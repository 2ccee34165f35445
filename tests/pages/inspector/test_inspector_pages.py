"""Pages of an inspector, from the list of audits to the check of a corrective action."""

from io import BytesIO

import pytest

from audits.core.access import Role
from audits.inspections import draws, queries
from audits.inspections.models import Audit, Finding
from audits.inspections.pseudonyms import MAX_POPULATION
from audits.inspections.workflow import AuditState, FindingState
from tests.kit.browser import Browser
from tests.kit.factories.findings import BROKEN, make_finding
from tests.kit.factories.inspections import draw, judge, make_audit
from tests.kit.factories.people import make_person
from tests.kit.inspecting import FILES, FIX, fix_and_draw, path, statements
from tests.kit.patience import is_busy
from tests.kit.scheme import scheme
from tests.kit.workbook import workbook


def every_page(audit, finding=None):
    yield "/inspector/"
    yield path(audit)
    yield path(audit, "samples", "personnel_file")
    yield path(audit, "requirements", "GOV-01")
    yield path(audit, "requirements", "IDW-01")
    yield from (path(audit, "chapters", code) for code in scheme().chapters)
    if audit.started_at:
        yield path(audit, "units", "organisation", "1")
    if audit.reported_at:
        yield path(audit, "units", "personnel_file", "1")
        yield path(audit, "units", "interview", "2")
        yield path(audit, "matrix", "personnel_file")
    yield path(audit, "report")
    yield path(audit, "findings")
    if finding:
        yield f"/inspector/findings/{finding.id}"


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("stage", list(AuditState))
def test_every_page_opens_in_every_state_and_language(app, session, inspector, stage, language):
    inspector.language = language
    audit = make_audit(session, stage, inspector=inspector)
    browser = Browser(app, language).sign_in(session, inspector)
    for address in every_page(audit):
        assert browser.open(address).soup.html["lang"] == language


@pytest.mark.parametrize("stage", [AuditState.IN_PROGRESS, AuditState.REPORTED])
def test_a_page_asks_the_database_at_most_ten_times_whatever_there_is(app, session, engine, inspector, stage):
    many = {
        code: [f"{code}-{number:04d}" for number in range(5000)] for code in scheme().units if code != "organisation"
    }
    many["housing_location"] = many["housing_location"][:60]
    verdicts = {"CON-01": BROKEN, "GOV-06": BROKEN, "FIN-01": BROKEN}
    audit = make_audit(session, stage, verdicts, inspector=inspector, populations=many)
    assert max(map(len, queries.sample_of(session, audit.id).values())) == 60
    finding = next(iter(queries.findings_of(session, audit.id)), None)
    session.commit()
    browser = Browser(app).sign_in(session, inspector)
    for address in every_page(audit, finding):
        asked = statements(engine, browser, address)
        assert 0 < len(asked) <= 10, (address, len(asked), *asked)


def test_somebody_elses_audit_is_not_there(app, session, browser):
    finding = make_finding(session, FindingState.ANSWERED)
    for address in every_page(finding.audit, finding):
        if address != "/inspector/":
            assert browser.open(address, status=404)


@pytest.mark.parametrize("role", [Role.PLANNER, Role.DECIDER, Role.ADMINISTRATOR])
def test_the_door_is_for_inspectors(app, session, role):
    audit = make_audit(session)
    browser = Browser(app).sign_in(session, make_person(session, role))
    assert browser.open(path(audit), status=403)


def test_unknown_parts_of_the_norm_are_not_there(session, browser, inspector):
    audit = make_audit(session, inspector=inspector)
    for address in ("samples/moon", "samples/organisation", "requirements/XXX-1", "chapters/XXX"):
        assert browser.open(path(audit, address), status=404)
    assert browser.open(path(audit, "samples/interview/population.txt"), status=404)


def test_the_worklist_shows_what_each_audit_waits_for(session, browser, inspector):
    for state in AuditState:
        make_audit(session, state, {"CON-01": BROKEN} if state is AuditState.REPORTED else None, inspector=inspector)
    page = browser.open("/inspector/")
    tables = {table.caption.get_text(): len(table.select("tbody tr")) for table in page.soup.select("table")}
    assert tables == {"In progress": 1, "Planned": 1, "Waiting for repair": 1, "Done": 2}


def test_starting_leads_to_the_samples(session, browser, inspector):
    audit = make_audit(session, AuditState.PLANNED, inspector=inspector)
    browser.open(path(audit))
    assert browser.submit('form[action$="/start"]').notes == ["The audit has started. Draw the samples first."]
    session.expire_all()
    assert session.get_one(Audit, audit.id).state is AuditState.IN_PROGRESS


# Samples


def test_a_pasted_list_is_fixed_and_drawn(session, browser, inspector):
    audit = make_audit(session, inspector=inspector)
    browser.open(path(audit, "samples/personnel_file"))
    browser.submit(references="F-003\r\n F-001 \r\nF-002\r\n\r\n")
    page = fix_and_draw(browser)
    population = queries.get_population(session, audit.id, "personnel_file")
    drawn = queries.sample_of(session, audit.id)["personnel_file"]
    assert (draws.members_of(session, population), sorted(drawn)) == (
        ["F-001", "F-002", "F-003"],
        ["F-001", "F-002", "F-003"],
    )
    assert [item.get_text() for item in page.soup.select(".kw-drawn li")] == drawn
    proof = page.soup.select_one("pre").get_text()
    assert all(value in proof for value in (population.digest, population.seed, population.algorithm, *drawn))
    assert not page.soup.select("main form")
    response = browser.client.get(path(audit, "samples/personnel_file/population.txt"))
    assert (response.text, response.mimetype) == ("F-001\nF-002\nF-003", "text/plain")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.txt", "F-1\nF-2\n"),
        ("list.csv", "\ufeffF-1;jan;x\r\nF-2;piet;y\r\n"),
        ("LIST.CSV", '"F-1","a, b"\n"F-2",c\n'),
        ("list.csv", "F-1\tx\nF-2\ty"),
        ("list.xlsx", workbook([["F-1", "jan"], ["F-2", "piet"]])),
    ],
)
def test_a_list_can_be_a_file(session, browser, inspector, name, content):
    audit = make_audit(session, inspector=inspector)
    browser.open(path(audit, "samples/interview"))
    browser.submit(file=(BytesIO(content if isinstance(content, bytes) else content.encode()), name))
    fix_and_draw(browser)
    assert draws.members_of(session, queries.get_population(session, audit.id, "interview")) == ["F-1", "F-2"]


def test_a_list_of_the_largest_size_fits_in_a_file(session, browser, inspector):
    audit = make_audit(session, inspector=inspector)
    browser.open(path(audit, "samples/assignment"))
    lines = "\n".join(f"F-{number:05d}" for number in range(MAX_POPULATION))
    browser.submit(file=(BytesIO(lines.encode()), "list.txt"))
    fix_and_draw(browser)
    assert queries.get_population(session, audit.id, "assignment").size == MAX_POPULATION
    browser.open(path(audit, "samples/interview"))
    page = browser.submit(file=(BytesIO(f"{lines}\none more".encode()), "list.txt"), status=422)
    assert str(MAX_POPULATION) in page.errors[0]
    assert page.value("references") == ""


def test_a_file_that_is_no_text_is_refused(session, browser, inspector):
    audit = make_audit(session, inspector=inspector)
    browser.open(path(audit, "samples/interview"))
    page = browser.submit(file=(BytesIO(b"\xff\xfe\x00PK"), "list.txt"), status=422)
    assert page.errors == ["This file is not plain text. Save the list as .csv in UTF-8, or as .xlsx."]


def test_a_workbook_with_two_lists_is_refused(session, browser, inspector):
    audit = make_audit(session, inspector=inspector)
    browser.open(path(audit, "samples/interview"))
    page = browser.submit(file=(BytesIO(workbook([["F-1"]], [["F-2"]])), "list.xlsx"), status=422)
    assert page.errors == ["This workbook has several sheets with content. Keep only the one with the list."]


@pytest.mark.usefixtures("busy_reader")
def test_when_there_is_no_time_for_files_no_list_is_called_bad(session, browser, inspector):
    audit = make_audit(session, inspector=inspector)
    browser.open(path(audit, "samples/interview"))
    assert is_busy(browser.submit(file=(BytesIO(b"F-001"), "list.txt"), status=503))


def test_a_wrong_list_comes_back_as_it_was_with_its_lines(session, browser, inspector):
    audit = make_audit(session, inspector=inspector)
    browser.open(path(audit, "samples/personnel_file"))
    page = browser.submit(references="F-001\nBSN 123456782", status=422)
    assert "citizen number: 2" in page.errors[0]
    assert page.value("references") == "F-001\nBSN 123456782"
    page = browser.submit(references="", file=(BytesIO(b"F-001\njan@example.nl"), "list.txt"), status=422)
    assert "e-mail address: 2" in page.errors[0]
    assert queries.populations_of(session, audit.id) == []


def test_that_there_are_none_must_be_said(session, browser, inspector):
    audit = make_audit(session, inspector=inspector)
    browser.open(path(audit, "samples/housing_location"))
    for typed in ({}, {"references": "H-1", "none": "y"}):
        assert browser.submit(**typed, status=422).errors == [
            "Paste the list, choose a file, or tick that there are none: one of the three."
        ]
        browser.open(path(audit, "samples/housing_location"))
    browser.submit(none="y")
    page = browser.submit(button=FIX)
    assert "The agency has none of these." in page.text
    assert queries.get_population(session, audit.id, "housing_location").size == 0


# Report


def ready(session, inspector, verdicts=None):
    audit = make_audit(session, inspector=inspector)
    draw(session, audit, {"personnel_file": FILES}, all_units=True)
    judge(session, audit, verdicts or {}, rest=True)
    return audit


def test_the_report_says_beforehand_what_it_will_find(session, browser, inspector):
    audit = ready(session, inspector, {"GOV-06": BROKEN, "IDW-01": BROKEN})
    page = browser.open(path(audit, "report"))
    rows = [row.get_text(" ", strip=True) for row in page.soup.select("tbody tr")]
    assert [row.split()[0] for row in rows] == ["GOV-06", "IDW-01"]
    assert "Major" in rows[0]
    assert "Critical" in rows[1]
    page = browser.submit(summary="Two things.", final="y")
    session.expire_all()
    found = queries.findings_of(session, audit.id)
    assert [(finding.requirement_code, finding.grade) for finding in found] == [
        ("GOV-06", "major"),
        ("IDW-01", "critical"),
    ]
    assert page.notes == ["The report is in. The agency has been told."]


def test_what_is_missing_is_named_and_stops_the_report(session, browser, inspector):
    audit = make_audit(session, inspector=inspector, populations={"personnel_file": FILES})
    page = browser.open(path(audit, "report"))
    assert page.link("Interviews") == path(audit, "samples/interview")
    assert page.link("GOV-01") == path(audit, "requirements/GOV-01")
    page = browser.submit(summary="Too early.", final="y", status=422)
    assert page.errors == ["3 samples are not drawn yet. Draw them first."]
    assert page.value("summary") == "Too early."


def test_the_report_must_be_confirmed(session, browser, inspector):
    audit = ready(session, inspector)
    browser.open(path(audit, "report"))
    page = browser.submit(summary="All well.", status=422)
    assert page.errors == ["Confirm that the verdicts are final."]
    assert page.value("summary") == "All well."
    assert session.get_one(Audit, audit.id).state is AuditState.IN_PROGRESS


# Findings


@pytest.mark.parametrize(
    ("button", "after"), [("Close the finding", FindingState.CLOSED), ("Send back to the agency", FindingState.OPEN)]
)
def test_an_answer_is_closed_or_sent_back(session, browser, inspector, button, after):
    finding = make_finding(session, FindingState.ANSWERED, inspector=inspector)
    browser.open(path(finding.audit, "findings"))
    browser.follow("1. CON-01")
    assert browser.submit(button=button, note="", status=422).errors == ["Say how you checked it and what you saw."]
    page = browser.submit(button=button, note="Looked at ten files.")
    session.expire_all()
    kept = session.get_one(Finding, finding.id)
    assert (kept.state, kept.verification_note) == (after, "Looked at ten files.")
    assert page.heading == "Findings"


def test_an_open_finding_has_nothing_to_check(session, browser, inspector):
    finding = make_finding(session, inspector=inspector)
    page = browser.open(f"/inspector/findings/{finding.id}")
    assert "The agency has not answered yet." in page.text
    assert not page.soup.select("main [name=note]")


def test_the_language_of_the_norm_is_the_readers(app, session, inspector):
    inspector.language = "nl"
    audit = make_audit(session, inspector=inspector)
    page = Browser(app, "nl").sign_in(session, inspector).open(path(audit, "requirements/GOV-01"))
    assert scheme().requirement("GOV-01").question["nl"] in page.text
