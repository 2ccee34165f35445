"""The start page of a holder: what it reported, and the audits between grant and renewal."""

import pytest

from audits.core.access import Role
from audits.inspections.workflow import AuditState
from audits.schemes.cycle import AuditKind
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.changes import report
from tests.kit.factories.inspections import make_holder_audit
from tests.kit.factories.people import make_person

BROKEN = {"PAY-05": ("nonconform", "No payslip.")}


@pytest.fixture
def holder(session):
    return make_certificate(session).agency


@pytest.fixture
def home(enter, session, holder):
    return lambda: enter(make_person(session, Role.AGENCY_EDITOR, holder)).open("/agency/")


def test_it_lists_the_changes_that_are_not_finished(session, holder, home):
    change = report(session, holder, legal_name="Groenland Uitzenden Holding B.V.")
    session.commit()
    page = home()
    [link] = page.soup.select(f'a[href="/agency/changes/{change.id}"]')
    assert "Reported changes" in page.text
    assert link.get_text(strip=True)


def test_it_lists_audits_that_are_not_finished_and_what_is_to_be_repaired(session, holder, home):
    make_holder_audit(session, holder, AuditKind.SURVEILLANCE, AuditState.CONCLUDED)
    audit = make_holder_audit(session, holder, AuditKind.SPECIAL, AuditState.REPORTED, BROKEN, by_hand=["PAY-05"])
    session.commit()
    page = home()
    headings = [each.get_text(strip=True) for each in page.soup.select("h2")]
    assert "Special audit" in headings
    assert "Surveillance audit" not in headings
    assert audit.reference in page.text
    assert "Findings that you must still repair: 1." in page.text


def test_it_says_nothing_of_an_audit_that_is_not_revealed(session, holder, home):
    audit = make_holder_audit(session, holder, AuditKind.SPECIAL, by_hand=["PAY-05"], announced=False)
    session.commit()
    assert audit.reference not in home().text
