"""The figures about audits: what they count, who reads them per person, and that more audits cost no more reads."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, func, select, update

from audits.core import clock
from audits.core.access import Role
from audits.inspections import services
from audits.inspections.days import AuditDay
from audits.inspections.models import Finding, Verdict
from audits.inspections.workflow import AuditState, FindingState
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from audits.worklists.auditors import figures
from audits.worklists.measures import FEWEST
from audits.worklists.models import AuditTally, NoteTally, RequirementTally
from audits.worklists.tallying import tally, tally_again, tally_new
from tests.kit.factories import make_audit, make_person
from tests.kit.factories.findings import answer
from tests.kit.factories.inspections import carry_on
from tests.kit.inspecting import statements

PATH, OWN = "/office/auditors/", "/inspector/figures/"
BROKEN = ("nonconform", "It was not there.")
LONG = "The contract was not in the file, and nobody in the office knew where it was."


@pytest.fixture
def switched_on(app, monkeypatch):
    def switch(person):
        settings = replace(app.extensions["settings"], technical_managers=f" {person.email.upper()}, x@y.example")
        monkeypatch.setitem(app.extensions, "settings", settings)

    return switch


def reported(session, inspector=None, verdicts=None, member=None):
    audit = make_audit(session, AuditState.PLANNED, inspector=inspector)
    if member:
        join_team(session, audit.planner.actor, audit.id, person_id=member.id, role=TeamRole.MEMBER)
    carry_on(session, audit, AuditState.REPORTED, verdicts)
    session.flush()
    tally_new(session)
    return audit


def year(session, actor, **chosen):
    return figures(session, actor, date(clock.today().year - 1, 1, 1), clock.today(), **chosen)


def table(page, name):
    return [
        [cell.get_text() for cell in row.select("th, td")]
        for row in page.soup.select(f"#{name} ~ table")[0].select("tbody tr")
    ]


def test_an_audit_adds_what_was_judged_and_found(session):
    audit = reported(session, verdicts={"IDW-05": BROKEN})
    planner = make_person(session, Role.PLANNER)
    (found,) = year(session, planner.actor).audits
    assert found.people == (audit.inspector.name,)
    assert (found.audits, found.nonconforming, found.open, found.overdue, found.initial) == (1, 1, 1, 0, 1)
    assert found.assessed == found.verdicts
    assert (found.required, found.spent, found.timed) == (0, 0, 0)  # nobody said how long it took
    assert session.get_one(AuditTally, audit.id).required > 0


def test_hours_that_were_done_count_as_they_stand_now(session):
    audit = make_audit(session, AuditState.PLANNED)
    for _ in range(2):
        plan = services.DayPlan(clock.today(), "Venlo", Decimal(8))
        services.plan_day(session, audit.planner.actor, audit.id, audit.inspector_id, plan)
    first, second = session.query(AuditDay)
    services.record_hours(session, audit.inspector.actor, first.id, Decimal(9))
    (first,) = session.query(AuditDay).filter_by(supersedes_id=first.id)
    services.record_hours(session, audit.inspector.actor, first.id, Decimal("6.5"))
    services.drop_day(session, audit.planner.actor, second.id, reason="One day is enough.")
    carry_on(session, audit, AuditState.REPORTED)
    session.flush()
    tally_new(session)
    (found,) = year(session, make_person(session, Role.PLANNER).actor).audits
    assert found.spent == Decimal("6.5")
    assert found.required == session.get_one(AuditTally, audit.id).required
    assert found.timed == found.verdicts


def test_a_note_in_another_report_is_repeated(session):
    planner = make_person(session, Role.PLANNER)
    one, two, three = (reported(session, verdicts={"IDW-05": ("nonconform", LONG)}) for _ in range(3))
    assert notes(session, planner) == [(1, 1), (1, 1), (1, 1)]
    session.execute(update(Verdict).where(Verdict.audit_id == three.id, Verdict.note != "").values(note=LONG[::-1]))
    tally(session, [three.id])
    assert notes(session, planner) == [(1, 0), (1, 1), (1, 1)]
    session.execute(update(Verdict).where(Verdict.audit_id == two.id, Verdict.note != "").values(note=LONG[::-1]))
    tally(session, [two.id])
    assert notes(session, planner) == [(1, 0), (1, 1), (1, 1)]
    assert session.get_one(AuditTally, one.id, populate_existing=True).repeated == 0


def notes(session, planner):
    return sorted((each.notes, each.repeated) for each in year(session, planner.actor).audits)


def sums(session):
    session.expire_all()
    return {
        kind: sorted(map(tuple, session.execute(select(*kind.__table__.columns))), key=str)
        for kind in (AuditTally, RequirementTally, NoteTally)
    }


def test_counted_one_by_one_is_counted_anew(session):
    lead, member = (make_person(session, Role.INSPECTOR) for _ in range(2))
    said = ({"IDW-05": BROKEN}, {"IDW-05": ("nonconform", LONG)}, None, {"IDW-05": ("nonconform", LONG)})
    audits = [reported(session, lead, verdicts, member) for verdicts in said]
    kept = sums(session)
    assert [len(rows) for rows in kept.values()][0::2] == [4, 2]
    units = session.execute(
        select(Verdict.requirement_code, func.count())
        .group_by(Verdict.requirement_code)
        .order_by(Verdict.requirement_code)
    )
    (first,) = {row[0] for row in kept[RequirementTally]}
    assert first.day == 1
    assert [(row[2], row[3]) for row in sorted(kept[RequirementTally], key=lambda row: row[2])] == list(
        map(tuple, units)
    )
    for kind in (NoteTally, RequirementTally, AuditTally):
        session.execute(delete(kind))
    assert tally_again(session) is None
    assert sums(session) == kept
    tally(session, [audits[0].id])
    assert sums(session) == kept


def test_the_sums_follow_the_findings(session):
    audit = reported(session, verdicts={"IDW-05": BROKEN})
    planner = make_person(session, Role.PLANNER)
    (finding,) = session.query(Finding).filter_by(audit_id=audit.id)
    answer(session, finding)
    services.accept_corrective_action(session, audit.inspector.actor, finding.id, note="Seen.")
    session.flush()
    (found,) = year(session, planner.actor).audits
    assert (found.open, found.overdue, found.closed) == (0, 0, {0: 1})
    late = {"state": FindingState.OPEN, "due_on": clock.today() - timedelta(days=1)}
    session.execute(update(Finding).where(Finding.id == finding.id).values(late))
    found = year(session, planner.actor)
    assert (found.audits[0].open, found.audits[0].overdue, found.audits[0].closed) == (1, 1, {})
    assert found.findings == [("IDW-05", 1)]


def test_a_report_is_counted_once_until_it_is_reported_again(enter, session):
    audit = reported(session)
    assert tally_new(session) == 0
    audit.reported_at = clock.now()
    session.commit()
    assert "1 report is not counted yet" in enter(Role.DECIDER).open(PATH).text
    assert tally_new(session) == 1
    session.commit()
    assert "not counted yet" not in enter(Role.DECIDER).open(PATH).text


def test_an_inspector_reads_own_audits_alone(session):
    mine = reported(session)
    reported(session)
    found = year(session, mine.inspector.actor, only=mine.inspector_id)
    assert [each.people for each in found.audits] == [(mine.inspector.name,)]
    assert year(session, mine.inspector.actor).audits == found.audits


def test_the_page_answers_each_question_with_chart_and_table(enter, session):
    reported(session, verdicts={"IDW-05": BROKEN})
    session.commit()
    browser = enter(Role.DECIDER)
    page = browser.open(PATH)
    assert "1 audit was reported in this time." in page.text
    headings = [each.get_text() for each in page.soup.select("main h2")]
    assert len(headings) == 9
    assert all(heading.endswith("?") for heading in headings)
    (all_of_them,) = table(page, "first")
    assert all_of_them[:3] == ["All audits", "1", "1"]
    assert table(page, "findings") == [["IDW-05", "1", "100"]]
    for name in ("time", "question", "passed", "spread", "bulk", "repeated", "first", "findings", "closing"):
        assert browser.client.get(f"{PATH}{name}.csv").data.startswith(b"\xef\xbb\xbf")
    assert browser.client.get(f"{PATH}passed.xlsx").data.startswith(b"PK")
    assert browser.client.get(f"{PATH}weather.csv").status_code == 404


def test_a_team_of_five_audits_stands_beside_all(enter, session):
    lead, member = (make_person(session, Role.INSPECTOR) for _ in range(2))
    for _ in range(FEWEST):
        reported(session, lead, member=member)
    session.commit()
    page = enter(Role.REVIEWER).open(PATH)
    assert [row[0] for row in table(page, "passed")] == ["All audits", ", ".join(sorted((lead.name, member.name)))]


def test_persons_are_for_the_technical_manager_and_that_person(enter, session, switched_on):
    lead, manager, other = (make_person(session, role) for role in (Role.INSPECTOR, Role.REVIEWER, Role.REVIEWER))
    for _ in range(FEWEST):
        reported(session, lead)
    session.commit()
    enter(lead).open(OWN, 404)
    assert lead.name not in enter(manager).open(PATH).text
    switched_on(manager)
    assert [row[0] for row in table(enter(manager).open(PATH), "passed")] == ["All audits", lead.name]
    assert lead.name not in enter(other).open(PATH).soup.main.get_text()
    browser = enter(lead)
    browser.open("/inspector/")
    page = browser.follow("How do I audit?")
    assert [row[:2] for row in table(page, "time")] == [["Your audits", "5"]]
    assert browser.client.get(f"{OWN}time.csv").status_code == 200
    assert browser.client.get(f"{OWN}weather.csv").status_code == 404


def test_without_audits_the_page_says_so(enter):
    assert "0 audits were reported in this time." in enter(Role.PLANNER).open(PATH).text


def test_more_audits_ask_no_more_of_the_database(engine, enter, session):
    reported(session)
    session.commit()
    browser = enter(Role.PLANNER)
    few = len(statements(engine, browser, PATH))
    for _ in range(3):
        reported(session, verdicts={"IDW-05": BROKEN})
    session.commit()
    assert len(statements(engine, browser, PATH)) == few
