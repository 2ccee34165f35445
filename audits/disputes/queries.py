"""Reads of appeals. Every list starts from what the actor may see."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from audits.core.access import Actor, Permission, authorise
from audits.core.errors import missing
from audits.core.statements import one_page
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.models import Decision, DecisionProposal
from audits.decisions.queries import visible_decisions
from audits.disputes.models import Appeal
from audits.disputes.workflow import OPEN_STATES, AppealState

PAGE_SIZE = 50
_OF_AGENCY = 200
_TERMS = (DeadlineKind.APPEAL_RECEIPT, DeadlineKind.APPEAL_OUTCOME)


def visible_appeals(actor: Actor) -> Select[Appeal]:
    """Select what the actor may see: an agency its own, staff with cases all."""
    query = select(Appeal)
    if actor.agency_id is not None:
        return query.where(Appeal.agency_id == actor.agency_id)
    return query if actor.has(Permission.CASES_VIEW) else query.where(false())


def get_appeal(session: Session, actor: Actor, appeal_id: UUID) -> Appeal:
    """Return one appeal with its decisions and who handles it, or raise NotFoundError."""
    query = visible_appeals(actor).where(Appeal.id == appeal_id)
    loaded = (joinedload(Appeal.agency), joinedload(Appeal.contested), joinedload(Appeal.handler))
    found = session.scalar(query.options(*loaded, joinedload(Appeal.decision)))
    if found is None:
        raise missing(Appeal)
    return found


def get_contested(session: Session, actor: Actor, decision_id: UUID) -> Decision:
    """Return a decision that the actor may see, or raise NotFoundError."""
    found = session.scalar(visible_decisions(actor).where(Decision.id == decision_id))
    if found is None:
        raise missing(Decision)
    return found


def find_appeal(session: Session, actor: Actor, decision_id: UUID) -> Appeal | None:
    """Return the appeal against a decision that was not taken back, or None."""
    query = visible_appeals(actor).where(Appeal.decision_id == decision_id, Appeal.state != AppealState.WITHDRAWN)
    return session.scalar(query)


def appeals_of(session: Session, actor: Actor, agency_id: UUID) -> list[Appeal]:
    """Return the appeals of an agency, newest first."""
    query = visible_appeals(actor).where(Appeal.agency_id == agency_id).options(joinedload(Appeal.contested))
    return list(session.scalars(query.order_by(Appeal.lodged_at.desc())))


def decisions_with_appeals(session: Session, actor: Actor, agency_id: UUID) -> list[tuple[Decision, Appeal | None]]:
    """Return the decisions about an agency, newest first, each with the appeal against it."""
    seen = visible_decisions(actor).where(Decision.agency_id == agency_id).options(joinedload(Decision.audit))
    decisions = session.scalars(seen.order_by(Decision.decided_at.desc()).limit(_OF_AGENCY)).all()
    appeals = {each.decision_id: each for each in appeals_of(session, actor, agency_id) if each.stands}
    return [(each, appeals.get(each.id)) for each in decisions]


def list_appeals(session: Session, actor: Actor, page: int = 1) -> list[Appeal]:
    """Return one page of appeals, open ones first, and one more if there is another page."""
    authorise(actor, Permission.CASES_VIEW)
    query = select(Appeal).options(joinedload(Appeal.agency), joinedload(Appeal.contested), joinedload(Appeal.handler))
    query = query.order_by(Appeal.state.in_(sorted(OPEN_STATES)).desc(), Appeal.lodged_at.desc(), Appeal.id)
    return list(session.scalars(one_page(query, page, PAGE_SIZE)))


def waiting_appeals(session: Session, actor: Actor) -> list[tuple[Appeal, Deadline]]:
    """Return the open appeals with the term that runs, the earliest first."""
    authorise(actor, Permission.CASES_VIEW)
    running = (Deadline.subject_id == Appeal.id) & Deadline.kind.in_(_TERMS) & Deadline.done_at.is_(None)
    query = select(Appeal, Deadline).join(Deadline, running).where(Appeal.state.in_(sorted(OPEN_STATES)))
    query = query.options(joinedload(Appeal.agency), joinedload(Appeal.contested), joinedload(Appeal.handler))
    first: dict[UUID, tuple[Appeal, Deadline]] = {}  # until somebody takes it up both terms run
    for row in session.execute(query.order_by(Deadline.due_on, Appeal.id)):
        first.setdefault(row[0].id, (row[0], row[1]))
    return list(first.values())


def terms_of(
    session: Session, appeal_ids: Collection[UUID], kind: DeadlineKind = DeadlineKind.APPEAL_OUTCOME
) -> dict[UUID, date]:
    """Return the last day of the term of this kind that each of the appeals has had, open or ended."""
    query = select(Deadline.subject_id, Deadline.due_on).where(Deadline.subject_id.in_(appeal_ids))
    rows = session.execute(query.where(Deadline.kind == kind).order_by(Deadline.opened_at))
    return {row[0]: row[1] for row in rows}


def appeal_runs(session: Session, decision_id: UUID) -> bool:
    """Return whether an appeal against a decision runs that came in time, or was admitted."""
    against = select(Appeal.id).where(Appeal.decision_id == decision_id, *_running())
    return session.scalar(against.limit(1)) is not None


def deciders_of(session: Session, decision_id: UUID) -> set[UUID]:
    """Return who took a decision: its decider, who proposed it, and who suspended at once before it."""
    before = aliased(Decision)
    query = select(Decision.decider_id, DecisionProposal.proposed_by, before.decider_id)
    query = query.outerjoin(DecisionProposal, DecisionProposal.id == Decision.proposal_id)
    query = query.outerjoin(before, before.id == Decision.reviews_decision_id).where(Decision.id == decision_id)
    return {each for row in session.execute(query) for each in row if each}


def under_appeal(session: Session, agency_ids: Collection[UUID]) -> set[UUID]:
    """Return which agencies have appealed, in time or admitted, against a decision about their certificate."""
    public = exists().where(Decision.id == Appeal.decision_id, Decision.certificate_id.is_not(None))
    query = select(Appeal.agency_id).where(Appeal.agency_id.in_(agency_ids), *_running(), public)
    return set(session.scalars(query.distinct()))


def _running() -> tuple[ColumnElement[bool], ...]:
    in_time = or_(Appeal.state == AppealState.IN_HAND, Appeal.received_on <= Appeal.until)
    return Appeal.state.in_(sorted(OPEN_STATES)), in_time


def count_by_state(session: Session) -> dict[AppealState, int]:
    """Return how many appeals there are in each state."""
    rows = session.execute(select(Appeal.state, func.count()).group_by(Appeal.state))
    return {row[0]: row[1] for row in rows}
