"""Pages of the days of an audit, and of absences."""

from datetime import timedelta

from audits.core import clock
from audits.core.access import Role
from audits.inspections.workflow import AuditState
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person


def boxes(day):
    return [str(day.day), str(day.month), str(day.year)]


def test_a_planner_plans_changes_and_drops_a_day_and_explains_the_hours(enter, session):
    audit = make_audit(session, AuditState.PLANNED)
    session.commit()
    browser = enter(Role.PLANNER)
    browser.open(f"/office/audits/{audit.id}")
    page = browser.follow("Days")
    assert "Hours by the norm" in page.text
    said = {"person": str(audit.inspector_id), "day": boxes(clock.today()), "hours": "x"}
    page = browser.submit("form[action$='/days']", **said, place="", status=422)
    assert page.errors == ["Enter hours from 0 to 24, in halves, like 7.5."]
    page = browser.submit("form[action$='/days']", hours="7,5", place="At a hirer", status=200)
    assert page.notes == ["The day is planned."]
    assert "At a hirer" in page.text
    page = browser.submit("form[action$='/time']", reason="Seen before.")
    assert "Why the hours differ: Seen before." in page.text
    assert not page.soup.select("form[action$='/time']")  # until something changes
    browser.follow(next(a.get_text(" ", strip=True) for a in page.soup.select("main td a") if "Change" in a.text))
    page = browser.submit(reason="", hours="6", status=422)
    assert page.errors == ["Give the reason."]
    page = browser.submit(reason="Shorter.")
    assert page.notes == ["The day is changed. What was planned stays on record."]
    browser.follow(next(a.get_text(" ", strip=True) for a in page.soup.select("main td a") if "Change" in a.text))
    page = browser.submit(button="Take this day out of the plan", reason="", hours="", status=422)
    assert page.errors == ["Give the reason."]
    page = browser.submit(button="Take this day out of the plan", reason="Not needed.")
    assert "No day is planned." in page.text
    assert "Not needed." in page.text


def test_the_planning_page_shows_the_hours_of_the_norm(enter, session):
    audit = make_audit(session, AuditState.CANCELLED)
    session.commit()
    page = enter(Role.PLANNER).open(f"/office/applications/{audit.application_id}/plan")
    assert "Hours by the norm" in page.text


def test_an_inspector_says_how_long_a_day_was(enter, session):
    audit = make_audit(session, AuditState.IN_PROGRESS)
    session.commit()
    planner = enter(Role.PLANNER)
    planner.open(f"/office/audits/{audit.id}/days")
    said = {"person": str(audit.inspector_id), "day": boxes(clock.today()), "hours": "7", "place": "Online"}
    planner.submit("form[action$='/days']", **said)
    browser = enter(audit.inspector)
    browser.open(f"/inspector/audits/{audit.id}")
    page = browser.follow("Days")
    page = browser.follow(page.soup.select_one("main td a").get_text(" ", strip=True))
    assert page.value("hours") == "7.0"
    page = browser.submit(hours="8.5")
    assert page.notes == ["The hours are saved."]
    assert "8.5" in page.text


def test_somebody_says_when_they_are_away_and_the_deputy_finds_the_work(enter, session):
    audit, deputy = make_audit(session, AuditState.IN_PROGRESS), make_person(session, Role.INSPECTOR)
    session.commit()
    browser = enter(audit.inspector)
    browser.open("/account")
    browser.follow("Absences")
    days = {"first_day": boxes(clock.today()), "last_day": boxes(clock.today() + timedelta(days=3))}
    page = browser.submit("form[action$='/absence']", **days, deputy="", status=422)
    assert page.errors == ["Choose who stands in."]
    page = browser.submit("form[action$='/absence']", deputy=str(deputy.id))
    assert page.notes == ["The absence is on record. Who stands in gets a mail."]
    assert deputy.name in page.text
    other = enter(deputy)
    page = other.open("/inspector/")
    assert f"You stand in for {audit.inspector.name}" in page.text
    page = other.follow(audit.agency.legal_name)
    assert "You stand in while they are away." in page.text
    page = browser.submit("form[action$='/end']")
    assert page.notes == ["The absence has ended."]
    other.open(f"/inspector/audits/{audit.id}", status=404)


def test_a_planner_records_the_absence_of_anybody_and_sees_when_nobody_stands_in(enter, session):
    first, second, third = (make_person(session, Role.INSPECTOR) for _ in range(3))
    session.commit()
    browser = enter(Role.PLANNER)
    browser.open("/office/")
    browser.follow("Absences")
    days = {"first_day": boxes(clock.today()), "last_day": boxes(clock.today())}
    browser.submit("form[action$='/absences/']", **days, person=str(first.id), deputy=str(second.id))
    page = browser.submit("form[action$='/absences/']", **days, person=str(second.id), deputy=str(first.id), status=422)
    assert page.errors == ["This person is away then too. Choose somebody else."]
    page = browser.submit("form[action$='/absences/']", deputy=str(third.id))
    assert "Away too: nobody stands in" in page.text
    assert f"{first.name}, {second.name}" in browser.open("/office/").text
