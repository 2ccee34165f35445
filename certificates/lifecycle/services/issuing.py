"""Turn a granted decision into a numbered and sealed certificate. The caller commits."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.rules import Scope
from audits.certification.rules import renewal_window
from audits.core import clock, events, moves, numbering, outbox
from audits.core.access import SYSTEM
from audits.core.events import Code
from audits.core.letters import check_printable
from audits.core.notices import tell_agency
from audits.decisions.models import Decision
from audits.schemes.cycle import DecisionKind
from audits.schemes.queries import scheme_of_version
from certificates.documents.services import record_document
from certificates.documents.stages import DocumentKind, SealedHash
from certificates.ledger.entries import EntryType
from certificates.lifecycle import notices, rules
from certificates.lifecycle.events import (
    CertificateIssued,
    CertificateNumbered,
    CertificateReplaced,
)
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.services.recording import log, publish, record_move
from certificates.lifecycle.snapshot import certificate_facts
from certificates.lifecycle.workflow import CERTIFICATE_FLOW, CURRENT, CertificateState
from certificates.status_lists import draw_index, enqueue_lists

NONE: Mapping[str, int] = MappingProxyType({})


def number_certificate(
    session: Session, decision_id: UUID, *, base_url: str, body: Mapping[str, str], used: Mapping[str, int] = NONE
) -> Certificate:
    """Give a granted decision its gap-free number and fix the content of the certificate. Idempotent.

    `base_url` is the address of the register; `body` holds name and address of the certification body; `used` are the
    numbers that must not be given again (`used_numbers`). RuleError, and no number is given, when a fact has letters
    that cannot be printed.
    """
    decision = session.get_one(Decision, decision_id, with_for_update=True)
    known = session.scalar(select(Certificate).where(Certificate.decision_id == decision_id))
    if known is not None:
        return known
    certificate = _numbered(session, decision, used)
    certificate.snapshot = certificate_facts(session, certificate, decision, base_url=base_url, body=body)
    check_printable(certificate.snapshot)  # the content is fixed from here on
    session.add(certificate)
    told = CertificateNumbered(number=Code(certificate.number))
    events.record(session, told, subject_id=certificate.id, actor=SYSTEM, agency_id=decision.agency_id)
    outbox.enqueue(session, "certificate.seal", certificate_id=str(certificate.id))
    return certificate


def issue_certificate(
    session: Session, certificate_id: UUID, *, sha256: SealedHash, size: int, language: str
) -> Certificate:
    """Record the sealed file, end the certificate that it replaces, and publish it. Idempotent; see `is_held`."""
    certificate = moves.load(session, Certificate, certificate_id)
    if certificate.state is not CertificateState.ISSUING or is_held(session, certificate):
        return certificate
    replaced = _current(session, certificate.agency_id)
    for older in replaced:
        record_move(session, SYSTEM, older, CertificateReplaced)
        enqueue_lists(session)
    session.flush()  # end the old one first: an agency has one current certificate
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
    record_move(session, SYSTEM, certificate, CertificateIssued)
    certificate.issued_at = clock.now()
    publish(session, certificate)
    tell_agency(session, certificate.agency_id, notices.CertificateIssued(number=certificate.number))
    for older in replaced:
        log(session, older, EntryType.REPLACED)
    log(session, certificate, EntryType.ISSUED, pdf=sha256)
    return certificate


class _Terms(NamedTuple):
    """What a decision gives a certificate: conditions, scope and validity."""

    conditional: bool
    conditions: list[str]
    scope: dict[str, Any]
    valid_from: date
    valid_until: date


def _numbered(session: Session, decision: Decision, used: Mapping[str, int]) -> Certificate:
    amended = session.get(Certificate, decision.certificate_id) if decision.certificate_id else None
    terms = _terms_of(amended, decision) if amended else _granted(session, decision)
    today = clock.today()
    series = rules.series_of(today.year)
    serial = numbering.next_number(session, series, after=used.get(series, 0))
    return Certificate(
        id=uuid4(),
        number=rules.certificate_number(today.year, serial),
        agency_id=decision.agency_id,
        decision_id=decision.id,
        scheme_version_id=decision.concluded.scheme_version.id,
        state=CERTIFICATE_FLOW.initial,
        **terms._asdict(),
        status_index=draw_index(session),
        numbered_at=clock.now(),
    )


def _granted(session: Session, decision: Decision) -> _Terms:
    """Return what was granted, from the day of the decision, as its conditions are: also when it is made days later."""
    conditional = decision.kind is DecisionKind.GRANT_WITH_CONDITIONS
    scheme, first = scheme_of_version(decision.concluded.scheme_version), decision.effective_on
    months = scheme.validity.conditional_months if conditional else scheme.validity.certified_months
    held = [] if conditional else _current(session, decision.agency_id)
    held_until = next((each.valid_until for each in held if each.state is CertificateState.ACTIVE), None)
    until = rules.renewed_until(first, months, held_until, renewal_window(scheme.terms))
    return _Terms(conditional, list(decision.conditions), Scope.of(decision.granted.plain()).plain(), first, until)


def _terms_of(amended: Certificate, decision: Decision) -> _Terms:
    """Return what a certificate keeps that is issued anew: everything but the names, or the scope.

    Once all conditions are met, it has none, and lasts as long as if there had been none.
    """
    if decision.kind is DecisionKind.CONDITION_MET:  # the last one
        months = scheme_of_version(amended.scheme_version).validity.certified_months
        until = max(amended.valid_until, rules.valid_until(amended.valid_from, months))
        return _Terms(False, [], amended.scope, amended.valid_from, until)
    scope = Scope.of(decision.scope).plain() if decision.scope else amended.scope
    return _Terms(amended.conditional, list(amended.conditions), scope, amended.valid_from, amended.valid_until)


def _current(session: Session, agency_id: UUID) -> list[Certificate]:
    query = select(Certificate).where(Certificate.agency_id == agency_id, Certificate.state.in_(CURRENT))
    return list(session.scalars(query))


def is_held(session: Session, certificate: Certificate) -> bool:
    """Return whether a numbered certificate must wait: the one that it amends does not count now.

    Issued, it would lift a suspension that nobody lifted. `seal_amended` queues it again.
    """
    decision = session.get_one(Decision, certificate.decision_id)
    if decision.certificate_id is None:
        return False
    return moves.load(session, Certificate, decision.certificate_id).state is not CertificateState.ACTIVE


def seal_amended(session: Session, certificate: Certificate) -> None:
    """Queue what amends a certificate and had to wait while that was suspended."""
    amending = select(Certificate.id).join(Decision, Decision.id == Certificate.decision_id)
    amending = amending.where(Decision.certificate_id == certificate.id, Certificate.state == CertificateState.ISSUING)
    for waiting in session.scalars(amending):
        outbox.enqueue(session, "certificate.seal", certificate_id=str(waiting))
