"""The calendar of inspectors: days with their places, absences, and what a planner should look at."""

from datetime import date
from decimal import Decimal

from audits.core.access import Role
from audits.inspections import services
from audits.inspections.workflow import AuditState
from audits.people.services import record_absence
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person
from tests.kit.inspecting import statements

ASCENSION, SUNDAY, MONDAY = date(2027, 5, 6), date(2027, 5, 9), date(2027, 5, 10)


def plan(session, audit, day, place="Zwolle"):
    services.plan_day(
        session, audit.planner.actor, audit.id, audit.inspector_id, services.DayPlan(day, place, Decimal(8))
    )


def lines(page):
    return [" ".join(row.get_text(" ").split()) for row in page.soup.select("main tbody tr")]


def test_days_stand_by_person_with_what_is_doubtful(enter, session):
    person, deputy = make_person(session, Role.INSPECTOR), make_person(session, Role.INSPECTOR)
    one, two = (make_audit(session, AuditState.PLANNED, inspector=person) for _ in range(2))
    plan(session, one, ASCENSION)
    plan(session, one, SUNDAY)
    plan(session, one, MONDAY)
    plan(session, two, MONDAY, "Leiden")
    record_absence(session, one.planner.actor, person.id, deputy_id=deputy.id, first_day=SUNDAY, last_day=SUNDAY)
    session.commit()
    page = enter(Role.PLANNER).open("/office/calendar/?month=2027-05")
    first, second, third, fourth = lines(page)
    assert "Not a working day" in first
    assert "Not a working day Away that day" in second
    assert "Several audits or places that day" in third
    assert "Several audits or places that day" in fourth
    assert {"Zwolle", "Leiden"} <= {word for line in (third, fourth) for word in line.split()}
    assert f"{deputy.name} stands in." in page.text


def test_an_audit_without_days_shows_its_first_day_and_a_cancelled_one_nothing(enter, session):
    audit = make_audit(session, AuditState.PLANNED)
    gone = make_audit(session, AuditState.CANCELLED)
    session.commit()
    month = f"{audit.planned_on:%Y-%m}"
    page = enter(Role.PLANNER).open(f"/office/calendar/?month={month}")
    assert any(audit.reference in line and "no days planned yet" in line for line in lines(page))
    assert gone.reference not in page.text


def test_the_page_of_an_audit_warns_of_its_first_day(enter, session):
    person, deputy = make_person(session, Role.INSPECTOR), make_person(session, Role.INSPECTOR)
    sunday = make_audit(session, AuditState.PLANNED, inspector=person, planned_on=SUNDAY)
    one, two = (make_audit(session, AuditState.PLANNED, inspector=person, planned_on=MONDAY) for _ in range(2))
    good = make_audit(session, AuditState.PLANNED, planned_on=MONDAY)
    record_absence(session, one.planner.actor, person.id, deputy_id=deputy.id, first_day=SUNDAY, last_day=SUNDAY)
    session.commit()
    browser = enter(Role.PLANNER)

    def warned(audit):
        page = browser.open(f"/office/audits/{audit.id}")
        return [tag.get_text() for tag in page.soup.select("dl strong.kw-tag--wait")]

    assert warned(sunday) == ["Not a working day", "Away that day"]
    assert warned(one) == warned(two) == ["Several audits or places that day"]
    assert warned(good) == []


def test_a_month_that_is_none_is_not_found(enter):
    enter(Role.PLANNER).open("/office/calendar/?month=2027-13", 404)


def test_more_days_ask_no_more_of_the_database(engine, enter, session):
    audit = make_audit(session, AuditState.PLANNED)
    plan(session, audit, MONDAY)
    session.commit()
    browser = enter(Role.PLANNER)
    address = "/office/calendar/?month=2027-05"
    few = len(statements(engine, browser, address))
    for _ in range(3):
        plan(session, make_audit(session, AuditState.PLANNED), MONDAY)
    session.commit()
    assert len(statements(engine, browser, address)) == few
