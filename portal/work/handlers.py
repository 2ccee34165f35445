"""The handler of each kind of outbox item. Idempotent: delivered twice, the second time changes nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.applications.models import Submission
from audits.applications.submission import receipt_facts
from audits.core import outbox
from audits.core.notices import tell_agency
from audits.core.outbox import Handler
from audits.correspondence.models import SentPlan
from audits.correspondence.plans import sent_before
from audits.deadlines.rules import DeadlineKind
from audits.decisions.models import Decision
from audits.inspections.models import Audit, ReportDraft
from audits.inspections.report import report_facts
from audits.links.services import report_links
from audits.people.queries import contacts_of
from audits.worklists.letters import Moment
from certificates.documents.models import Document
from certificates.documents.services import record_document
from certificates.documents.stages import DocumentKind, SealedHash
from certificates.ledger.services import used_numbers
from certificates.letters.facts import term_letter_facts
from certificates.letters.models import Letter
from certificates.letters.notices import LetterWritten
from certificates.letters.plan import plan_letter_facts
from certificates.letters.services import write_decision_letter, write_plan_letter, write_term_letter
from certificates.lifecycle import rules
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.services import (
    certificate_to_reseal,
    is_held,
    issue_certificate,
    number_certificate,
    replace_document,
)
from certificates.lifecycle.simulation import simulate_proposal
from certificates.lifecycle.snapshot import decision_letter_facts
from certificates.press.attached import Attached
from certificates.register.services import refresh_entry
from portal.settings import current_settings
from portal.signing import credentials, sealing
from portal.signing.keys import current_keys
from portal.stores import files
from portal.work import following, mail, webhooks


def number(session: Session, payload: Mapping[str, Any]) -> None:
    """Give a granted decision its certificate number and fix the content of the certificate."""
    settings, used = current_settings(), used_numbers(session, current_keys().signer)
    number_certificate(
        session, UUID(payload["decision_id"]), base_url=settings.public_url, body=settings.body, used=used
    )


def seal(session: Session, payload: Mapping[str, Any]) -> None:
    """Print, seal and publish a numbered certificate."""
    certificate = session.get_one(Certificate, UUID(payload["certificate_id"]), with_for_update=True)
    if certificate.issued_at is not None or is_held(session, certificate):
        return
    sha256, size = _certificate(session, certificate)
    issue_certificate(session, certificate.id, sha256=sha256, size=size, language=certificate.snapshot["language"])


def reseal(session: Session, payload: Mapping[str, Any]) -> None:
    """Print and seal a certificate again, with the same facts and the present key."""
    document_id = UUID(payload["document_id"])
    certificate = certificate_to_reseal(session, document_id)
    if certificate is None:
        return
    sha256, size = _certificate(session, certificate)
    replace_document(session, document_id, because=payload["because"], sha256=sha256, size=size)


def audit_report(session: Session, payload: Mapping[str, Any]) -> None:
    """Print and seal the report of an audit."""
    audit = session.get_one(Audit, UUID(payload["audit_id"]), with_for_update=True)
    if audit.reported_at is None or _known(session, DocumentKind.AUDIT_REPORT, audit.id, since=audit.reported_at):
        return
    settings = current_settings()
    facts = report_facts(session, audit, body=settings.body)
    _record(session, DocumentKind.AUDIT_REPORT, audit.id, audit.agency_id, facts, pictures=_pictures(facts))


def report_draft(session: Session, payload: Mapping[str, Any]) -> None:
    """Print and seal the draft of a report."""
    draft = session.get_one(ReportDraft, UUID(payload["draft_id"]), with_for_update={"key_share": True})
    if _known(session, DocumentKind.REPORT_DRAFT, draft.id, since=draft.sent_at):
        return
    facts = draft.facts | {"body": dict(current_settings().body)}
    _record(session, DocumentKind.REPORT_DRAFT, draft.id, draft.agency_id, facts, pictures=_pictures(facts))


def decision_letter(session: Session, payload: Mapping[str, Any]) -> None:
    """Print and seal the letter about a decision."""
    settings = current_settings()
    decision = session.get_one(Decision, UUID(payload["decision_id"]), with_for_update=True)
    if _known(session, DocumentKind.DECISION_LETTER, decision.id, since=decision.decided_at):
        return
    letter = write_decision_letter(session, decision)
    facts = decision_letter_facts(session, decision, body=settings.body, number=letter.number)
    _record(session, DocumentKind.DECISION_LETTER, decision.id, decision.agency_id, facts)


def term_letter(session: Session, payload: Mapping[str, Any]) -> None:
    """Write, print and seal a letter about terms, and tell the agency; nothing if all was done meanwhile."""
    letter_id, agency_id = UUID(payload["item_id"]), UUID(payload["agency_id"])
    if session.get(Letter, letter_id):
        return
    kind, moment = DeadlineKind(payload["term"]), Moment(payload["moment"])
    terms = [UUID(each) for each in payload["deadlines"]]
    facts = term_letter_facts(session, agency_id, kind, moment, terms, number="", body=current_settings().body)
    if facts is None:
        return
    letter = write_term_letter(session, letter_id, agency_id=agency_id, kind=kind, moment=moment)
    _record(session, DocumentKind.TERM_LETTER, letter.id, agency_id, facts | {"number": letter.number})
    tell_agency(session, agency_id, LetterWritten(number=letter.number))


def plan_letter(session: Session, payload: Mapping[str, Any]) -> None:
    """Write, print and seal the letter with the plan of an audit, and tell the agency."""
    plan = session.get_one(SentPlan, UUID(payload["plan_id"]), with_for_update={"key_share": True})
    if session.scalar(select(Letter.id).where(Letter.plan_id == plan.id)):
        return
    before, letter = sent_before(session, plan), write_plan_letter(session, plan)
    earlier, body = before.content if before else None, current_settings().body
    facts = plan_letter_facts(session, plan.audit, plan.content, earlier, number=letter.number, body=body)
    _record(session, DocumentKind.TERM_LETTER, letter.id, plan.agency_id, facts)
    tell_agency(session, plan.agency_id, LetterWritten(number=letter.number))


def submission_receipt(session: Session, payload: Mapping[str, Any]) -> None:
    """Print and seal the receipt of a self-assessment, with the submission itself inside."""
    submission = session.get_one(Submission, UUID(payload["submission_id"]), with_for_update={"key_share": True})
    kind = DocumentKind.SUBMISSION_RECEIPT
    if _known(session, kind, submission.id, since=submission.submitted_at):
        return
    facts = receipt_facts(session, submission, body=current_settings().body)
    inside = Attached("submission.json", submission.content.encode(), "application/json", "The submission itself")
    _record(session, kind, submission.id, submission.agency_id, facts, attachments=[inside])


def sign_lists(session: Session, _: Mapping[str, Any]) -> None:
    """Sign the status lists again after a change of a certificate."""
    credentials.sign_lists(session)


def refresh(session: Session, payload: Mapping[str, Any]) -> None:
    """Compute the public register's row of one agency again."""
    refresh_entry(session, UUID(payload["agency_id"]))


