"""Reads of what is asked and told."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from audits.applications.models import Evidence
from audits.core.access import Actor
from audits.core.errors import missing
from audits.core.statements import built_once
from audits.correspondence.models import CaseMessage, EvidenceRequest, ProposedDay, TeamObjection
from audits.inspections.models import Audit
from audits.inspections.workflow import AuditState
from audits.people.models import Person
from audits.teams.queries import team_of

MOST_MESSAGES = 200  # that a page shows


def get_request(session: Session, actor: Actor, request_id: UUID) -> EvidenceRequest:
    """Return what was asked of the agency of this person, or raise NotFoundError."""
    query = select(EvidenceRequest).where(EvidenceRequest.id == request_id)
    query = query.where(EvidenceRequest.agency_id == actor.agency_id)
    found = session.scalar(query.options(joinedload(EvidenceRequest.audit).joinedload(Audit.scheme_version)))
    if found is None:
        raise missing(EvidenceRequest)
    return found


def open_requests(session: Session, agency_id: UUID) -> list[EvidenceRequest]:
    """Return what an agency must still give, what is due first before the rest."""
    query = select(EvidenceRequest).where(EvidenceRequest.agency_id == agency_id)
    query = query.where(EvidenceRequest.answered_at.is_(None), EvidenceRequest.withdrawn_at.is_(None))
    return list(session.scalars(query.order_by(EvidenceRequest.due_on, EvidenceRequest.asked_at)))


def requests_of(session: Session, audit_id: UUID) -> list[EvidenceRequest]:
    """Return what was asked in an audit, open ones first by their day. The caller must have access to the audit."""
    query, values = _asked(audit_id)
    return sorted(session.scalars(query, values), key=lambda each: not each.is_open)


def files_given(session: Session, request_ids: list[UUID]) -> dict[UUID, list[Evidence]]:
    """Return the files by the request that they answer. The caller must have access to the requests."""
    found: dict[UUID, list[Evidence]] = {each: [] for each in request_ids}
    query = select(Evidence).where(Evidence.request_id.in_(request_ids), Evidence.removed_at.is_(None))
    for file in session.scalars(query.order_by(Evidence.uploaded_at, Evidence.filename)) if request_ids else ():
        if file.request_id:
            found[file.request_id].append(file)
    return found


@built_once
def _asked(audit_id: UUID) -> Select[EvidenceRequest]:
    query = select(EvidenceRequest).where(EvidenceRequest.audit_id == audit_id)
    return query.options(joinedload(EvidenceRequest.giver).lazyload(Person.role_rows)).order_by(EvidenceRequest.due_on)


def thread_of(session: Session, application_id: UUID) -> list[CaseMessage]:
    """Return the newest messages about a case, oldest first. The caller must have access to the application."""
    query = select(CaseMessage).where(CaseMessage.application_id == application_id)
    query = query.options(joinedload(CaseMessage.author).lazyload(Person.role_rows))
    found = session.scalars(query.order_by(CaseMessage.sent_at.desc(), CaseMessage.id).limit(MOST_MESSAGES))
    return list(found)[::-1]


def unknown_audits(session: Session, agency_id: UUID) -> list[Audit]:
    """Return the audits that an agency must not learn of now."""
    query = select(Audit).where(Audit.agency_id == agency_id, Audit.is_live, ~Audit.is_known_to_agency)
    return list(session.scalars(query))


def objections_of(session: Session, audit_id: UUID) -> list[TeamObjection]:
    """Return the objections to the team of an audit, oldest first. The caller must have access to the audit."""
    query = select(TeamObjection).where(TeamObjection.audit_id == audit_id)
    query = query.options(joinedload(TeamObjection.person).lazyload(Person.role_rows))
    return list(session.scalars(query.order_by(TeamObjection.asked_at, TeamObjection.id)))


def get_objection(session: Session, audit: Audit, objection_id: UUID) -> TeamObjection:
    """Return an objection to the team of an audit, or raise. The caller must have access to the audit."""
    found = next((each for each in objections_of(session, audit.id) if each.id == objection_id), None)
    if found is None:
        raise missing(TeamObjection)
    return found


def open_to_objection(session: Session, audit: Audit) -> list[Person]:
    """Return who is to audit and was not objected to yet, who leads it first; nobody once the audit has started."""
    if not may_plan_with(audit):
        return []
    team = [each.person for each in team_of(session, audit.id) if each.left_at is None]
    said = {each.person_id for each in objections_of(session, audit.id)}
    return [person for person in (audit.inspector, *team) if person.id not in said]


def may_plan_with(audit: Audit) -> bool:
    """Return whether its agency has a say in the plan of an audit: it is announced and has not started."""
    return audit.announced and audit.state is AuditState.PLANNED


def proposed_days(session: Session, audit_id: UUID) -> list[ProposedDay]:
    """Return the days that the agency proposes for an audit. The caller must have access to the audit."""
    query = select(ProposedDay).where(ProposedDay.audit_id == audit_id, ProposedDay.withdrawn_at.is_(None))
    return list(session.scalars(query.order_by(ProposedDay.day)))


def proposed_within(session: Session, first: date, last: date) -> list[ProposedDay]:
    """Return the days in a time that agencies propose for audits that have not started, in their order."""
    query = (
        select(ProposedDay).join(ProposedDay.audit).options(contains_eager(ProposedDay.audit).joinedload(Audit.agency))
    )
    query = query.where(ProposedDay.day.between(first, last), ProposedDay.withdrawn_at.is_(None))
    query = query.where(Audit.state == AuditState.PLANNED)
    return list(session.scalars(query.order_by(ProposedDay.day, Audit.reference)))
