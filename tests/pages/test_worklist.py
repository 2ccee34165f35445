"""The worklist: groups, filters, whose turn it is, and the page where each task is done."""

import csv
from io import BytesIO, StringIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from sqlalchemy import event, select

from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days, working_days_before
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import open_deadline
from audits.inspections.workflow import AuditState, FindingState
from audits.people.services import record_absence
from audits.worklists.queries import PAGE_SIZE
from audits.worklists.services import work_off
from portal.doors.office.worklist import TARGETS
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.findings import make_finding
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person

PAGE = "/office/worklist/"


def opened(session, days, *, kind=DeadlineKind.REPORTED_CHANGE, role=Role.PLANNER, owner=None, agency=None):
    today = clock.today()
    due_on = add_working_days(today, days) if days >= 0 else working_days_before(today, -days)
    about = {"subject_id": uuid4(), "agency_id": (agency or make_agency(session)).id, "due_on": due_on}
    open_deadline(session, kind, **about, owner_role=role, owner_id=owner.id if owner else None)
    session.flush()
    return due_on


def lines(page):
    return [row.get_text(" ", strip=True) for row in page.soup.select(".kw-worklist__row")]


def counted(page):
    return {link.get_text(" ", strip=True): link["href"] for link in page.soup.select(".kw-counts a")}


def test_every_kind_of_task_has_its_page_and_its_words(app):
    assert set(TARGETS) == set(DeadlineKind)
    for target in TARGETS.values():
        rules = [rule for rule in app.url_map.iter_rules(target.endpoint) if "GET" in rule.methods]
        assert [rule.arguments for rule in rules] == [{target.argument}], target


def test_late_tasks_come_first_and_say_how_late(enter, session):
    opened(session, 12, agency=make_agency(session, legal_name="Later B.V."))
    opened(session, -3, agency=make_agency(session, legal_name="Te Laat B.V."))
    page = enter(Role.PLANNER).open(PAGE)
    first, last = lines(page)
    assert "3 working days late" in first
    assert "Te Laat B.V." in first
    assert "12 working days left" in last
    assert [head.get_text(" ", strip=True) for head in page.soup.select(".kw-worklist__group")] == ["Late 1", "Later 1"]
    assert "1 task is late." in page.text


def test_an_empty_list_says_what_will_fill_it(enter):
    page = enter(Role.PLANNER).open(PAGE)
    assert "Nothing waits for anybody." in page.text
    assert "A task begins with" in page.text


def test_counts_are_filters_and_kinds_are_counted_within_them(enter, session):
    for days in (-2, -1, 30):
        opened(session, days)
    opened(session, -5, kind=DeadlineKind.REPORT, role=Role.INSPECTOR)
    browser = enter(Role.PLANNER)
    shown = counted(browser.open(PAGE))
    assert {"4 all", "3 late", "0 today", "1 later", "3 your turn", "1 waits for others"} <= set(shown)
    late = browser.open(shown["3 late"])
    assert len(lines(late)) == 3
    assert [chip.get_text(" ", strip=True) for chip in late.soup.select(".kw-chips a")] == [
        "All kinds",
        "Check a reported change 2",
        "Report an audit 1",
    ]
    reports = browser.open(late.soup.select(".kw-chips a")[2]["href"])
    assert len(lines(reports)) == 1
    assert len(lines(browser.open(shown["1 waits for others"]))) == 1


def test_it_is_my_turn_for_my_own_my_role_and_for_whom_i_stand_in(enter, session):
    browser = enter(Role.DECIDER)
    other = make_person(session, Role.DECIDER)
    planner = make_person(session, Role.PLANNER)
    today = clock.today()
    opened(session, 1, kind=DeadlineKind.DECISION, role=Role.DECIDER, owner=browser.person)
    opened(session, 2, kind=DeadlineKind.DECISION, role=Role.DECIDER)
    opened(session, 3, kind=DeadlineKind.DECISION, role=Role.DECIDER, owner=other)
    opened(session, 4, kind=DeadlineKind.DECISION, role=Role.PLANNER)
    session.commit()
    assert len(lines(browser.open(f"{PAGE}?turn=mine"))) == 2
    record_absence(session, planner.actor, other.id, deputy_id=browser.person.id, first_day=today, last_day=today)
    session.commit()
    assert len(lines(browser.open(f"{PAGE}?turn=mine"))) == 3
    of_other = browser.open(f"{PAGE}?person={other.id}")
    assert len(lines(of_other)) == 1
    assert of_other.soup.select_one("option[selected]").get_text() == other.name


def test_a_line_says_how_often_the_clock_reminded(enter, session):
    opened(session, 5)
    work_off(session, add_working_days(clock.today(), 4))
    assert "reminded once" in lines(enter(Role.PLANNER).open(PAGE))[0]


@pytest.mark.parametrize("asked", ["when=never", "turn=nobodys", "kind=x", "person=x"])
def test_what_is_no_filter_is_not_found(enter, asked):
    enter(Role.PLANNER).open(f"{PAGE}?{asked}", status=404)


def test_a_task_leads_to_its_page(enter, session):
    make_audit(session, AuditState.REVIEWED)
    make_finding(session, FindingState.OPEN)
    session.commit()
    browser = enter(Role.DECIDER)
    links = [link["href"] for link in browser.open(PAGE).soup.select(".kw-worklist__row a")]
    kinds = set(session.scalars(select(Deadline.kind).where(Deadline.done_at.is_(None))))
    assert {DeadlineKind.DECISION, DeadlineKind.CORRECTIVE_ACTION} <= kinds
    for link in links:
        browser.open(link)


def test_a_long_list_has_pages_and_asks_as_few_statements(enter, session):
    agency = make_agency(session)
    browser, asked = enter(Role.PLANNER), []
    opened(session, 1, agency=agency)
    session.commit()
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note := lambda *call: asked.append(call[2]))
    try:
        browser.open(PAGE)
        asked.clear()
        browser.open(PAGE)
        few = len(asked)
        for _ in range(PAGE_SIZE + 20):
            opened(session, 2, agency=agency)
        session.commit()
        asked.clear()
        page = browser.open(PAGE)
        assert len(asked) == few
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(lines(page)) == PAGE_SIZE
    rest = browser.open(page.soup.select_one("a[rel=next]")["href"])
    assert len(lines(rest)) == 21


def test_the_table_holds_every_task_and_no_formula(enter, session):
    agency = make_agency(session, legal_name="=1+1 B.V.")
    for _ in range(PAGE_SIZE + 1):
        opened(session, 3, agency=agency)
    session.commit()
    answer = enter(Role.PLANNER).client.get("/office/worklist/worklist.csv")
    assert answer.mimetype == "text/csv"
    head, *rows = csv.reader(StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))
    assert len(rows) == PAGE_SIZE + 1
    assert {row[2] for row in rows} == {"'=1+1 B.V."}
    assert len(head) == len(rows[0])


def test_the_same_table_is_a_workbook_without_formulas(enter, session):
    opened(session, 3, agency=make_agency(session, legal_name="=1+1 B.V."))
    session.commit()
    answer = enter(Role.PLANNER).client.get("/office/worklist/worklist.xlsx")
    with ZipFile(BytesIO(answer.data)) as book:
        sheet, words = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "sharedStrings"))
    assert "<f>" not in sheet
    assert "=1+1 B.V." in words
