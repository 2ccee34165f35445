"""Outbox handlers are idempotent: a second delivery changes nothing."""

import pytest
from sqlalchemy import select

from audits.core.access import Role
from audits.inspections.services import reopen_audit, report_audit
from audits.inspections.workflow import AuditState
from certificates.documents.models import Document
from portal.work import handlers
from tests.kit.factories import make_audit, make_person
from tests.kit.factories.certificates import make_grant


@pytest.fixture
def printed(app, monkeypatch):
    """The kinds that were printed; each print has bytes of its own, as a seal has."""
    kinds = []

    def note(_, kind, facts, **__):
        kinds.append(kind)
        return f"{len(kinds):064}", 9

    monkeypatch.setattr(handlers, "_print", note)
    with app.app_context():
        yield kinds


def documents(session):
    session.flush()
    return list(session.scalars(select(Document.kind).order_by(Document.created_at)))


def test_a_decision_letter_is_made_once(session, printed):
    decision = make_grant(session)
    for _ in range(2):
        handlers.decision_letter(session, {"decision_id": str(decision.id)})
        session.flush()
    assert printed == documents(session) == ["decision_letter"]


def test_each_report_of_an_audit_is_printed_once(session, printed):
    audit = make_audit(session, AuditState.REPORTED)
    payload = {"audit_id": str(audit.id)}
    for _ in range(2):
        handlers.audit_report(session, payload)
        session.flush()
    reopen_audit(session, make_person(session, Role.REVIEWER).actor, audit.id, reason="Look again.")
    handlers.audit_report(session, payload)  # late: the report that enqueued it was taken back
    report_audit(session, audit.inspector.actor, audit.id, summary="Looked again.")
    session.flush()
    handlers.audit_report(session, payload)
    assert printed == documents(session) == ["audit_report", "audit_report"]


def test_a_certificate_is_numbered_and_sealed_once(session, printed):
    decision = make_grant(session)
    for _ in range(2):
        handlers.number(session, {"decision_id": str(decision.id)})
        session.flush()
    certificate = session.scalars(select(handlers.Certificate)).one()
    for _ in range(2):
        handlers.seal(session, {"certificate_id": str(certificate.id)})
        session.flush()
    assert printed == documents(session) == ["certificate"]
