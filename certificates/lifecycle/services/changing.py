"""Suspend, lift, withdraw, end or keep certificates. Each is a decision of its own kind. The caller commits."""

from collections.abc import Collection
from datetime import date
from typing import Any, NotRequired, TypedDict, Unpack
from uuid import UUID

from sqlalchemy.orm import Session

from audits.agencies.rules import Scope, StatedScope
from audits.core import clock, events, moves
from audits.core.access import Actor, Permission
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.events import Moved
from audits.core.flow import Independence, moved_on
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline, end_deadlines, is_open
from audits.decisions.basis import Basis
from audits.decisions.models import Decision
from audits.decisions.queries import provisional_suspension
from audits.decisions.rules import Grounds
from audits.decisions.services import record_decision
from audits.schemes.cycle import DecisionKind
from certificates.lifecycle.events import (
    CertificateEnded,
    CertificatePartlySuspended,
    CertificateSuspended,
    CertificateWithdrawn,
    SuspensionConfirmed,
    SuspensionLifted,
)
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.queries import basis_of
from certificates.lifecycle.services.hearing import begin_hearing
from certificates.lifecycle.services.recording import CERTIFICATES, add_line, publish
from certificates.lifecycle.services.waiting import carry_out, check_effect, earliest_effect, tell_holder
from certificates.lifecycle.workflow import CERTIFICATE_FLOW, CURRENT, CertificateState

_ACTS = frozenset({DecisionKind.SUSPEND, DecisionKind.WITHDRAW, DecisionKind.END, DecisionKind.MAINTAIN})
"""The kinds that answer a critical finding."""


class Reasoned(TypedDict):
    """Arguments of each service here: reasons for the letter, public grounds, `Basis.shown` of the page.

    `provisional` suspends at once, by one decider; `heard` is what the agency said of such a suspension. `audit_id`
    names the audit that the decision rests on besides, `proposal_id` the proposal of another decider, `condition_id`
    the condition that is met, and `basis` what is weighed, if not `basis_of`. `excepted` are the items
    of the scope (`StatedScope.items`) that are suspended; none is all of it. `effective_on` is the day from which the
    decision counts, as text; none is the first day that the norm allows.
    """

    reasons: str
    grounds: NotRequired[Grounds]
    shown: NotRequired[str | None]
    provisional: NotRequired[bool]
    heard: NotRequired[str]
    audit_id: NotRequired[UUID]
    proposal_id: NotRequired[UUID | None]
    condition_id: NotRequired[str]
    excepted: NotRequired[Collection[str]]
    effective_on: NotRequired[str]
    basis: NotRequired[Basis]


def suspend_certificate(session: Session, actor: Actor, certificate_id: UUID, **said: Unpack[Reasoned]) -> Certificate:
    """Suspend a certificate or a part of it (ISO/IEC 17065 clause 7.11); the register shows it in the same commit.

    NotAllowedError for a decider who took part in an audit of this cycle or has an interest, RuleError without reasons
    or grounds or for a part that it does not cover, BasisMovedError if the page is outdated.
    """
    partly = bool(said.get("excepted"))
    if partly and said.get("provisional"):
        raise RuleError("At once, all of a certificate is suspended. Choose one of the two.", "excepted")
    move = CertificatePartlySuspended if partly else CertificateSuspended
    certificate = _change(session, actor, certificate_id, move, said)
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
    said["grounds"] = {ground.code: ground.explanation for ground in waiting.grounds}
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
    kind = DecisionKind.SUSPEND if move is CertificatePartlySuspended else DecisionKind(move.verb())
    decision = decide_about(session, actor, certificate, kind, said)
    if decision.effective_on > clock.today():
        tell_holder(session, certificate, decision)
        return certificate
    return carry_out(session, actor, certificate, move, decision)


def decide_about(
    session: Session, actor: Actor, certificate: Certificate, kind: DecisionKind, said: Reasoned
) -> Decision:
    """Record the decision; it ends the tasks of the deciders about this holder, if it is an answer to them."""
    decision = record_decision(
        session,
        actor,
        Decision(
            kind=kind,
            effective_on=_effective_on(session, certificate, kind, said),
            audit_id=said.get("audit_id"),
            proposal_id=said.get("proposal_id"),
            certificate_id=certificate.id,
            agency_id=certificate.agency_id,
            reasons=said["reasons"],
            conditions=[],
            provisional=said.get("provisional", False),
            heard=said.get("heard", ""),
            excepted=_excepted(certificate, said.get("excepted", ())),
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
    return decision


def _effective_on(session: Session, certificate: Certificate, kind: DecisionKind, said: Reasoned) -> date:
    """Return the day from which a decision counts: the first possible one if none was chosen.

    So it is for a day that has come while a second decider was asked.
    """
    today = clock.today()
    first = today if said.get("provisional") else earliest_effect(session, certificate, kind)
    chosen = date.fromisoformat(said["effective_on"]) if said.get("effective_on") else first
    day = max(chosen, first) if said.get("proposal_id") else chosen
    if day == today and said.get("provisional"):
        return today
    check_effect(session, certificate, kind, day)
    if said.get("provisional"):
        raise RuleError("A suspension at once counts from today.", "effective_on")
    return day


def _excepted(certificate: Certificate, items: Collection[str]) -> dict[str, Any] | None:
    """Return the part of a certificate that these items of its scope are; RuleError if it is not a part."""
    if not items:
        return None
    whole = StatedScope.of(certificate.scope)
    rest = whole.only(set(whole.items()) - set(items))
    if not set(items) <= set(whole.items()):
        raise RuleError("The certificate does not cover this part. Look again.", "excepted")
    if not (rest.activities and rest.sectors):
        raise RuleError("No activity or no sector would be left. Suspend all of the certificate.", "excepted")
    return Scope.of(whole.only(items).plain()).plain()
