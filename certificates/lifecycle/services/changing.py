"""Suspend, lift, withdraw, end or keep certificates. Each is a decision of its own kind. The caller commits."""

from collections.abc import Collection
from typing import NotRequired, TypedDict, Unpack
from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import events, moves
from audits.core.access import Actor, Permission
from audits.core.errors import IllegalMoveError
from audits.core.events import Moved
from audits.core.flow import Independence, moved_on
from audits.core.notices import tell_agency
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline, end_deadlines, is_open
from audits.decisions.basis import Basis
from audits.decisions.models import Decision
from audits.decisions.queries import provisional_suspension
from audits.decisions.services import record_decision
from audits.schemes.cycle import DecisionKind
from certificates.ledger.entries import EntryType
from certificates.lifecycle import notices
from certificates.lifecycle.events import (
    CertificateEnded,
    CertificateSuspended,
    CertificateWithdrawn,
    SuspensionConfirmed,
    SuspensionLifted,
)
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.queries import basis_of
from certificates.lifecycle.services.hearing import begin_hearing
from certificates.lifecycle.services.issuing import seal_amended
from certificates.lifecycle.services.recording import CERTIFICATES, add_line, log, publish, record_move
from certificates.lifecycle.workflow import CERTIFICATE_FLOW, CURRENT, CertificateState
from certificates.status_lists import enqueue_lists

_LOGGED: dict[type[Moved], EntryType] = {
    CertificateSuspended: EntryType.SUSPENDED,
    SuspensionLifted: EntryType.LIFTED,
    CertificateWithdrawn: EntryType.WITHDRAWN,
    CertificateEnded: EntryType.ENDED,
}
_ACTS = frozenset({DecisionKind.SUSPEND, DecisionKind.WITHDRAW, DecisionKind.END, DecisionKind.MAINTAIN})
"""The kinds that answer a critical finding."""
_LAST = frozenset({DecisionKind.WITHDRAW, DecisionKind.END})


class Reasoned(TypedDict):
    """Arguments of each service here: reasons for the letter, codes of public grounds, `Basis.shown` of the page.

    `provisional` suspends at once, by one decider; `heard` is what the agency said of such a suspension. `audit_id`
    names the audit that the decision rests on besides, `proposal_id` the proposal of another decider, `condition_id`
    the condition that is met, and `basis` what is weighed, if not `basis_of`.
    """

    reasons: str
    grounds: NotRequired[Collection[str]]
    shown: NotRequired[str | None]
    provisional: NotRequired[bool]
    heard: NotRequired[str]
    audit_id: NotRequired[UUID]
    proposal_id: NotRequired[UUID | None]
    condition_id: NotRequired[str]
    basis: NotRequired[Basis]


def suspend_certificate(session: Session, actor: Actor, certificate_id: UUID, **said: Unpack[Reasoned]) -> Certificate:
    """Suspend a certificate (ISO/IEC 17065 clause 7.11); the register shows it in the same commit.

    NotAllowedError for a decider who took part in an audit of this cycle or has an interest, RuleError without reasons
    or grounds, BasisMovedError if the page is outdated.
    """
    certificate = _change(session, actor, certificate_id, CertificateSuspended, said)
    if said.get("provisional"):
        begin_hearing(session, actor, certificate)
    return certificate


def confirm_suspension(session: Session, actor: Actor, certificate_id: UUID, **said: Unpack[Reasoned]) -> Certificate:
    """Confirm a provisional suspension as a second decider, on its grounds, once the agency was heard (`heard`)."""
    asks, within = Independence.OUTSIDER, {CertificateState.SUSPENDED}
    certificate = moves.hold(
        session, CERTIFICATES, actor, certificate_id, Permission.CERTIFICATE_CHANGE, asks=asks, within=within
    )
    waiting = provisional_suspension(session, certificate.agency_id)
    if waiting is None:
        raise moved_on()
    said["grounds"] = [ground.code for ground in waiting.grounds]
    decision = decide_about(session, actor, certificate, DecisionKind.SUSPEND, said)
    add_line(session, certificate, CertificateSuspended.verb(), decision)
    told = SuspensionConfirmed()
    events.record(session, told, subject_id=certificate.id, actor=actor, agency_id=certificate.agency_id)
    publish(session, certificate)
    tell_holder(session, certificate, decision)
    return certificate


