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

from audits.core import clock, events, numbering, outbox
from audits.core.access import SYSTEM, Actor, authorise
from audits.core.errors import NotFoundError, RuleError
from audits.decisions.models import Decision
from audits.decisions.rules import Outcome
from audits.schemes.queries import scheme_of_version
from certificates.ledger.entries import EntryType, certificate_entry
from certificates.ledger.models import LedgerEntry
from certificates.ledger.services import append
from certificates.lifecycle import rules
from certificates.lifecycle.models import Certificate, CertificateChange, Document
from certificates.lifecycle.snapshot import certificate_facts
from certificates.lifecycle.workflow import CERTIFICATE_FLOW, CURRENT, CertificateState
from certificates.register.services import refresh_entry
from certificates.status_lists import draw_index, enqueue_lists

_LOGGED = {"suspend": EntryType.SUSPENDED, "lift": EntryType.LIFTED, "withdraw": EntryType.WITHDRAWN}
_AT_ONCE = 500
_ENDED = {rules.Status.WITHDRAWN, rules.Status.EXPIRED}  # nobody shows its file any more


def number_certificate(session: Session, decision_id: UUID, *, base_url: str, body: Mapping[str, str]) -> Certificate:
    """Give a granted decision its gap-free number and fix what the certificate will say. Twice gives the same one.

    `base_url` is where the register lives; `body` holds name and address of the certification body.
    """
    decision = session.get_one(Decision, decision_id, with_for_update=True)
    known = session.scalar(select(Certificate).where(Certificate.decision_id == decision_id))
    if known is not None:
        return known
    certificate = _numbered(session, decision)
    certificate.snapshot = certificate_facts(session, certificate, decision, base_url=base_url, body=body)
    session.add(certificate)
    events.record(
        session,
        "certificate.number",
        subject_id=certificate.id,
        actor=SYSTEM,
        agency_id=decision.agency_id,
        number=certificate.number,
    )
    outbox.enqueue(session, "certificate.seal", certificate_id=str(certificate.id))
    return certificate


def issue_certificate(session: Session, certificate_id: UUID, *, sha256: str, size: int, language: str) -> Certificate:
    """Record the sealed bytes, end the certificate this one replaces, and let the register show it. Twice is once."""
    certificate = _load(session, certificate_id)
    if certificate.state is not CertificateState.ISSUING:
        return certificate
    replaced = _current(session, certificate.agency_id)
    for older in replaced:
        _move(session, SYSTEM, older, "replace", reason="")
        enqueue_lists(session)
    session.flush()  # the old one must let go before the new one is living
    record_document(
        session,
        kind="certificate",
        subject_id=certificate.id,
        agency_id=certificate.agency_id,
        language=language,
        snapshot=certificate.snapshot,
        sha256=sha256,
        size=size,
    )
    _move(session, SYSTEM, certificate, "issue", reason="")
    certificate.issued_at = clock.now()
    _publish(session, certificate)
    _tell(session, certificate, "certificate_issued")
    for older in replaced:
        _log(session, older, EntryType.REPLACED)
    _log(session, certificate, EntryType.ISSUED, pdf=sha256)
    return certificate


def suspend_certificate(session: Session, actor: Actor, certificate_id: UUID, *, reason: str) -> Certificate:
    """Take the mark away for the time being (ISO/IEC 17065 clause 7.11); the register shows it in the same commit."""
    return _change(session, actor, certificate_id, "suspend", reason)


def lift_suspension(session: Session, actor: Actor, certificate_id: UUID, *, reason: str) -> Certificate:
    """Give a suspended mark back."""
    return _change(session, actor, certificate_id, "lift", reason)


def withdraw_certificate(session: Session, actor: Actor, certificate_id: UUID, *, reason: str) -> Certificate:
    """Take the mark away for good; only a new application leads back."""
    return _change(session, actor, certificate_id, "withdraw", reason)


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
    kind: str,
    subject_id: UUID,
    agency_id: UUID,
    language: str,
    snapshot: Mapping[str, Any],
    sha256: str,
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
        .where(Document.kind == "certificate", newer.id.is_(None))
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
    certificate = _load(session, document.subject_id)
    replaced = session.scalar(select(Document.id).where(Document.replaces == document_id))
    return certificate if replaced is None else None


def replace_document(session: Session, document_id: UUID, *, because: str, sha256: str, size: int) -> Document:
    """Record a new file that says the same as the one that it replaces; `because` is for everybody who has the old."""
    old = session.get_one(Document, document_id)
    certificate = _load(session, old.subject_id)
    new = record_document(
        session,
        kind=old.kind,
        subject_id=old.subject_id,
        agency_id=old.agency_id,
        language=old.language,
        snapshot=old.snapshot,
        sha256=sha256,
        size=size,
        replaces=old,
        because=because,
    )
    events.record(
        session,
        "certificate.reseal",
        subject_id=certificate.id,
        actor=SYSTEM,
        agency_id=certificate.agency_id,
        before=old.sha256,
        after=sha256,
        reason=because,
    )
    _publish(session, certificate)
    if certificate.status_on(clock.today()) not in _ENDED:
        _tell(session, certificate, "certificate_resealed")
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
        valid_from=today,
        valid_until=rules.valid_until(today, terms.conditional_months if conditional else terms.certified_months),
        status_index=draw_index(session),
        numbered_at=clock.now(),
    )


def _load(session: Session, certificate_id: UUID) -> Certificate:
    certificate = session.get(Certificate, certificate_id, with_for_update=True)
    if certificate is None:
        raise NotFoundError("There is no such certificate.")
    return certificate


def _current(session: Session, agency_id: UUID) -> list[Certificate]:
    query = select(Certificate).where(Certificate.agency_id == agency_id, Certificate.state.in_(CURRENT))
    return list(session.scalars(query))


def _change(session: Session, actor: Actor, certificate_id: UUID, name: str, reason: str) -> Certificate:
    certificate = _load(session, certificate_id)
    if not reason.strip():
        authorise(actor, CERTIFICATE_FLOW.moves[name].permission, certificate)
        raise RuleError("Give the reason; the register will show it.", field="reason")
    _move(session, actor, certificate, name, reason=reason.strip())
    _publish(session, certificate)
    enqueue_lists(session)
    _tell(session, certificate, "certificate_changed", move=name, reason=reason.strip())
    _log(session, certificate, _LOGGED[name])
    return certificate


def _move(session: Session, actor: Actor, certificate: Certificate, name: str, *, reason: str) -> None:
    authorise(actor, CERTIFICATE_FLOW.moves[name].permission, certificate)
    before = certificate.state
    certificate.state = CERTIFICATE_FLOW.target(before, name)
    session.add(
        CertificateChange(
            certificate_id=certificate.id,
            agency_id=certificate.agency_id,
            move=name,
            state=certificate.state,
            reason=reason,
            changed_at=clock.now(),
        )
    )
    events.record(
        session,
        f"certificate.{name}",
        subject_id=certificate.id,
        actor=actor,
        agency_id=certificate.agency_id,
        before=before.value,
        after=certificate.state.value,
        reason=reason,
    )


def _publish(session: Session, certificate: Certificate) -> None:
    session.flush()
    refresh_entry(session, certificate.agency_id)


def _tell(session: Session, certificate: Certificate, template: str, **values: str) -> None:
    outbox.enqueue(
        session,
        "mail.agency",
        template=template,
        agency_id=str(certificate.agency_id),
        number=certificate.number,
        path="/agency/",
        **values,
    )


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
