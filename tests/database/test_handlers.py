"""Outbox handlers are idempotent: a second delivery changes nothing."""

import pytest
from sqlalchemy import select

from audits.core import clock
from audits.core.access import Role
from audits.inspections.services import reopen_audit, report_audit
from audits.inspections.workflow import AuditState
from certificates.documents.models import Document
from certificates.ledger.memory import EMPTY, HeadMemory, LedgerError
from certificates.lifecycle.rules import place_of, series_of
from certificates.seal import KeysError
from portal.signing.signer import LocalSigner
from portal.work import handlers
from tests.kit.factories import make_audit, make_person
from tests.kit.factories.certificates import make_grant
from tests.kit.factories.ledger import add, make_checkpoint


def kinds(printed):
    return [kind for kind, _ in printed]


def documents(session):
    session.flush()
    return list(session.scalars(select(Document.kind).order_by(Document.created_at)))


def test_a_decision_letter_is_made_once(session, printed):
    decision = make_grant(session)
    for _ in range(2):
        handlers.decision_letter(session, {"decision_id": str(decision.id)})
        session.flush()
    assert kinds(printed) == documents(session) == ["decision_letter"]


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
    assert kinds(printed) == documents(session) == ["audit_report", "audit_report"]


def test_a_certificate_is_numbered_and_sealed_once(session, printed):
    decision = make_grant(session)
    for _ in range(2):
        handlers.number(session, {"decision_id": str(decision.id)})
        session.flush()
    certificate = session.scalars(select(handlers.Certificate)).one()
    for _ in range(2):
        handlers.seal(session, {"certificate_id": str(certificate.id)})
        session.flush()
    assert kinds(printed) == documents(session) == ["certificate"]


def test_a_number_that_the_keys_know_of_is_not_given_again(app, session, printed):
    """As after the restore of an older database: the keys know of later certificates."""

    def number():
        decision = make_grant(session)
        handlers.number(session, {"decision_id": str(decision.id)})
        return session.scalars(select(handlers.Certificate).filter_by(decision_id=decision.id)).one().number

    series, first = place_of(number())
    keys = HeadMemory(app.extensions["settings"].seal_dir)
    keys.use_number(series, first + 40)
    assert place_of(number()) == (series, first + 41)
    assert place_of(number()) == (series, first + 42)
    assert keys.numbers() == {series: first + 40}  # nothing was signed for these


def test_the_keys_know_a_number_before_anything_is_signed_for_it(app, session, monkeypatch):
    def lost(*_):
        raise KeysError("the signer does not answer")

    with app.app_context():
        handlers.number(session, {"decision_id": str(make_grant(session).id)})
        certificate = session.scalars(select(handlers.Certificate)).one()
        monkeypatch.setattr(LocalSigner, "sign", lost)
        with pytest.raises(KeysError):
            handlers.seal(session, {"certificate_id": str(certificate.id)})
    series, serial = place_of(certificate.number)
    assert HeadMemory(app.extensions["settings"].seal_dir).numbers() == {series: serial}


def test_no_number_is_given_while_nobody_knows_which_were(app, session, printed):
    decision = make_grant(session)
    add(session, "A")
    make_checkpoint(session)  # its memory is the table, so that beside the keys there is none
    with pytest.raises(LedgerError, match="memory of the log is missing"):
        handlers.number(session, {"decision_id": str(decision.id)})
    keys = HeadMemory(app.extensions["settings"].seal_dir)
    keys.doubt("is that of a backup")
    with pytest.raises(LedgerError, match="is that of a backup"):
        handlers.number(session, {"decision_id": str(decision.id)})
    keys.go_on(EMPTY, because="nobody has a later one", at="2027-01-31", numbers={series_of(clock.today().year): 7})
    handlers.number(session, {"decision_id": str(decision.id)})
    assert place_of(session.scalars(select(handlers.Certificate.number)).one())[1] == 8
