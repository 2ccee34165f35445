"""The page on which a planner puts a team together."""

from audits.core import clock
from audits.core.access import Role
from audits.inspections.workflow import AuditState
from audits.people.models import Interest
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person


def test_a_planner_adds_somebody_and_lets_them_leave(enter, session):
    audit, expert, tied = (
        make_audit(session, AuditState.PLANNED),
        *(make_person(session, Role.INSPECTOR) for _ in range(2)),
    )
    session.add(Interest(person_id=tied.id, agency_id=audit.agency_id, nature="x", declared_at=clock.now()))
    session.commit()
    browser = enter(Role.PLANNER)
    browser.open(f"/office/audits/{audit.id}")
    page = browser.follow("Team")
    offered = {option["value"] for option in page.soup.select("select[name=person] option")}
    assert str(expert.id) in offered
    assert str(tied.id) not in offered
    page = browser.submit(person="", status=422)
    assert page.errors == ["Choose a person.", "Choose a role."]
    page = browser.submit("form[action$='/team']", person=str(expert.id), role="interpreter")
    assert page.notes == ["The team is changed. Who joined gets a mail."]
    assert "Interpreter" in page.text
    page = browser.submit("form[action$='/leave']", status=422)
    assert page.errors == ["Choose a person.", "Give the reason."]
    (member,) = [each["value"] for each in page.soup.select("select[name=member] option") if each["value"]]
    page = browser.submit("form[action$='/leave']", member=member, reason="The expert is ill.")
    assert page.notes == ["The team is changed. Who left gets a mail."]
    assert not page.soup.select("form[action$='/leave']")


def test_others_read_it_and_change_nothing(enter, session):
    audit = make_audit(session, AuditState.PLANNED)
    session.commit()
    page = enter(Role.REVIEWER).open(f"/office/audits/{audit.id}/team")
    assert audit.inspector.name in page.text
    assert not page.soup.select("main form")
