"""Who reads the desk and changes nothing, and who never sees it."""

import pytest

from audits.core.access import Role
from audits.inspections.workflow import AuditState
from tests.kit.browser import Browser
from tests.kit.factories.findings import BROKEN
from tests.kit.factories.inspections import judge, make_audit
from tests.kit.factories.people import make_person
from tests.kit.inspecting import UNIT, path

FORM = "main form[method=post]"


def test_a_reported_audit_can_only_be_read(session, browser, inspector):
    audit = make_audit(session, AuditState.REPORTED, {"CON-01": BROKEN}, inspector=inspector)
    page = browser.open(path(audit, "requirements/CON-01"))
    assert not page.soup.select(FORM)
    assert "The original was not seen." in page.text
    token = browser.open("/account/profile").value("csrf_token")
    answer = browser.post(path(audit, "requirements/CON-01"), {"csrf_token": token, "CON-01-1": "conform"}, status=409)
    assert answer.heading == "This is no longer possible"


def test_a_reviewer_who_also_inspects_reads_anothers_audit(app, session):
    audit = make_audit(session)
    reader = make_person(session, {Role.INSPECTOR, Role.REVIEWER})
    browser = Browser(app).sign_in(session, reader)
    assert not browser.open(path(audit, "requirements/GOV-01")).soup.select(FORM)
    assert "You can read it." in browser.open(path(audit)).text


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.DECIDER, Role.PLANNER])
def test_who_sees_cases_reads_the_desk_and_changes_nothing(app, session, files, role):
    judge(session, files, {"PAY-05": ("nonconform", "Short.")})
    session.commit()
    browser = Browser(app).sign_in(session, make_person(session, role))
    for where in (UNIT, "requirements/PAY-05", "matrix/personnel_file"):
        page = browser.open(path(files, where))
        assert not page.soup.select(f"{FORM}, main input[type=radio]"), where
    assert "Short." in browser.open(path(files, UNIT)).text
    browser.post(path(files, "cells/PAY-05/1"), {"value": "conform"}, status=400)
    token = browser.open("/account/profile").value("csrf_token")
    browser.post(path(files, "cells/PAY-05/1"), {"csrf_token": token, "value": "conform"}, status=403)


@pytest.mark.parametrize("role", [Role.AGENCY_OWNER, Role.AGENCY_EDITOR, Role.SCHEME_MANAGER, Role.ADMINISTRATOR])
def test_the_agency_and_others_never_see_the_desk(app, session, files, role):
    person = make_person(session, role, files.agency) if role.startswith("agency") else make_person(session, role)
    browser = Browser(app).sign_in(session, person)
    for where in (UNIT, "units/personnel_file", "requirements/PAY-05", "matrix/interview", "cells/PAY-05/1", "jump"):
        browser.open(path(files, where), status=403)
