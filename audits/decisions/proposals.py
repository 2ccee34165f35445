"""Decisions on serious grounds take two deciders: the first proposes, the second confirms. The caller commits.

The service that takes a decision checks everything, and stops at a serious ground with SecondDeciderNeededError. Then
its arguments are kept as they are; they are decided on once a second decider hands them to the same service.
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from audits.core import clock, events
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import N_, IllegalMoveError, NotAllowedError, RuleError, missing
from audits.core.letters import check_reason
from audits.core.notices import tell_person
from audits.decisions.events import DecisionProposed, ProposalConfirmed, ProposalDeclined
from audits.decisions.models import DecisionProposal
from audits.decisions.notices import ProposalAnswered, SecondDeciderNeeded
from audits.people import independence
from audits.people.queries import free_deciders
from audits.schemes.cycle import DecisionKind, Ground


class SecondDeciderNeededError(NotAllowedError):
    """All that was asked of a decision holds, but a ground is serious. `shown` are the digests of its basis."""

    def __init__(self, shown: str) -> None:
        super().__init__(N_("This ground takes two deciders."))
        self.shown = shown


def check_second(grounds: Collection[Ground], shown: str, *, proposed: bool) -> None:
    """Raise SecondDeciderNeededError for a serious ground that no other decider proposed."""
    if not proposed and any(ground.serious for ground in grounds):
        raise SecondDeciderNeededError(shown)


def propose(
    session: Session,
    actor: Actor,
    needed: SecondDeciderNeededError,
    *,
    kind: DecisionKind,
    agency_id: UUID,
    reference: str,
    said: Mapping[str, Any],
    audit_id: UUID | None = None,
    certificate_id: UUID | None = None,
    fate: DecisionKind | None = None,
) -> DecisionProposal:
    """Keep what a service has checked, and tell every decider who may confirm it.

    `said` are the arguments of that service, as JSON. RuleError while another proposal about the agency is open.
    """
    if find_proposal(session, agency_id):
        raise RuleError("A decision about this agency waits for a second decider already.", field="grounds")
    proposal = DecisionProposal(
        id=uuid4(),
        kind=kind,
        fate=fate,
        audit_id=audit_id,
        certificate_id=certificate_id,
        agency_id=agency_id,
        said=dict(said),
        shown=needed.shown,
        proposed_by=actor.id,
        proposed_at=clock.now(),
    )
    session.add(proposal)
    told = DecisionProposed(kind=kind)
    events.record(session, told, subject_id=proposal.id, actor=actor, agency_id=agency_id)
    for person_id in free_deciders(session, agency_id):
        if person_id != actor.id:
            tell_person(session, person_id, SecondDeciderNeeded(reference=reference), subject_id=proposal.id)
    return proposal


def take_up(session: Session, actor: Actor, proposal_id: UUID, reference: str) -> DecisionProposal:
    """Confirm a proposal, as part of the decision.

    NotAllowedError for its proposer, and if either decider took part or has an interest.
    """
    proposal = _load(session, actor, proposal_id)
    if actor.id == proposal.proposed_by:
        raise NotAllowedError("You proposed this decision. Another decider must confirm it.")
    independence.check_outsider(session, actor, proposal.agency_id)
    if independence.bar_of(session, proposal.agency_id, proposal.proposed_by):
        raise NotAllowedError("Who proposed this may no longer decide about this agency. Decline it.")
    _answer(session, proposal, actor, confirmed=True)
    told = ProposalConfirmed(kind=proposal.kind)
    events.record(session, told, subject_id=proposal.id, actor=actor, agency_id=proposal.agency_id)
    tell_person(
        session, proposal.proposed_by, ProposalAnswered(reference=reference, confirmed=True), subject_id=proposal.id
    )
    return proposal


def decline_proposal(
    session: Session, actor: Actor, proposal_id: UUID, *, reason: str, reference: str
) -> DecisionProposal:
    """Decline a proposal with a reason; who proposed it may take it back. Nothing else changes."""
    proposal = _load(session, actor, proposal_id)
    if actor.id != proposal.proposed_by:
        independence.check_outsider(session, actor, proposal.agency_id)
    check_reason(reason)
    _decline(session, actor, proposal, reason.strip())
    if actor.id != proposal.proposed_by:
        told = ProposalAnswered(reference=reference, confirmed=False)
        tell_person(session, proposal.proposed_by, told, subject_id=proposal.id)
    return proposal


def overtake(session: Session, actor: Actor, agency_id: UUID) -> None:
    """End what still waits about an agency, because of another decision: what it rested on has changed."""
    if proposal := find_proposal(session, agency_id):
        _decline(session, actor, proposal, "")


def find_proposal(session: Session, agency_id: UUID) -> DecisionProposal | None:
    """Return what waits for a second decider about an agency, or None."""
    query = select(DecisionProposal).where(DecisionProposal.agency_id == agency_id)
    return session.scalar(query.where(DecisionProposal.answered_at.is_(None)))


def get_proposal(session: Session, actor: Actor, proposal_id: UUID) -> DecisionProposal:
    """Return one proposal, or raise NotFoundError."""
    authorise(actor, Permission.CASES_VIEW)
    proposal = session.get(DecisionProposal, proposal_id)
    if proposal is None:
        raise missing(DecisionProposal)
    return proposal


def open_proposals(session: Session, actor: Actor) -> list[DecisionProposal]:
    """Return what waits for a second decider, oldest first."""
    authorise(actor, Permission.CASES_VIEW)
    query = select(DecisionProposal).where(DecisionProposal.answered_at.is_(None))
    query = query.options(joinedload(DecisionProposal.agency), joinedload(DecisionProposal.proposer))
    return list(session.scalars(query.order_by(DecisionProposal.proposed_at)))


def _load(session: Session, actor: Actor, proposal_id: UUID) -> DecisionProposal:
    authorise(actor, Permission.DECISION_TAKE)
    proposal = session.get(DecisionProposal, proposal_id, with_for_update=True)
    if proposal is None:
        raise missing(DecisionProposal)
    if proposal.answered_at:
        raise IllegalMoveError("This was answered already.")
    return proposal


def _decline(session: Session, actor: Actor, proposal: DecisionProposal, reason: str) -> None:
    _answer(session, proposal, actor, confirmed=False)
    told = ProposalDeclined(kind=proposal.kind, reason=reason)
    events.record(session, told, subject_id=proposal.id, actor=actor, agency_id=proposal.agency_id)


def _answer(session: Session, proposal: DecisionProposal, actor: Actor, *, confirmed: bool) -> None:
    proposal.answered_by, proposal.answered_at, proposal.confirmed = actor.id, clock.now(), confirmed
    session.flush()  # the trigger of the decision looks for it
