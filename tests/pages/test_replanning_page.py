"""The page on which a planner gives an audit to another inspector."""

from audits.core.access import Role
from audits.inspections.workflow import AuditState
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person


def test_a_planner_gives_an_audit_to_another_inspector(enter, session):
    audit, new = make_audit(session, AuditState.IN_PROGRESS), make_person(session, Role.INSPECTOR)
    session.commit()
    browser = enter(Role.PLANNER)
    browser.open(f"/office/audits/{audit.id}")
    page = browser.follow("Change inspector or day")
    offered = {option["value"] for option in page.soup.select("select[name=inspector] option")}
    assert {str(new.id), str(audit.inspector_id)} <= offered
    page = browser.submit(inspector=str(new.id), status=422)
    assert page.errors == ["Give the reason."]
    page = browser.submit(inspector=str(new.id), reason="The inspector is ill.")
    assert page.notes == ["The audit is changed. Everybody who must know gets a mail."]
    assert new.name in page.text
    assert "The inspector is ill." in page.text


def test_only_planners_are_offered_it_and_only_before_the_end(enter, session):
    audit, ended = make_audit(session, AuditState.REPORTED), make_audit(session, AuditState.CANCELLED)
    session.commit()
    assert "Change inspector or day" not in enter(Role.REVIEWER).open(f"/office/audits/{audit.id}").text
    browser = enter(Role.PLANNER)
    assert "Change inspector or day" not in browser.open(f"/office/audits/{ended.id}").text
    browser.open(f"/office/audits/{ended.id}/replan", status=409)


def test_an_administrator_is_told_who_must_act_first(enter, session):
    audit = make_audit(session, AuditState.IN_PROGRESS)
    session.commit()
    browser = enter(Role.ADMINISTRATOR)
    browser.open(f"/office/people/{audit.inspector_id}")
    page = browser.submit("form[action$='/retire']", status=422)
    assert page.errors[0] == "Choose who takes over the audits."
    assert audit.reference in page.text
