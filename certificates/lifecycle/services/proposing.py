"""Propose a decision on a serious ground to a second decider, who confirms or declines it. The caller commits."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, NotRequired, TypedDict, Unpack
from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import clock, moves
from audits.core.access import Actor
from audits.decisions import proposals
from audits.decisions.models import Decision, DecisionProposal
from audits.decisions.proposals import SecondDeciderNeededError, propose
from audits.decisions.rules import Grounds, Outcome, explained
from audits.disputes.models import Appeal
from audits.disputes.queries import get_appeal
from audits.disputes.rules import AppealOutcome
from audits.inspections.models import Audit
from audits.inspections.queries import get_audit
from audits.schemes.cycle import DecisionKind
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.queries import find_living, get_certificate
from certificates.lifecycle.rules import Fate
from certificates.lifecycle.services import amending, changing, conditions
from certificates.lifecycle.services.appealing import decide_appeal, outcome_grounds
from certificates.lifecycle.services.deciding import decide_on_audit, decide_on_holder

CHANGES: dict[DecisionKind, Callable[..., Certificate]] = {
    DecisionKind.SUSPEND: changing.suspend_certificate,
    DecisionKind.LIFT: changing.lift_suspension,
    DecisionKind.WITHDRAW: changing.withdraw_certificate,
    DecisionKind.END: changing.end_certificate,
    DecisionKind.MAINTAIN: changing.maintain_certificate,
    DecisionKind.AMEND: amending.amend_certificate,
    DecisionKind.REDUCE_SCOPE: amending.reduce_scope,
    DecisionKind.CONDITION_MET: conditions.meet_condition,
}
"""The service of each kind of decision about a certificate that may take two deciders."""


class OnAudit(TypedDict):
    """What a decider says of an audit; see `decide_on_audit`."""

    outcome: Outcome
    reasons: str
    conditions: NotRequired[Sequence[str | Mapping[str, Any]]]
    grounds: NotRequired[Grounds]
    fate: NotRequired[Fate | None]
    fate_reasons: NotRequired[str]
    scope: NotRequired[Collection[str] | None]


def decide_or_propose(
    session: Session, actor: Actor, audit_id: UUID, *, shown: str | None = None, **said: Unpack[OnAudit]
) -> Decision | DecisionProposal:
    """Decide on an audit as `decide_on_audit` does; on a serious ground propose it to a second decider."""
    try:
        with session.begin_nested():  # what was done until a serious ground was found is undone
            return decide_on_audit(session, actor, audit_id, shown=shown, **_plain(said))
    except SecondDeciderNeededError as needed:
        audit, fate = get_audit(session, actor, audit_id), said.get("fate")
        return propose(
            session,
            actor,
            needed,
            kind=DecisionKind(said["outcome"]),
            agency_id=audit.agency_id,
            reference=audit.reference,
            said=_plain(said),
            audit_id=audit_id,
            fate=DecisionKind(fate) if fate else None,
        )


def change_or_propose(
    session: Session,
    actor: Actor,
    certificate_id: UUID,
    kind: DecisionKind,
    *,
    reasons: str,
    grounds: Grounds = (),
    shown: str | None = None,
    heard: str = "",
    condition_id: UUID | None = None,
    excepted: Collection[str] = (),
    effective_on: date | None = None,
) -> Certificate | DecisionProposal:
    """Take a decision about a certificate; on a serious ground propose it to a second decider."""
    said: dict[str, Any] = {"reasons": reasons, "grounds": explained(grounds), "heard": heard}
    said |= {"condition_id": str(condition_id)} if condition_id else {}
    said |= {"excepted": list(excepted)} if excepted else {}
    said |= {"effective_on": effective_on.isoformat()} if effective_on else {}
    try:
        with session.begin_nested():
            return CHANGES[kind](session, actor, certificate_id, shown=shown, **said)
    except SecondDeciderNeededError as needed:
        certificate = get_certificate(session, actor, certificate_id)
        return propose(
            session,
            actor,
            needed,
            kind=kind,
            agency_id=certificate.agency_id,
            reference=certificate.number,
            said=said,
            certificate_id=certificate_id,
        )


def end_audit_or_propose(
    session: Session,
    actor: Actor,
    audit_id: UUID,
    *,
    fate: Fate,
    reasons: str,
    grounds: Grounds = (),
    scope: Collection[str] = (),
    shown: str | None = None,
) -> Certificate | DecisionProposal | None:
    """End an audit of a holder as `decide_on_holder` does; on a serious ground propose it to a second decider."""
    said: dict[str, Any] = {"reasons": reasons, "grounds": explained(grounds), "scope": list(scope)}
    try:
        with session.begin_nested():
            return decide_on_holder(session, actor, audit_id, fate=fate, shown=shown, **said)
    except SecondDeciderNeededError as needed:
        audit = get_audit(session, actor, audit_id)
        held = find_living(session, audit.agency_id, clock.today())
        return propose(
            session,
            actor,
            needed,
            kind=DecisionKind(fate),
            agency_id=audit.agency_id,
            reference=audit.reference,
            said=said,
            audit_id=audit_id,
            certificate_id=held.id if held else None,
        )


def appeal_or_propose(
    session: Session,
    actor: Actor,
    appeal_id: UUID,
    *,
    outcome: AppealOutcome,
    reasons: str,
    heard: str = "",
    shown: str | None = None,
) -> Appeal | DecisionProposal:
    """Decide on an appeal as `decide_appeal` does; on a serious ground propose it to a second decider."""
    said: dict[str, Any] = {"outcome": outcome.value, "reasons": reasons, "heard": heard}
    try:
        with session.begin_nested():
            return decide_appeal(session, actor, appeal_id, shown=shown, **said)
    except SecondDeciderNeededError as needed:
        contested = get_appeal(session, actor, appeal_id).contested
        return propose(
            session,
            actor,
            needed,
            kind=DecisionKind.APPEAL_OUTCOME,
            agency_id=contested.agency_id,
            reference=reference_of(session, contested),
            said={**said, "appeal_id": str(appeal_id), "grounds": list(outcome_grounds(session, contested, outcome))},
            audit_id=contested.audit_id,
            certificate_id=contested.certificate_id,
        )


def confirm_proposal(session: Session, actor: Actor, proposal_id: UUID) -> DecisionProposal:
    """Confirm what another decider proposed: the same service takes the decision, on what the other one saw.

    Raises what that service raises: BasisMovedError if what it rests on has changed since.
    """
    proposal = proposals.get_proposal(session, actor, proposal_id)
    _lock(session, proposal)
    proposals.take_up(session, actor, proposal_id, reference_of(session, proposal))
    said = {**proposal.said, "shown": proposal.shown, "proposal_id": proposal.id}
    if proposal.kind is DecisionKind.APPEAL_OUTCOME:
        said = {name: value for name, value in said.items() if name != "grounds"}  # they follow from the outcome
        decide_appeal(session, actor, UUID(said.pop("appeal_id")), **said)
    elif proposal.audit_id and proposal.certificate_id:
        decide_on_holder(session, actor, proposal.audit_id, fate=Fate(proposal.kind), **said)
    elif proposal.audit_id:
        said |= {"outcome": Outcome(proposal.kind), "fate": Fate(proposal.fate) if proposal.fate else None}
        decide_on_audit(session, actor, proposal.audit_id, **said)
    else:
        CHANGES[proposal.kind](session, actor, proposal.certificate_id, **said)
    return proposal


def decline_proposal(session: Session, actor: Actor, proposal_id: UUID, *, reason: str) -> DecisionProposal:
    """Decline what another decider proposed, or take back the own proposal."""
    reference = reference_of(session, proposals.get_proposal(session, actor, proposal_id))
    return proposals.decline_proposal(session, actor, proposal_id, reason=reason, reference=reference)


def reference_of(session: Session, proposal: DecisionProposal | Decision) -> str:
    """Return the reference of the audit, or the number of the certificate, that it is about."""
    if proposal.audit_id:
        return session.get_one(Audit, proposal.audit_id).reference
    return session.get_one(Certificate, proposal.certificate_id).number


def _lock(session: Session, proposal: DecisionProposal) -> None:
    """Lock certificate and audit before the proposal, in the order of the services that take decisions."""
    if held := find_living(session, proposal.agency_id, clock.today()):
        moves.load(session, Certificate, held.id)
    if proposal.audit_id:
        moves.load(session, Audit, proposal.audit_id)


def _plain(said: OnAudit) -> dict[str, Any]:
    """Return the arguments as JSON can keep them; members of enums are texts already."""
    return {name: list(value) if isinstance(value, list | tuple | set) else value for name, value in said.items()}
