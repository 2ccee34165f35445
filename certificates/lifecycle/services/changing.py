"""Suspend certificates, lift suspensions, withdraw certificates. The caller commits."""

from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import moves
from audits.core.access import Actor
from audits.core.errors import RuleError
from audits.core.events import Moved
from audits.core.letters import check_printable
from audits.core.notices import tell_agency
from certificates.ledger.entries import EntryType
from certificates.lifecycle import notices
from certificates.lifecycle.events import (
    CertificateSuspended,
    CertificateWithdrawn,
    SuspensionLifted,
)
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.services.recording import CERTIFICATES, log, publish, record_move
from certificates.lifecycle.workflow import CERTIFICATE_FLOW
from certificates.status_lists import enqueue_lists

_LOGGED: dict[type[Moved], EntryType] = {
    CertificateSuspended: EntryType.SUSPENDED,
    SuspensionLifted: EntryType.LIFTED,
    CertificateWithdrawn: EntryType.WITHDRAWN,
}


def suspend_certificate(session: Session, actor: Actor, certificate_id: UUID, *, reason: str) -> Certificate:
    """Suspend a certificate (ISO/IEC 17065 clause 7.11); the register shows it in the same commit."""
    return _change(session, actor, certificate_id, CertificateSuspended, reason)


def lift_suspension(session: Session, actor: Actor, certificate_id: UUID, *, reason: str) -> Certificate:
    """Lift the suspension of a certificate."""
    return _change(session, actor, certificate_id, SuspensionLifted, reason)


def withdraw_certificate(session: Session, actor: Actor, certificate_id: UUID, *, reason: str) -> Certificate:
    """Withdraw a certificate for good; only a new application leads to another one."""
    return _change(session, actor, certificate_id, CertificateWithdrawn, reason)


def _change(session: Session, actor: Actor, certificate_id: UUID, move: type[Moved], reason: str) -> Certificate:
    reason = reason.strip()
    step = CERTIFICATE_FLOW.moves[move.verb()]
    certificate = moves.hold(session, CERTIFICATES, actor, certificate_id, step.permission, asks=step.asks)
    if not reason:
        raise RuleError("Give the reason; the register will show it.", field="reason")
    check_printable(reason, "reason")
    record_move(session, actor, certificate, move, reason=reason)
    publish(session, certificate)
    enqueue_lists(session)
    notice = notices.CertificateChanged(number=certificate.number, move=move.verb(), reason=reason)
    tell_agency(session, certificate.agency_id, notice)
    log(session, certificate, _LOGGED[move])
    return certificate
