"""Decisions that count from a later day: check the day, and carry them out on it. The caller commits."""

from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from audits.agencies.queries import awaits_certificate
from audits.core import clock, moves
from audits.core.access import SYSTEM, Actor
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.events import Moved
from audits.core.notices import tell_agency
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadlines, is_open
from audits.decisions.models import Decision
from audits.decisions.queries import provisional_suspension, waiting_decision
from audits.decisions.rules import MAY_WAIT
from audits.disputes.queries import appeal_runs
from audits.disputes.services import last_day
from audits.schemes.cycle import DecisionKind
from certificates.documents.queries import sent_on
from certificates.ledger.entries import EntryType
from certificates.lifecycle import notices
from certificates.lifecycle.events import (
    CertificateEnded,
    CertificatePartlySuspended,
    CertificateSuspended,
    CertificateWithdrawn,
    SuspensionLifted,
)
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.services.issuing import seal_amended
from certificates.lifecycle.services.recording import log, publish, record_move
from certificates.lifecycle.terms import first_effect, latest_effect, waits_for_appeal
from certificates.lifecycle.workflow import CURRENT
from certificates.status_lists import enqueue_lists

LOGGED: dict[type[Moved], EntryType] = {
    CertificateSuspended: EntryType.SUSPENDED,
    CertificatePartlySuspended: EntryType.SUSPENDED,
    SuspensionLifted: EntryType.LIFTED,
    CertificateWithdrawn: EntryType.WITHDRAWN,
    CertificateEnded: EntryType.ENDED,
}
_MOVES = {
    DecisionKind.SUSPEND: CertificateSuspended,
    DecisionKind.WITHDRAW: CertificateWithdrawn,
    DecisionKind.END: CertificateEnded,
}
_LAST = frozenset({DecisionKind.WITHDRAW, DecisionKind.END})
_LATER = text("effective_on > (decided_at AT TIME ZONE 'Europe/Amsterdam')::date")  # as its index has it


def earliest_effect(session: Session, certificate: Certificate, kind: DecisionKind) -> date:
    """Return the first day from which a decision of today may count: what cannot wait is not held back."""
    today = clock.today()
    first = first_effect(certificate, kind, today)
    return today if first > today and _is_urgent(session, certificate) else first


def check_effect(session: Session, certificate: Certificate, kind: DecisionKind, day: date) -> None:
    """Raise RuleError at `effective_on` unless a decision of this kind about a certificate may count from that day.

    What cannot wait counts at once: an answer to a critical finding, and to a suspension that is provisional.
    """
    today = clock.today()
    if day < earliest_effect(session, certificate, kind):
        raise RuleError("The agency can appeal first. Choose a later day, or leave this empty.", "effective_on")
    if day == today:
        return
    if day > latest_effect(certificate, kind, today):
        raise RuleError("Choose today or a day that the norm still allows.", "effective_on")
    if kind not in MAY_WAIT:
        raise RuleError("This decision counts from today.", "effective_on")
    if _is_urgent(session, certificate):
        raise RuleError("Something about this certificate cannot wait. Decide from today.", "effective_on")
    if awaits_certificate(session, certificate.agency_id):
        raise IllegalMoveError("A certificate of this agency is being made. Wait until it is issued.")


def _is_urgent(session: Session, certificate: Certificate) -> bool:
    provisional = provisional_suspension(session, certificate.agency_id)
    return provisional is not None or is_open(session, DeadlineKind.CRITICAL_FINDING, certificate.agency_id)


def is_held_back(session: Session, decision: Decision, certificate: Certificate) -> bool:
    """Return whether a decision waits for an appeal: the norm says so, and the term or such an appeal runs."""
    if not waits_for_appeal(decision, certificate.scheme_version):
        return False
    last = last_day(decision, certificate.scheme_version, sent_on(session, decision.id))
    return clock.today() <= last or appeal_runs(session, decision.id)


def carry_out(
    session: Session, actor: Actor, certificate: Certificate, move: type[Moved], decision: Decision
) -> Certificate:
    """Change a certificate as was decided: history, register, status lists, log, and a message to the holder."""
    record_move(session, actor, certificate, move, reason=decision.reasons, decision=decision)
    if decision.kind in _LAST:
        for task in (DeadlineKind.SURVEILLANCE, DeadlineKind.AGREEMENT):
            end_deadlines(session, task, certificate.agency_id)
    publish(session, certificate)
    enqueue_lists(session)
    if move is SuspensionLifted:
        seal_amended(session, certificate)
    tell_holder(session, certificate, decision)
    log(session, certificate, LOGGED[move])
    return certificate


def carry_out_due(session: Session) -> int:
    """Carry out the decisions whose day has come, unless another took their place or an appeal holds them back.

    Returns how many.
    """
    living = select(Certificate.id).where(Certificate.state.in_(CURRENT))
    query = select(Decision).where(_LATER, Decision.effective_on <= clock.today())
    query = query.where(Decision.certificate_id.in_(living)).order_by(Decision.effective_on, Decision.decided_at)
    done = 0
    for decision in session.scalars(query).all():
        certificate = moves.load(session, Certificate, decision.certificate_id)  # type: ignore[arg-type]  # it is about one
        waits = waiting_decision(session, decision.agency_id)
        waits_no_more = waits and waits.id == decision.id and not is_held_back(session, decision, certificate)
        if waits_no_more and certificate.state in CURRENT:
            move = CertificatePartlySuspended if decision.excepted else _MOVES[decision.kind]
            carry_out(session, SYSTEM, certificate, move, decision)
            done += 1
    return done


def tell_holder(session: Session, certificate: Certificate, decision: Decision) -> None:
    """Tell the holder what was decided about the certificate, or from which day that counts."""
    move = CertificatePartlySuspended.verb() if decision.excepted else decision.kind.value
    said = {"number": certificate.number, "move": move, "reason": decision.reasons}
    if decision.effective_on > clock.today():
        told = notices.CertificateWillChange(**said, day=decision.effective_on)
        tell_agency(session, certificate.agency_id, told)
    else:
        tell_agency(session, certificate.agency_id, notices.CertificateChanged(**said))
