"""Plan audits: one on an application, or one of a holder of a certificate. The caller commits."""

from collections.abc import Collection
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.applications.models import Application
from audits.applications.queries import unaccepted_agreement
from audits.applications.services.course import APPLICATIONS
from audits.applications.workflow import ApplicationState
from audits.certification.models import Certification
from audits.certification.queries import cycle_of_holder
from audits.core import clock, moves, numbering
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.db import broken_constraint
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.events import Code
from audits.core.letters import check_given, check_printable
from audits.core.notices import tell_agency, tell_person
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadlines
from audits.inspections import events as told
from audits.inspections import notices
from audits.inspections.coverage import choose
from audits.inspections.models import Audit, Participant
from audits.inspections.planning import check_risks
from audits.inspections.services.competence import weigh_competence
from audits.inspections.services.course import record
from audits.inspections.workflow import AUDIT_FLOW, ON_APPLICATION
from audits.people import independence
from audits.people.models import Person
from audits.schemes.cycle import AuditKind
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import with_cycle
from audits.schemes.text import SchemeText


def plan_audit(
    session: Session,
    actor: Actor,
    application_id: UUID,
    *,
    inspector_id: UUID,
    planned_on: date,
    announced: bool = True,
    risks: Collection[str] = (),
    despite: str = "",
) -> Audit:
    """Assign an inspector without a declared interest to an accepted application (ISO/IEC 17065, 4.2 and 7.4.2).

    The audit of a holder of a certificate is for renewal, that of anybody else an initial one. `risks` are codes of the
    scheme, which ask for more time. `despite` says why this inspector, if a competence is missing.
    """
    application = moves.hold(session, APPLICATIONS, actor, application_id, Permission.AUDIT_PLAN)
    if application.state is not ApplicationState.ACCEPTED:
        raise IllegalMoveError("An audit can be planned once the application is accepted.")
    if unaccepted_agreement(session, application):
        raise RuleError("The signatory of the agency has not accepted the certification agreement yet.")
    check_people(session, actor, application, inspector_id)
    check_day(planned_on)
    if session.scalar(select(Audit.id).where(Audit.application_id == application.id, Audit.is_live)):
        raise IllegalMoveError("An audit of this application is planned already.")
    audit = Audit(
        kind=AuditKind.RENEWAL if cycle_of_holder(session, application.agency_id) else AuditKind.INITIAL,
        application_id=application.id,
        certification_id=application.id,
        agency_id=application.agency_id,
        scheme_version_id=application.scheme_version_id,
        inspector_id=inspector_id,
        planned_on=planned_on,
        announced=announced,
    )
    _add(session, actor, audit, with_cycle(application.scheme_version), risks)
    weigh_competence(session, actor, audit, despite)
    return audit


def plan_audit_of_holder(
    session: Session,
    actor: Actor,
    agency_id: UUID,
    *,
    kind: AuditKind,
    inspector_id: UUID,
    planned_on: date,
    announced: bool = True,
    occasion: str = "",
    risks: Collection[str] = (),
    by_hand: Collection[str] = (),
    despite: str = "",
) -> Audit:
    """Plan an audit between grant and renewal: surveillance, special, follow-up, or for an extension of the scope.

    `occasion` says why, which only surveillance needs not; `risks` and `by_hand` are codes of the scheme, which choose
    requirements where the scheme lets this kind of audit do so. `despite` says why this inspector, if a competence is
    missing.
    """
    authorise(actor, Permission.AUDIT_PLAN)
    cycle = cycle_of_holder(session, agency_id)
    if cycle is None:
        raise IllegalMoveError("This agency holds no certificate.")
    if kind in ON_APPLICATION:
        raise RuleError("An audit of this kind is planned from an application.", "kind")
    if kind is not AuditKind.SURVEILLANCE:
        check_given(occasion, "occasion")
    check_printable(occasion, "occasion")
    check_people(session, actor, cycle, inspector_id)
    check_day(planned_on)
    audit = _of_cycle(cycle, kind=kind, inspector_id=inspector_id, planned_on=planned_on, announced=announced)
    audit.occasion = occasion.strip()
    _add(session, actor, audit, with_cycle(session.get_one(SchemeVersion, cycle.scheme_version_id)), risks)
    weigh_competence(session, actor, audit, despite)
    choose(session, audit, risks=risks, by_hand=by_hand)
    session.flush()
    if kind is AuditKind.SPECIAL:
        end_deadlines(session, DeadlineKind.SPECIAL_AUDIT, agency_id)
    return audit


def check_people(session: Session, actor: Actor, case: Application | Certification | Audit, inspector_id: UUID) -> None:
    """Raise RuleError at `inspector` for a person who cannot inspect the agency of a case as planned by the actor."""
    if inspector_id in {actor.id, case.planner_id if isinstance(case, Audit) else None}:
        raise RuleError("Who plans an audit cannot carry it out. Choose somebody else.", "inspector")
    inspector = session.get(Person, inspector_id)
    if inspector is None or Role.INSPECTOR not in inspector.roles:
        raise RuleError("This person is not an inspector.", "inspector")
    if inspector_id in set(session.scalars(independence.interested_in(case.agency_id))):
        raise _interested()
    besides = case.id if isinstance(case, Audit) else None
    if inspector_id in independence.rotated_out(session, case.agency_id, case.scheme_version_id, besides):
        raise _rotated_out()
    independence.check_no_interest(session, actor, case.agency_id)


def flush_planned(session: Session) -> None:
    """Flush, so that a trigger refuses an inspector who may no longer do it."""
    try:
        session.flush()
    except IntegrityError as refusal:
        broken = {"no_tie": _interested, "rotation": _rotated_out}.get(broken_constraint(refusal))
        if broken:
            raise broken() from refusal
        raise


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


def _of_cycle(cycle: Certification, *, kind: AuditKind, inspector_id: UUID, planned_on: date, announced: bool) -> Audit:
    return Audit(
        kind=kind,
        certification_id=cycle.id,
        agency_id=cycle.agency_id,
        scheme_version_id=cycle.scheme_version_id,
        inspector_id=inspector_id,
        planned_on=planned_on,
        announced=announced,
    )


def _add(session: Session, actor: Actor, audit: Audit, scheme: SchemeText, risks: Collection[str]) -> None:
    """Number and store a new audit, with its traces, and tell who must know."""
    check_risks(scheme, risks)
    audit.risks = sorted(set(risks))
    year = clock.today().year
    audit.id = uuid4()
    audit.reference = f"AU-{year}-{numbering.next_number(session, f'audit-{year}'):05d}"
    audit.planner_id, audit.state = actor.id, AUDIT_FLOW.initial
    session.add(audit)
    flush_planned(session)
    take_part(session, audit, actor.id, audit.inspector_id)
    planned = told.AuditPlanned(
        after=audit.state,
        kind=audit.kind,
        inspector=audit.inspector_id,
        announced=audit.announced,
        risks=tuple(map(Code, audit.risks)),
        occasion=audit.occasion or "",
    )
    record(session, actor, audit, planned)
    tell_inspector(session, audit)
    tell_day(session, audit)


def _interested() -> RuleError:
    return RuleError("This inspector has an interest in the agency or its group. Choose somebody else.", "inspector")


def _rotated_out() -> RuleError:
    return RuleError(
        "This inspector judged as many audits of this agency in a row as the norm permits. Choose somebody else.",
        "inspector",
    )
