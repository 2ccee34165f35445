"""From a grant to a sealed certificate, and what happens to it after. The caller commits.

Whatever changes a certificate also adds to the public log, last of all: the log is locked from then to the commit.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, defer

from audits.agencies.models import facts
from audits.agencies.rules import Scope
from audits.core import clock, events, moves, numbering, outbox
from audits.core.access import SYSTEM, Actor
from audits.core.errors import RuleError
from audits.core.events import Code, Digest, Moved
from audits.core.flow import Independence
from audits.core.letters import check_printable
from audits.core.moves import Course
from audits.core.notices import tell_agency
from audits.decisions.models import Decision
from audits.decisions.rules import Outcome
from audits.people import independence
from audits.schemes.queries import scheme_of_version
from certificates.documents.stages import DocumentKind, SealedHash
from certificates.ledger.entries import EntryType, certificate_entry
from certificates.ledger.models import LedgerEntry
from certificates.ledger.services import append
from certificates.lifecycle import notices, rules
from certificates.lifecycle.events import (
    CertificateIssued,
    CertificateNumbered,
    CertificateReplaced,
    CertificateResealed,
    CertificateSuspended,
    CertificateWithdrawn,
    SuspensionLifted,
)
from certificates.lifecycle.models import Certificate, CertificateChange, Document
from certificates.lifecycle.snapshot import certificate_facts
from certificates.lifecycle.workflow import CERTIFICATE_FLOW, CURRENT, CertificateState
from certificates.register.services import refresh_entry
from certificates.status_lists import draw_index, enqueue_lists

_LOGGED: dict[type[Moved], EntryType] = {
    CertificateSuspended: EntryType.SUSPENDED,
    SuspensionLifted: EntryType.LIFTED,
    CertificateWithdrawn: EntryType.WITHDRAWN,
}
_AT_ONCE = 500
_ENDED = {rules.Status.WITHDRAWN, rules.Status.EXPIRED}  # nobody shows its file any more


def _check(session: Session, actor: Actor, certificate: Certificate, asks: Independence) -> None:
    if asks is not Independence.NOTHING:
        independence.check_no_interest(session, actor, certificate.agency_id)


CERTIFICATES = Course(Certificate, CERTIFICATE_FLOW, _check)


def number_certificate(session: Session, decision_id: UUID, *, base_url: str, body: Mapping[str, str]) -> Certificate:
    """Give a granted decision its gap-free number and fix what the certificate will say. Twice gives the same one.

    `base_url` is where the register lives; `body` holds name and address of the certification body. RuleError, and no
    number is used, when a fact holds letters that cannot be printed.
    """
    decision = session.get_one(Decision, decision_id, with_for_update=True)
    known = session.scalar(select(Certificate).where(Certificate.decision_id == decision_id))
    if known is not None:
        return known
    certificate = _numbered(session, decision)
    certificate.snapshot = certificate_facts(session, certificate, decision, base_url=base_url, body=body)
    check_printable(certificate.snapshot)  # from here on they cannot be mended
    session.add(certificate)
    told = CertificateNumbered(number=Code(certificate.number))
    events.record(session, told, subject_id=certificate.id, actor=SYSTEM, agency_id=decision.agency_id)
    outbox.enqueue(session, "certificate.seal", certificate_id=str(certificate.id))
    return certificate


def issue_certificate(
    session: Session, certificate_id: UUID, *, sha256: SealedHash, size: int, language: str
) -> Certificate:
    """Record the sealed bytes, end the certificate this one replaces, and let the register show it. Twice is once."""
    certificate = moves.load(session, Certificate, certificate_id)
    if certificate.state is not CertificateState.ISSUING:
        return certificate
    replaced = _current(session, certificate.agency_id)
    for older in replaced:
        _move(session, SYSTEM, older, CertificateReplaced)
        enqueue_lists(session)
    session.flush()  # the old one must let go before the new one is living
    record_document(
        session,
        kind=DocumentKind.CERTIFICATE,
        subject_id=certificate.id,
        agency_id=certificate.agency_id,
        language=language,
        snapshot=certificate.snapshot,
        sha256=sha256,
        size=size,
    )
    _move(session, SYSTEM, certificate, CertificateIssued)
    certificate.issued_at = clock.now()
    _publish(session, certificate)
    tell_agency(session, certificate.agency_id, notices.CertificateIssued(number=certificate.number))
    for older in replaced:
        _log(session, older, EntryType.REPLACED)
    _log(session, certificate, EntryType.ISSUED, pdf=sha256)
    return certificate


def suspend_certificate(session: Session, actor: Actor, certificate_id: UUID, *, reason: str) -> Certificate:
    """Take the mark away for the time being (ISO/IEC 17065 clause 7.11); the register shows it in the same commit."""
    return _change(session, actor, certificate_id, CertificateSuspended, reason)


def lift_suspension(session: Session, actor: Actor, certificate_id: UUID, *, reason: str) -> Certificate:
    """Give a suspended mark back."""
    return _change(session, actor, certificate_id, SuspensionLifted, reason)


def withdraw_certificate(session: Session, actor: Actor, certificate_id: UUID, *, reason: str) -> Certificate:
    """Take the mark away for good; only a new application leads back."""
    return _change(session, actor, certificate_id, CertificateWithdrawn, reason)


def log_expired(session: Session) -> int:
    """Log every certificate whose validity ended, once; how many. Nothing else changes: the calendar says it."""
    logged = select(LedgerEntry.index).where(
        LedgerEntry.type == EntryType.EXPIRED, LedgerEntry.number == Certificate.number
    )
    query = select(Certificate).where(Certificate.state.in_(CURRENT), Certificate.valid_until < clock.today())
    query = query.where(~logged.exists()).order_by(Certificate.valid_until, Certificate.number)
    expired = session.scalars(query.options(defer(Certificate.snapshot))).all()
    for certificate in expired:
        _log(session, certificate, EntryType.EXPIRED)
    return len(expired)


def record_document(
    session: Session,
    *,
    kind: DocumentKind,
    subject_id: UUID,
    agency_id: UUID,
    language: str,
    snapshot: Mapping[str, Any],
    sha256: SealedHash,
    size: int,
    replaces: Document | None = None,
    because: str = "",
) -> Document:
    """Note a sealed document under the hash of its bytes; there is one of each kind per subject that counts."""
    document = Document(
        id=uuid4(),
        kind=kind,
        subject_id=subject_id,
        agency_id=agency_id,
        language=language,
        snapshot=dict(snapshot),
        sha256=sha256,
        size=size,
        created_at=clock.now(),
        replaces=replaces.id if replaces else None,
        because=because,
    )
    session.add(document)
    return document


@dataclass(frozen=True, slots=True)
class Signed:
    """What keys signed about one certificate: the file that counts, by its hash, and its twins for machines."""

    document_id: UUID
    number: str
    sha256: str
    credential: str | None
    badge: str | None


def enqueue_replacements(session: Session, *, counts: Callable[[Signed], bool], because: str) -> int:
    """Promise a new file for every certificate of which not all that was signed `counts` any more; how many.

    For a key that others may have. Certificates that ended follow too: whoever looks one up must still be able to check
    that it is genuine, and what became of it. Asked twice, what was replaced by then is left alone.
    """
    newer = aliased(Document)
    query = (
        select(Document.id, Certificate.number, Document.sha256, Certificate.credential, Certificate.badge)
        .join(Certificate, Certificate.id == Document.subject_id)
        .outerjoin(newer, newer.replaces == Document.id)
        .where(Document.kind == DocumentKind.CERTIFICATE, newer.id.is_(None))
        .order_by(Certificate.number)
    )
    rows = session.execute(query.execution_options(yield_per=_AT_ONCE))
    found = [signed for signed in (Signed(*row) for row in rows) if not counts(signed)]
    for signed in found:
        outbox.enqueue(session, "certificate.reseal", document_id=str(signed.document_id), because=because)
    enqueue_lists(session)
    return len(found)


def certificate_to_reseal(session: Session, document_id: UUID) -> Certificate | None:
    """The certificate of a file, held; None where the file was replaced already."""
    document = session.get_one(Document, document_id)
    certificate = moves.load(session, Certificate, document.subject_id)
    replaced = session.scalar(select(Document.id).where(Document.replaces == document_id))
    return certificate if replaced is None else None


def replace_document(session: Session, document_id: UUID, *, because: str, sha256: SealedHash, size: int) -> Document:
    """Record a new file that says the same as the one that it replaces; `because` is for everybody who has the old."""
    old = session.get_one(Document, document_id)
    certificate = moves.load(session, Certificate, old.subject_id)
    new = record_document(
        session,
        kind=DocumentKind(old.kind),
        subject_id=old.subject_id,
        agency_id=old.agency_id,
        language=old.language,
        snapshot=old.snapshot,
        sha256=sha256,
        size=size,
        replaces=old,
        because=because,
    )
    told = CertificateResealed(before=Digest(old.sha256), after=Digest(sha256), reason=because)
    events.record(session, told, subject_id=certificate.id, actor=SYSTEM, agency_id=certificate.agency_id)
    _publish(session, certificate)
    if certificate.status_on(clock.today()) not in _ENDED:
        tell_agency(session, certificate.agency_id, notices.CertificateResealed(number=certificate.number))
    _log(session, certificate, EntryType.RESEALED, pdf=sha256)
    return new


def _numbered(session: Session, decision: Decision) -> Certificate:
    conditional = decision.outcome is Outcome.GRANT_WITH_CONDITIONS
    scheme_version = decision.audit.scheme_version
    terms = scheme_of_version(scheme_version).validity
    today = clock.today()
    return Certificate(
        id=uuid4(),
        number=rules.certificate_number(today.year, numbering.next_number(session, f"certificate-{today.year}")),
        agency_id=decision.agency_id,
        decision_id=decision.id,
        scheme_version_id=scheme_version.id,
        state=CERTIFICATE_FLOW.initial,
        conditional=conditional,
        conditions=list(decision.conditions),
        scope=Scope.of(facts(decision.audit.agency)).plain(),
        valid_from=today,
        valid_until=rules.valid_until(today, terms.conditional_months if conditional else terms.certified_months),
        status_index=draw_index(session),
        numbered_at=clock.now(),
    )


def _current(session: Session, agency_id: UUID) -> list[Certificate]:
    query = select(Certificate).where(Certificate.agency_id == agency_id, Certificate.state.in_(CURRENT))
    return list(session.scalars(query))


def _change(session: Session, actor: Actor, certificate_id: UUID, move: type[Moved], reason: str) -> Certificate:
    reason = reason.strip()
    step = CERTIFICATE_FLOW.moves[move.verb()]
    certificate = moves.hold(session, CERTIFICATES, actor, certificate_id, step.permission, asks=step.asks)
    if not reason:
        raise RuleError("Give the reason; the register will show it.", field="reason")
    check_printable(reason, "reason")
    _move(session, actor, certificate, move, reason=reason)
    _publish(session, certificate)
    enqueue_lists(session)
    notice = notices.CertificateChanged(number=certificate.number, move=move.verb(), reason=reason)
    tell_agency(session, certificate.agency_id, notice)
    _log(session, certificate, _LOGGED[move])
    return certificate


def _move(
    session: Session, actor: Actor, subject: UUID | Certificate, move: type[Moved], *, reason: str = ""
) -> Certificate:
    """One move, and its line of the public history."""
    certificate = moves.make(session, CERTIFICATES, actor, subject, move, reason=reason)
    change = CertificateChange(
        certificate_id=certificate.id,
        agency_id=certificate.agency_id,
        move=move.verb(),
        state=certificate.state,
        reason=reason,
        changed_at=clock.now(),
    )
    session.add(change)
    return certificate


def _publish(session: Session, certificate: Certificate) -> None:
    session.flush()
    refresh_entry(session, certificate.agency_id)


def _log(session: Session, certificate: Certificate, kind: EntryType, *, pdf: str | None = None) -> None:
    """Add to the public log; with a file, its hash and that of the credential in it."""
    twin = certificate.credential if pdf else None
    entry = certificate_entry(
        kind,
        certificate.number,
        status=certificate.status_on(clock.today()).value,
        at=clock.now(),
        valid_from=certificate.valid_from,
        valid_until=certificate.valid_until,
        pdf=pdf,
        credential=hashlib.sha256(twin.encode()).hexdigest() if twin else None,
    )
    append(session, entry)
