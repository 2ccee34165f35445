"""Reads of decisions. Every list starts from what the actor may see."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, Uuid, column, func, select, table
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import LoaderOption

from audits.core.access import Actor, Permission
from audits.core.statements import built_once
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.models import Decision, DecisionBasis, DecisionGround
from audits.decisions.rules import AFTER_AUDIT
from audits.inspections.models import Audit
from audits.inspections.queries import visible_audits
from audits.people.models import Person
from audits.schemes.cycle import DecisionKind


def visible_decisions(actor: Actor) -> Select[Decision]:
    """Select what the actor may see: an agency its own, an inspector those on own audits, staff with cases all."""
    query = select(Decision)
    if actor.agency_id is not None:
        return query.where(Decision.agency_id == actor.agency_id)
    if actor.has(Permission.CASES_VIEW):
        return query
    return query.where(Decision.audit_id.in_(visible_audits(actor).with_only_columns(Audit.id)))


def find_decision(session: Session, actor: Actor, audit_id: UUID) -> Decision | None:
    """Return the decision that concluded an audit, or None. A refusal comes before what became of the certificate."""
    query, values = _decision(actor, audit_id)
    return session.scalars(query, values).unique().first()


@built_once
def _decision(actor: Actor, audit_id: UUID) -> Select[Decision]:
    concluding = visible_decisions(actor).where(Decision.audit_id == audit_id)
    first = concluding.order_by(Decision.kind.in_(sorted(AFTER_AUDIT)).desc(), Decision.decided_at.desc()).limit(1)
    return first.options(_decider(), joinedload(Decision.grounds))


def decisions_about(session: Session, actor: Actor, certificate_id: UUID) -> list[Decision]:
    """Return the decisions about a certificate that changed or kept it, newest first."""
    query = visible_decisions(actor).where(Decision.certificate_id == certificate_id)
    return list(session.scalars(query.options(_decider()).order_by(Decision.decided_at.desc())))


def audits_of_agency(session: Session, actor: Actor, agency_id: UUID) -> list[Audit]:
    """Return all audits of an agency that the actor may see, cancelled ones too, oldest first."""
    query = visible_audits(actor).where(Audit.agency_id == agency_id)
    return list(session.scalars(query.order_by(Audit.planned_on, Audit.reference)))


def provisional_suspension(session: Session, agency_id: UUID) -> Decision | None:
    """Return the suspension of an agency's certificate that a second decider must confirm or end; or None."""
    return session.scalar(select(Decision).where(Decision.id == func.provisional_suspension(agency_id)))


def waiting_decision(session: Session, agency_id: UUID) -> Decision | None:
    """Return the decision about an agency's certificate that counts from a later day and still stands; or None."""
    return session.scalar(select(Decision).where(Decision.id == func.waiting_decision(agency_id)))


def grounds_in_words(grounds: Iterable[DecisionGround]) -> list[dict[str, str]]:
    """Return grounds as code and public words in every language."""
    return [{"code": each.code, **each.words} for each in grounds]


def altered_bases(session: Session) -> list[UUID]:
    """Return the decisions whose basis is not the one whose digest they hold; those from before 0019 kept no basis."""
    now = func.encode(func.sha256(func.convert_to(DecisionBasis.content, "UTF8")), "hex")
    query = select(Decision.id).join(DecisionBasis, DecisionBasis.decision_id == Decision.id)
    return list(session.scalars(query.where(now != Decision.basis_sha256).order_by(Decision.decided_at)))


def _decider() -> LoaderOption:
    """Load the decider without roles, which no page of a decision shows."""
    return joinedload(Decision.decider).lazyload(Person.role_rows)


_APPEAL = table("appeal", column("id", Uuid), column("decision_id", Uuid))  # its model stands above this aggregate


def to_decide_anew(session: Session, decision: Decision) -> UUID | None:
    """Return the decision that an upheld appeal asks to take anew, for one about to be taken; the most urgent."""
    if decision.kind is DecisionKind.APPEAL_OUTCOME:
        return None
    query = select(_APPEAL.c.decision_id).join(Deadline, Deadline.subject_id == _APPEAL.c.id)
    query = query.where(Deadline.kind == DeadlineKind.APPEAL_FOLLOW_UP, Deadline.agency_id == decision.agency_id)
    return session.scalar(query.where(Deadline.done_at.is_(None)).order_by(Deadline.due_on, Deadline.id).limit(1))
