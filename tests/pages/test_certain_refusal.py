"""Refusal that is certain before repair is asked: inspector and agency are told, in pages, report and mail."""

import pytest

from audits.core.access import Role
from audits.core.outbox import OutboxItem
from audits.inspections import queries, services
from audits.inspections.report import report_facts
from audits.inspections.workflow import AuditState
from tests.kit.factories import make_audit, make_person
from tests.kit.factories.certificates import BODY
from tests.kit.factories.findings import BROKEN
from tests.kit.scheme import scheme

CERTAIN = "no certificate can follow"
MAJOR = [item.code for item in scheme().on_unit("organisation") if item.severity == "major"][:4]


@pytest.mark.parametrize(("broken", "certain"), [(MAJOR, True), (MAJOR[:3], False)])
def test_who_repairs_and_who_asks_for_it_read_whether_refusal_is_certain(session, enter, broken, certain):
    audit = make_audit(session, AuditState.REPORTED, dict.fromkeys(broken, BROKEN))
    session.flush()
    finding, *_ = queries.findings_of(session, audit.id)
    owner = make_person(session, Role.AGENCY_OWNER, audit.agency)
    pages = {
        owner: ("/agency/findings/", f"/agency/findings/{finding.id}", f"/agency/findings/{finding.id}/answer"),
        audit.inspector: (f"/inspector/audits/{audit.id}", f"/inspector/audits/{audit.id}/report"),
    }
    for person, paths in pages.items():
        browser = enter(person)
        for path in paths:
            assert (CERTAIN in browser.open(path).text) is certain, path
    assert report_facts(session, audit, body=BODY)["refusal_certain"] is certain
    (mail,) = [item for item in session.query(OutboxItem) if item.payload.get("template") == "audit_reported"]
    assert mail.payload["refused"] is certain


def test_after_the_decision_the_findings_say_nothing_more_about_it(session, enter):
    audit = make_audit(session, AuditState.CONCLUDED, dict.fromkeys(MAJOR, BROKEN))
    session.flush()
    finding, *_ = queries.findings_of(session, audit.id)
    browser = enter(make_person(session, Role.AGENCY_OWNER, audit.agency))
    for path in ("/agency/findings/", f"/agency/findings/{finding.id}"):
        assert CERTAIN not in browser.open(path).text


def test_the_inspector_reads_it_before_the_report(session, enter):
    audit = make_audit(session, verdicts=dict.fromkeys(MAJOR, BROKEN))
    session.flush()
    browser = enter(audit.inspector)
    assert CERTAIN in browser.open(f"/inspector/audits/{audit.id}/report").text
    fixed = {MAJOR[0]: {"organisation": ("conform", "")}}
    services.record_sheets(session, audit.inspector.actor, audit.id, fixed, reasons={MAJOR[0]: "Seen later."})
    session.flush()
    assert CERTAIN not in browser.open(f"/inspector/audits/{audit.id}/report").text
