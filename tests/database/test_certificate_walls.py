"""What the database lets nobody change about certificates, and who reads them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import IntegrityError

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import NotFoundError
from audits.core.outbox import OutboxItem
from audits.decisions.models import Decision
from audits.decisions.queries import find_decision
from certificates.documents.models import Document
from certificates.documents.queries import find_document, get_document
from certificates.documents.services import record_document
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.lifecycle.queries import get_certificate, list_certificates
from certificates.lifecycle.rules import certificate_number
from certificates.lifecycle.workflow import CertificateState
from tests.kit.certifying import issue, number
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.certificates import (
    make_certificate,
    make_grant,
    make_refusal,
)
from tests.kit.factories.people import make_person

S = CertificateState

# Walls of the database


def test_a_certificate_without_a_grant_to_the_same_agency_cannot_exist(session):
    granted, refused = make_grant(session), make_refusal(session, make_agency(session))
    for decision_id, agency_id in [
        (granted.id, make_agency(session).id),
        (refused.id, refused.agency_id),
    ]:
        with pytest.raises(IntegrityError) as refusal, session.begin_nested():
            session.execute(insert(Certificate).values(**raw(granted, decision_id=decision_id, agency_id=agency_id)))
        assert refusal.value.orig.diag.constraint_name == "granted"
    session.execute(insert(Certificate).values(**raw(granted)))


def raw(decision, **values):
    today = clock.today()
    return {
        "number": certificate_number(today.year, 1),
        "agency_id": decision.agency_id,
        "decision_id": decision.id,
        "scheme_version_id": decision.audit.scheme_version_id,
        "state": S.ISSUING,
        "conditional": False,
        "conditions": [],
        "valid_from": today,
        "valid_until": today + timedelta(days=1),
        "snapshot": {},
        "status_index": 7,
        "numbered_at": clock.now(),
        "version": 1,
    } | values


FIXED = {
    "number": "KW-2026-99999-01",
    "valid_from": date(2020, 1, 1),
    "valid_until": date(2099, 1, 1),
    "snapshot": {"number": "KW-2026-99999-01"},
    "status_index": 7,
}


@pytest.mark.parametrize("column", FIXED)
def test_what_a_certificate_says_is_fixed(session, column):
    certificate = make_certificate(session)
    with pytest.raises(IntegrityError, match="what a certificate says is fixed"):
        session.execute(update(Certificate).where(Certificate.id == certificate.id).values({column: FIXED[column]}))


@pytest.mark.parametrize("table", ["certificate", "certificate_change", "document"])
def test_certificates_their_history_and_their_documents_are_never_removed(session, table):
    issue(session, number(session, make_grant(session)))
    with pytest.raises(IntegrityError, match=f"{table} is append-only"):
        session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - a name from the list above


def test_history_and_documents_are_never_changed(session):
    issue(session, number(session, make_grant(session)))
    for statement in (update(CertificateChange).values(reason="x"), update(Document).values(sha256="x")):
        with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
            session.execute(statement)
    session.execute(update(OutboxItem).values(done_at=clock.now()))
    assert session.execute(delete(OutboxItem)).rowcount  # what is done may be tidied up


# Reads


def test_an_agency_reads_its_own_certificates_and_documents_only(session):
    own = issue(session, number(session, make_grant(session)))
    other = make_certificate(session)
    actor = make_person(session, Role.AGENCY_OWNER, own.agency_id).actor
    document = find_document(session, actor, "certificate", own.id)
    assert get_document(session, actor, document.id) is document
    assert list_certificates(session, actor) == [own]
    stranger = make_person(session, Role.AGENCY_OWNER, other.agency_id).actor
    assert find_document(session, stranger, "certificate", own.id) is None
    for read, wanted in ((get_certificate, own.id), (get_document, document.id)):
        with pytest.raises(NotFoundError):
            read(session, stranger, wanted)


def test_the_newest_report_of_an_audit_is_the_one_that_is_found(session, decider):
    certificate = number(session, make_grant(session))
    audit = session.get_one(Decision, certificate.decision_id).audit
    values = {"kind": "audit_report", "subject_id": audit.id, "agency_id": audit.agency_id, "language": "nl"}
    for sha256 in ("a" * 64, "b" * 64):
        record_document(session, **values, snapshot={}, sha256=sha256, size=1)
        session.flush()
    assert find_document(session, decider, "audit_report", audit.id).sha256 == "b" * 64


def test_an_inspector_reads_the_documents_of_own_audits_only(session, decider):
    decision = make_grant(session)
    values = {"agency_id": decision.agency_id, "language": "nl", "snapshot": {}, "size": 1}
    subjects = {"audit_report": decision.audit_id, "decision_letter": decision.id}
    documents = [
        record_document(session, kind=kind, subject_id=subject_id, sha256=kind, **values)
        for kind, subject_id in subjects.items()
    ]
    session.flush()
    own, other = decision.audit.inspector.actor, make_person(session, Role.INSPECTOR).actor
    for document in documents:
        assert get_document(session, own, document.id) is document
        assert get_document(session, decider, document.id) is document
        with pytest.raises(NotFoundError):
            get_document(session, other, document.id)
    assert find_decision(session, own, decision.audit_id) is decision
    assert find_decision(session, other, decision.audit_id) is None
    assert list_certificates(session, own) == []