def lift_suspension(session: Session, actor: Actor, certificate_id: UUID, **said: Unpack[Reasoned]) -> Certificate:
    """Lift the suspension of a certificate, once every critical finding on its holder is decided on."""
    certificate = moves.load(session, Certificate, certificate_id)
    if is_open(session, DeadlineKind.CRITICAL_FINDING, certificate.agency_id):
        raise IllegalMoveError("A critical finding waits for a decision: keep this suspended, or withdraw it, first.")
    return _change(session, actor, certificate_id, SuspensionLifted, said)


def withdraw_certificate(session: Session, actor: Actor, certificate_id: UUID, **said: Unpack[Reasoned]) -> Certificate:
    """Withdraw a certificate for good; only a new application leads to another one."""
    return _change(session, actor, certificate_id, CertificateWithdrawn, said)


def end_certificate(session: Session, actor: Actor, certificate_id: UUID, **said: Unpack[Reasoned]) -> Certificate:
    """End a certificate that its holder gives up. It is no sanction, and the register says so."""
    return _change(session, actor, certificate_id, CertificateEnded, said)


def maintain_certificate(session: Session, actor: Actor, certificate_id: UUID, **said: Unpack[Reasoned]) -> Certificate:
    """Keep a certificate as it is, after looking at it. Nothing changes in the register."""
    asks = Independence.OUTSIDER
    certificate = moves.hold(
        session, CERTIFICATES, actor, certificate_id, Permission.CERTIFICATE_CHANGE, asks=asks, within=CURRENT
    )
    decision = decide_about(session, actor, certificate, DecisionKind.MAINTAIN, said)
    tell_holder(session, certificate, decision)
    return certificate


def _change(session: Session, actor: Actor, certificate_id: UUID, move: type[Moved], said: Reasoned) -> Certificate:
    step = CERTIFICATE_FLOW.moves[move.verb()]
    certificate = moves.hold(
        session, CERTIFICATES, actor, certificate_id, step.permission, asks=step.asks, within=step.sources
    )
    decision = decide_about(session, actor, certificate, DecisionKind(move.verb()), said)
    record_move(session, actor, certificate, move, reason=decision.reasons, decision=decision)
    publish(session, certificate)
    enqueue_lists(session)
    if move is SuspensionLifted:
        seal_amended(session, certificate)
    tell_holder(session, certificate, decision)
    log(session, certificate, _LOGGED[move])
    return certificate


def decide_about(
    session: Session, actor: Actor, certificate: Certificate, kind: DecisionKind, said: Reasoned
) -> Decision:
    """Record the decision; it ends the tasks of the deciders about this holder, if it is an answer to them."""
    decision = record_decision(
        session,
        actor,
        Decision(
            kind=kind,
            audit_id=said.get("audit_id"),
            proposal_id=said.get("proposal_id"),
            certificate_id=certificate.id,
            agency_id=certificate.agency_id,
            reasons=said["reasons"],
            conditions=[],
            provisional=said.get("provisional", False),
            heard=said.get("heard", ""),
        ),
        basis=said.get("basis") or basis_of(session, certificate, kind),
        version=certificate.scheme_version,
        grounds=said.get("grounds", ()),
        shown=said.get("shown"),
    )
    if decision.reviews_decision_id:
        end_deadline(session, DeadlineKind.SUSPENSION_HEARING, certificate.id)
    if kind in _ACTS:
        end_deadlines(session, DeadlineKind.CRITICAL_FINDING, certificate.agency_id)
    if kind in _LAST:
        end_deadlines(session, DeadlineKind.SURVEILLANCE, certificate.agency_id)
    return decision


def tell_holder(session: Session, certificate: Certificate, decision: Decision) -> None:
    """Tell the holder what was decided about the certificate."""
    notice = notices.CertificateChanged(number=certificate.number, move=decision.kind.value, reason=decision.reasons)
    tell_agency(session, certificate.agency_id, notice)