def compare_links(session: Session, payload: Mapping[str, Any]) -> None:
    """Compare an agency with all others, and report what links it to them."""
    report_links(session, UUID(payload["agency_id"]), bank_key=current_settings().bank_key)


def simulate_norm(session: Session, payload: Mapping[str, Any]) -> None:
    """Judge all living certificates by a proposed version of the norm."""
    simulate_proposal(session, UUID(payload["proposal_id"]))


def mail_agency(session: Session, payload: Mapping[str, Any]) -> None:
    """Queue one mail for each person of an agency who receives messages."""
    values = {key: value for key, value in payload.items() if key != "agency_id"}
    for person in contacts_of(session, UUID(payload["agency_id"])):
        outbox.enqueue(session, "mail", person_id=str(person.id), **values)


HANDLERS: dict[str, Handler] = {
    "certificate.number": number,
    "certificate.reseal": reseal,
    "certificate.seal": seal,
    "credentials.sign_lists": sign_lists,
    "document.audit_report": audit_report,
    "document.decision_letter": decision_letter,
    "document.report_draft": report_draft,
    "document.submission_receipt": submission_receipt,
    "document.term_letter": term_letter,
    "document.plan_letter": plan_letter,
    "follow.mail": following.deliver,
    "follow.tell": following.tell,
    "links.compare": compare_links,
    "mail": mail.deliver,
    "mail.agency": mail_agency,
    "register.refresh": refresh,
    "scheme.simulate": simulate_norm,
    "webhook.call": webhooks.deliver,
}


def _known(session: Session, kind: DocumentKind, subject_id: UUID, *, since: datetime) -> bool:
    query = select(Document.id).where(
        Document.kind == kind, Document.subject_id == subject_id, Document.created_at >= since
    )
    return session.scalar(query.limit(1)) is not None


def _pictures(facts: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the pictures that a report prints, by their hashes; one left out since a draft was sent may be gone."""
    named = {each["sha256"] for finding in facts["findings"] for each in finding.get("pictures", ())}
    store = files.store()
    return {sha256: store.get(sha256) for sha256 in named if store.exists(sha256)}


def _record(
    session: Session, kind: DocumentKind, subject_id: UUID, agency_id: UUID, facts: Mapping[str, Any], **along: Any
) -> None:
    language = facts["language"]
    sha256, size = _print(session, kind, facts, **along)
    record_document(
        session,
        kind=kind,
        subject_id=subject_id,
        agency_id=agency_id,
        language=language,
        snapshot=facts,
        sha256=sha256,
        size=size,
    )


def _certificate(session: Session, certificate: Certificate) -> tuple[SealedHash, int]:
    """Return the sealed file of a certificate; its credential and badge are signed once.

    Its number was committed before, and is never given again once something is signed that names it.
    """
    current_keys().signer.use_number(*rules.place_of(certificate.number))
    signed = credentials.signed_forms_of(certificate)
    certificate.credential, certificate.badge = signed.credential, signed.badge
    facts = certificate.snapshot
    along = {"attachments": [signed.attached], "offline_url": signed.offline_url}
    return _print(session, DocumentKind.CERTIFICATE, facts, **along)


def _print(session: Session, kind: DocumentKind, facts: Mapping[str, Any], **along: Any) -> tuple[SealedHash, int]:
    """Render, seal and store a document; return its hash and size. `along` is passed to the press."""
    return sealing.keep(session, sealing.sealed_document(kind, facts, **along))
