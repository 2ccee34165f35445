"""Lists that grow with the years go on on another page: the last of more than 200 rows is reached, at the same cost."""

from sqlalchemy import text

from audits.applications.workflow import ApplicationState
from audits.changes import queries as reported
from audits.core.access import Role
from audits.findings import queries as findings
from audits.inspections import queries as inspections
from audits.inspections.models import Audit
from audits.inspections.workflow import AuditState
from audits.people.models import Interest
from audits.people.services import declare_interest
from tests.kit.factories import make_agency, make_application, make_audit, make_certificate, make_person
from tests.kit.factories.changes import report
from tests.kit.factories.inspections import make_holder_audit
from tests.kit.inspecting import statements

MANY = 201


def copied(session, model, row, **values):
    """Copy a row `MANY` times, with SQL expressions for what differs; `g` counts from 1."""
    names = [column.name for column in model.__table__.columns]
    taken = ", ".join(values.get(name, f'"{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    table = model.__tablename__
    session.flush()
    copies = f"SELECT {taken} FROM {table}, generate_series(1, {MANY}) g WHERE id = :id"  # noqa: S608  # a test
    session.execute(text(f"INSERT INTO {table} ({listed}) {copies}"), {"id": row.id})
    session.commit()


def at_the_end(browser, address):
    """Walk to the last page; return the pages on the way."""
    pages = [browser.open(address)]
    while link := pages[-1].soup.select_one("a[rel=next]"):
        pages.append(browser.open(link["href"]))
        assert len(pages) < 20
    return pages


def test_the_ties_of_all_staff(enter, session, engine):
    agency, inspector = make_agency(session), make_person(session, Role.INSPECTOR)
    tie = declare_interest(session, inspector.actor, agency.id, "The first of all.")
    planner = enter(Role.PLANNER)
    few = len(statements(engine, planner, "/office/interests"))
    copied(
        session,
        Interest,
        tie,
        id="gen_random_uuid()",
        nature="'Another.'",
        declared_at="declared_at + g * interval '1 s'",
    )
    pages = at_the_end(planner, "/office/interests")
    assert len(pages) == 5
    assert "The first of all." not in pages[0].text
    assert "The first of all." in pages[-1].text
    assert len(statements(engine, planner, "/office/interests?page=5")) == few


def test_the_audits_of_an_inspector_those_without_a_report_first(enter, session, engine):
    audit = make_holder_audit(session, make_certificate(session).agency, state=AuditState.PLANNED)
    inspector = enter(audit.inspector)
    few = len(statements(engine, inspector, "/inspector/"))
    copied(
        session,
        Audit,
        audit,
        id="gen_random_uuid()",
        reference="'AU-X-' || g",
        planned_on="planned_on + g",
    )
    pages = at_the_end(inspector, "/inspector/")
    assert len(pages) == 2
    assert audit.reference not in pages[0].text
    assert audit.reference in pages[1].text
    assert len(statements(engine, inspector, "/inspector/?page=2")) == few


def test_the_reported_changes_of_an_agency(enter, session, engine, monkeypatch):
    agency = make_application(session, state=ApplicationState.ACCEPTED).agency
    editor = make_person(session, Role.AGENCY_EDITOR, agency)
    changes = [report(session, agency, editor, **{field: "Breda"}) for field in ("city", "account_holder")]
    browser, links = enter(editor), {f"/agency/changes/{change.id}" for change in changes}
    few = len(statements(engine, browser, "/agency/changes/"))
    monkeypatch.setattr(reported, "LIST_LIMIT", 1)
    pages = at_the_end(browser, "/agency/changes/")
    found = [{link["href"] for link in page.soup.select("tbody a")} for page in pages]
    assert [len(each) for each in found] == [1, 1]
    assert set.union(*found) == links
    assert len(statements(engine, browser, "/agency/changes/?page=2")) <= few
    assert len(browser.open("/agency/").soup.select("a[href^='/agency/changes/']")) >= len(links)  # whatever the page


def test_the_findings_of_an_agency_weigh_whole_audits_on_every_page(enter, session, monkeypatch):
    """A page that ends amid the findings of an audit still says what follows from all of them."""
    codes = ["CON-01", "CON-02", "CON-03"]
    audit = make_audit(session, AuditState.REPORTED, dict.fromkeys(codes, ("nonconform", "Not seen.")))
    owner = enter(make_person(session, Role.AGENCY_OWNER, audit.agency))
    whole = owner.open("/agency/findings/")
    rows = len(whole.soup.select("tbody tr"))
    assert rows > 1
    for module in (findings, inspections):
        monkeypatch.setattr(module, "LIST_LIMIT", 1)
    pages = at_the_end(owner, "/agency/findings/")
    assert len(pages) == rows
    warnings = [len(each.soup.select(".govuk-warning-text")) for each in [whole, *pages]]
    assert len(set(warnings)) == 1


def test_the_start_page_of_the_office_says_when_a_list_is_cut(enter, session, monkeypatch):
    make_application(session, state=ApplicationState.ACCEPTED)
    planner = enter(Role.PLANNER)
    said = "A list on this page shows its first"
    assert said not in planner.open("/office/").text
    monkeypatch.setattr("portal.doors.office.home.LIST_LIMIT", 1)
    page = planner.open("/office/")
    assert said in page.text
    assert planner.follow("The worklist has all tasks, by their last day.").status == 200
