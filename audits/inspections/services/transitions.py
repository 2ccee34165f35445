"""Moves of an audit from planning to conclusion; fieldwork and reporting have their own modules."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.applications.models import Application
from audits.applications.queries import unaccepted_agreement
from audits.applications.services.course import APPLICATIONS
from audits.applications.workflow import ApplicationState
from audits.core import clock, moves, numbering
from audits.core.access import Actor, Permission, Role
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.flow import Independence
from audits.core.notices import tell_agency, tell_person
from audits.inspections import events as told
from audits.inspections import notices
from audits.inspections.models import Audit, Participant, SampledUnit
from audits.inspections.services.course import AUDITS, record
from audits.inspections.workflow import AUDIT_FLOW, AuditState
from audits.people import independence
from audits.people.models import Person, PersonRole
from audits.schemes.queries import scheme_of_version


def plan_audit(
    session: Session,
    actor: Actor,
    application_id: UUID,
    *,
    inspector_id: UUID,
    planned_on: date,
    announced: bool = True,
) -> Audit:
    """Assign an inspector without a declared interest to an accepted application (ISO/IEC 17065, 4.2 and 7.4.2)."""
    application = moves.hold(session, APPLICATIONS, actor, application_id, Permission.AUDIT_PLAN)
    if application.state is not ApplicationState.ACCEPTED:
        raise IllegalMoveError("An audit can be planned once the application is accepted.")
    if unaccepted_agreement(session, application):
        raise RuleError("The signatory of the agency has not accepted the certification agreement yet.")
    check_people(session, actor, application.agency_id, inspector_id)
    check_day(planned_on)
    audit = _new_audit(session, actor, application, inspector_id, planned_on, announced=announced)
    flush_planned(session)
    take_part(session, audit, actor.id, inspector_id)
    record(session, actor, audit, told.AuditPlanned(after=audit.state, inspector=inspector_id, announced=announced))
    tell_inspector(session, audit)
    tell_day(session, audit)
    return audit


def start_audit(session: Session, actor: Actor, audit_id: UUID) -> Audit:
    """Begin the fieldwork. The organisation itself is drawn at once, as a population of one."""
    audit = moves.make(session, AUDITS, actor, audit_id, told.AuditStarted)
    audit.started_at = clock.now()
    unit = scheme_of_version(audit.scheme_version).agency_unit.code
    session.add(SampledUnit(audit_id=audit.id, unit=unit, reference=unit, position=1))
    return audit


def reveal_audit(session: Session, actor: Actor, audit_id: UUID) -> Audit:
    """Make an unannounced audit known to the agency, on site; until then it sees nothing of the preparation."""
    states = {AuditState.PLANNED, AuditState.IN_PROGRESS}
    asked = Permission.AUDIT_CONDUCT
    audit = moves.hold(session, AUDITS, actor, audit_id, asked, asks=Independence.OWN, within=states)
    if audit.is_known_to_agency:
        raise IllegalMoveError("The agency knows of this audit already.")
    audit.revealed_at = clock.now()
    record(session, actor, audit, told.AuditRevealed(after=audit.state))
    tell_agency(session, audit.agency_id, notices.AuditRevealed(reference=audit.reference))
    return audit


def reopen_audit(session: Session, actor: Actor, audit_id: UUID, *, reason: str) -> Audit:
    """Send a reported audit back to its inspector. Its findings stay; the next report says which of them still hold."""
    audit = moves.make(session, AUDITS, actor, audit_id, told.AuditReopened, reason=reason.strip())
    check_said(reason)
    audit.revealed_at = audit.revealed_at or audit.reported_at  # what it has read stays known
    audit.reported_at = audit.score = None
    audit.insufficient = []
    notice = notices.AuditReopened(reference=audit.reference)
    tell_person(session, audit.inspector_id, notice, subject_id=audit.id)
    return audit


def review_audit(session: Session, actor: Actor, audit_id: UUID, *, recommendation: str) -> Audit:
    """Pass the file to the deciders (ISO/IEC 17065 clause 7.5); the reviewer must not have taken part in the audit."""
    audit = moves.make(session, AUDITS, actor, audit_id, told.AuditReviewed)
    if not recommendation.strip():
        raise RuleError("Write a recommendation.", "recommendation")
    audit.reviewer_id, audit.reviewed_at = actor.id, clock.now()
    audit.recommendation = recommendation.strip()
    for person_id in deciders_of(session, audit):
        tell_person(session, person_id, notices.AuditReviewed(reference=audit.reference), subject_id=audit.id)
    return audit


def cancel_audit(session: Session, actor: Actor, audit_id: UUID, *, reason: str) -> Audit:
    """Cancel an audit before it is reported; another can then be planned."""
    audit = moves.make(session, AUDITS, actor, audit_id, told.AuditCancelled, reason=reason.strip())
    check_said(reason)
    return audit


def conclude_audit(session: Session, actor: Actor, audit_id: UUID) -> Audit:
    """Conclude the audit, as part of the decision."""
    return moves.make(session, AUDITS, actor, audit_id, told.AuditConcluded)


def check_people(session: Session, actor: Actor, agency_id: UUID, inspector_id: UUID) -> None:
    """Raise RuleError at `inspector` for a person who cannot inspect this agency as planned by the actor."""
    if inspector_id == actor.id:
        raise RuleError("Who plans an audit cannot carry it out. Choose somebody else.", "inspector")
    inspector = session.get(Person, inspector_id)
    if inspector is None or Role.INSPECTOR not in inspector.roles:
        raise RuleError("This person is not an inspector.", "inspector")
    if inspector_id in set(session.scalars(independence.interested_in(agency_id))):
        raise _interested()
    independence.check_no_interest(session, actor, agency_id)


def _new_audit(
    session: Session,
    actor: Actor,
    application: Application,
    inspector_id: UUID,
    planned_on: date,
    *,
    announced: bool,
) -> Audit:
    live = select(Audit.id).where(Audit.application_id == application.id, Audit.is_live)
    if session.scalar(live):
        raise IllegalMoveError("An audit of this application is planned already.")
    year = clock.today().year
    audit = Audit(
        id=uuid4(),
        reference=f"AU-{year}-{numbering.next_number(session, f'audit-{year}'):05d}",
        application_id=application.id,
        agency_id=application.agency_id,
        scheme_version_id=application.scheme_version_id,
        planner_id=actor.id,
        inspector_id=inspector_id,
        state=AUDIT_FLOW.initial,
        planned_on=planned_on,
        announced=announced,
    )
    session.add(audit)
    return audit


def flush_planned(session: Session) -> None:
    """Flush, so that a trigger refuses an inspector who declared an interest in the meantime."""
    try:
        session.flush()
    except IntegrityError as refusal:
        if getattr(getattr(refusal.orig, "diag", None), "constraint_name", None) == "no_tie":
            raise _interested() from refusal
        raise


def _interested() -> RuleError:
    return RuleError("This inspector has declared an interest in the agency. Choose somebody else.", "inspector")


def check_day(planned_on: date) -> None:
    """Raise RuleError at `planned_on` for a day that is over."""
    if planned_on < clock.today():
        raise RuleError("Choose today or a later day.", "planned_on")


def take_part(session: Session, audit: Audit, *people: UUID) -> None:
    """Add people to those who took part in the audit and can never decide on it."""
    for person_id in people:
        if session.get(Participant, (audit.id, person_id)) is None:
            session.add(Participant(audit_id=audit.id, person_id=person_id, since=clock.now()))


def tell_inspector(session: Session, audit: Audit) -> None:
    """Tell the inspector which audit is theirs."""
    assigned = notices.AuditAssigned(reference=audit.reference, day=audit.planned_on)
    tell_person(session, audit.inspector_id, assigned, subject_id=audit.id)


def tell_day(session: Session, audit: Audit) -> None:
    """Tell the agency the first day of an announced audit."""
    if audit.announced:
        tell_agency(session, audit.agency_id, notices.AuditPlanned(reference=audit.reference, day=audit.planned_on))


def deciders_of(session: Session, audit: Audit) -> list[UUID]:
    """Return the ids of those who may decide: no part in the audit, no interest, not retired."""
    deciders = (
        select(PersonRole.person_id)
        .join(Person, Person.id == PersonRole.person_id)
        .where(PersonRole.role == Role.DECIDER, Person.retired_at.is_(None))
        .where(PersonRole.person_id.not_in(independence.barred_people(audit.agency_id)))
    )
    return list(session.scalars(deciders))


def check_said(reason: str) -> None:
    """Raise RuleError at `reason` for a move without one."""
    if not reason.strip():
        raise RuleError("Give the reason.", "reason")
