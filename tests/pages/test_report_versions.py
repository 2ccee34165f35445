"""Every version of a report stays readable, with what it says otherwise than the one before."""

import pytest

from audits.core import clock
from audits.core.access import Role
from audits.inspections import services
from audits.inspections.queries import origins_of
from audits.inspections.report import report_facts
from audits.inspections.workflow import AuditState
from certificates.documents.services import record_document
from certificates.documents.stages import DocumentKind
from tests.kit import snapshot
from tests.kit.factories import make_agency, make_audit, make_person


def printed(session, audit, number):
    """Store the report as it is now, as the printer does."""
    session.flush()
    facts = report_facts(session, audit, body=snapshot.BODY)
    about = {"kind": DocumentKind.AUDIT_REPORT, "subject_id": audit.id, "agency_id": audit.agency_id}
    document = record_document(session, **about, language="en", snapshot=facts, sha256=f"{number:064}", size=9)
    document.created_at = clock.now()
    session.flush()
    return document


@pytest.fixture
def audit(session):
    """An audit that was reported, sent back, and reported again with another verdict."""
    audit = make_audit(session, AuditState.REPORTED, {"PAY-05": ("nonconform", "Hours are missing.")})
    audit.first = printed(session, audit, 1)
    services.reopen_audit(session, make_person(session, Role.REVIEWER).actor, audit.id, reason="Look again.")
    now = dict.fromkeys(origins_of(session, audit.id)["personnel_file"], ("conform", ""))
    services.record_sheets(
        session, audit.inspector.actor, audit.id, {"PAY-05": now}, reasons={"PAY-05": "The hours came later."}
    )
    services.report_audit(session, audit.inspector.actor, audit.id, summary="All was looked at again.")
    audit.second = printed(session, audit, 2)
    return audit


def test_an_agency_reads_what_the_second_report_says_otherwise(enter, session, audit):
    browser = enter(make_person(session, Role.AGENCY_OWNER, audit.agency))
    browser.open("/agency/findings/")
    page = browser.follow(f"Versions of the report of audit {audit.reference}")
    said = page.rows
    assert ["Summary", "All was looked at.", "All was looked at again."] in said
    assert [row[2] for row in said if row[0] == "PAY-05 · Finding"] == ["–"]
    assert page.text.index("Version 2,") < page.text.index("Version 1,")
    assert "This is the first report." in page.text
    paths = [link["href"] for link in page.soup.select("main a[href*='/files/documents/']")]
    assert paths == [f"/files/documents/{each.id}" for each in (audit.second, audit.first)]


@pytest.mark.parametrize(("role", "address"), [(Role.REVIEWER, "/office/audits/"), (None, "/inspector/audits/")])
def test_who_works_on_it_finds_the_versions_too(enter, audit, role, address):
    browser = enter(role or audit.inspector)
    browser.open(f"{address}{audit.id}")
    assert "Version 2," in browser.follow("Versions of the report").text


def test_another_agency_does_not_see_them(enter, session, audit):
    stranger = enter(make_person(session, Role.AGENCY_OWNER, make_agency(session)))
    stranger.open(f"/files/reports/{audit.id}", status=404)


def test_an_audit_without_a_report_has_no_versions(enter, session):
    audit = make_audit(session)
    page = enter(audit.inspector).open(f"/files/reports/{audit.id}")
    assert "There is no report of this audit yet." in page.text
