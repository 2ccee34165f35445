"""The course of an audit: planned, started, sent back, reviewed, concluded, cancelled."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.applications.models import Application
from audits.applications.workflow import ApplicationState
from audits.core import clock, numbering, outbox
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.inspections.models import Audit, Finding, Participant, SampledUnit
from audits.inspections.services.moving import check_outsider, load, move, record
from audits.inspections.workflow import AUDIT_FLOW
from audits.people.models import Interest, Person, PersonRole
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
    """Assign an inspector without a tie to an accepted application (ISO/IEC 17065 clauses 4.2 and 7.4.2)."""
    application = session.get(Application, application_id, with_for_update=True)
    if application is None:
        raise NotFoundError("There is no such application.")
    authorise(actor, Permission.AUDIT_PLAN, application)
    if application.state is not ApplicationState.ACCEPTED:
        raise IllegalMoveError("An audit can be planned once the application is accepted.")
    _check_people(session, actor, application.agency_id, inspector_id)
    if planned_on < clock.today():
        raise RuleError("Choose today or a later day.", "planned_on")
    audit = _new_audit(session, actor, application, inspector_id, planned_on, announced=announced)
    _flush_planned(session)
    session.add_all(
        Participant(audit_id=audit.id, person_id=person_id, since=clock.now()) for person_id in (actor.id, inspector_id)
    )
    record(session, actor, audit, "plan", after=audit.state.value, inspector=str(inspector_id), announced=announced)
    _tell_planned(session, audit)
    return audit


def start_audit(session: Session, actor: Actor, audit_id: UUID) -> Audit:
    """Begin the fieldwork. The organisation itself is drawn at once, as a population of one."""
    audit = load(session, audit_id)
    move(session, actor, audit, "start")
    audit.started_at = clock.now()
    unit = scheme_of_version(audit.scheme_version).agency_unit.code
    session.add(SampledUnit(audit_id=audit.id, unit=unit, reference=unit, position=1))
    return audit


def reopen_audit(session: Session, actor: Actor, audit_id: UUID, *, reason: str) -> Audit:
    """Send a reported audit back to its inspector; its findings go, so no agency may have answered one yet."""
    audit = load(session, audit_id)
    move(session, actor, audit, "reopen", reason=reason.strip())
    check_outsider(session, audit, actor)
    _check_said(reason)
    answered = select(Finding.id).where(Finding.audit_id == audit.id, Finding.answered_at.is_not(None))
    if session.scalar(answered.limit(1)):
        raise RuleError("The agency has answered a finding. The audit can no longer go back.", "reason")
    session.execute(delete(Finding).where(Finding.audit_id == audit.id))
    audit.reported_at = audit.score = None
    outbox.enqueue(
        session,
        "mail",
        template="audit_reopened",
        person_id=str(audit.inspector_id),
        reference=audit.reference,
        path=f"/inspector/audits/{audit.id}",
    )
    return audit


def review_audit(session: Session, actor: Actor, audit_id: UUID, *, recommendation: str) -> Audit:
    """Hand the file to the deciders (ISO/IEC 17065 clause 7.5), by somebody who took no part in it."""
    audit = load(session, audit_id)
    move(session, actor, audit, "review")
    check_outsider(session, audit, actor)
    if not recommendation.strip():
        raise RuleError("Write a recommendation.", "recommendation")
    audit.reviewer_id, audit.reviewed_at = actor.id, clock.now()
    audit.recommendation = recommendation.strip()
    for person_id in _deciders(session, audit):
        outbox.enqueue(
            session,
            "mail",
            template="audit_reviewed",
            person_id=str(person_id),
            reference=audit.reference,
            path=f"/office/audits/{audit.id}",
        )
    return audit


def cancel_audit(session: Session, actor: Actor, audit_id: UUID, *, reason: str) -> Audit:
    """Call an audit off before it is reported; another can then be planned."""
    audit = load(session, audit_id)
    move(session, actor, audit, "cancel", reason=reason.strip())
    _check_said(reason)
    return audit


def conclude_audit(session: Session, actor: Actor, audit_id: UUID) -> Audit:
    """Close the file; part of taking the decision."""
    audit = load(session, audit_id)
    move(session, actor, audit, "conclude")
    return audit


def _check_people(session: Session, actor: Actor, agency_id: UUID, inspector_id: UUID) -> None:
    if inspector_id == actor.id:
        raise RuleError("Who plans an audit cannot carry it out. Choose somebody else.", "inspector")
    inspector = session.get(Person, inspector_id)
    if inspector is None or Role.INSPECTOR not in inspector.roles:
        raise RuleError("This person is not an inspector.", "inspector")
    interested = set(session.scalars(select(Interest.person_id).where(Interest.agency_id == agency_id)))
    if inspector_id in interested:
        raise RuleError("This inspector has declared an interest in the agency. Choose somebody else.", "inspector")
    if actor.id in interested:
        raise NotAllowedError("You have declared an interest in this agency. Somebody else must do this.")


def _new_audit(
    session: Session,
    actor: Actor,
    application: Application,
    inspector_id: UUID,
    planned_on: date,
    *,
    announced: bool,
) -> Audit:
    live = select(Audit.id).where(Audit.application_id == application.id, Audit.state != "cancelled")
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


def _flush_planned(session: Session) -> None:
    """Let the trigger speak now: a tie may have been declared a moment ago."""
    try:
        session.flush()
    except IntegrityError as refusal:
        if getattr(getattr(refusal.orig, "diag", None), "constraint_name", None) == "no_tie":
            raise RuleError(
                "This inspector has declared an interest in the agency. Choose somebody else.", "inspector"
            ) from refusal
        raise


def _tell_planned(session: Session, audit: Audit) -> None:
    outbox.enqueue(
        session,
        "mail",
        template="audit_assigned",
        person_id=str(audit.inspector_id),
        reference=audit.reference,
        day=audit.planned_on.isoformat(),
        path=f"/inspector/audits/{audit.id}",
    )
    if audit.announced:
        outbox.enqueue(
            session,
            "mail.agency",
            template="audit_planned",
            agency_id=str(audit.agency_id),
            reference=audit.reference,
            day=audit.planned_on.isoformat(),
            path="/agency/",
        )


def _deciders(session: Session, audit: Audit) -> list[UUID]:
    """Those who may decide on it: no part in it, no tie, still with us."""
    took_part = select(Participant.person_id).where(Participant.audit_id == audit.id)
    interested = select(Interest.person_id).where(Interest.agency_id == audit.agency_id)
    deciders = (
        select(PersonRole.person_id)
        .join(Person, Person.id == PersonRole.person_id)
        .where(PersonRole.role == Role.DECIDER, Person.retired_at.is_(None))
        .where(PersonRole.person_id.not_in(took_part), PersonRole.person_id.not_in(interested))
    )
    return list(session.scalars(deciders))


def _check_said(reason: str) -> None:
    if not reason.strip():
        raise RuleError("Give the reason.", "reason")
