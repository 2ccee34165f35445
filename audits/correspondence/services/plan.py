"""The say of an agency in the plan of its audit: whom it does not want, and which days suit it. The caller commits.

Both for announced audits alone, until they start; the database refuses the rest (walls/objection.sql).
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.rules import LONGEST_TEXT
from audits.core import clock, events, moves
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import IllegalMoveError, RuleError, missing
from audits.core.events import EventData
from audits.core.flow import Independence
from audits.core.letters import check_length, check_printable, check_reason
from audits.core.notices import tell_agency, tell_person
from audits.correspondence import events as told
from audits.correspondence import notices
from audits.correspondence.models import ProposedDay, TeamObjection
from audits.correspondence.queries import may_plan_with, open_to_objection, proposed_days
from audits.inspections.models import Audit
from audits.inspections.services.confidentiality import check_names_nobody
from audits.inspections.services.course import AUDITS
from audits.inspections.workflow import AUDIT_FLOW
from audits.teams.queries import team_of
from audits.teams.services import leave_team

LONGEST_NOTE = 200
MOST_DAYS = 5


def object_to(session: Session, actor: Actor, audit_id: UUID, *, person_id: UUID, reason: str) -> TeamObjection:
    """Object to somebody who is to audit the actor's agency, with a reason; the planner is told and answers.

    RuleError at `person` for somebody who does not go along, and for whom the agency objected to before.
    """
    audit = _own(session, actor, audit_id)
    if person_id not in {each.id for each in open_to_objection(session, audit)}:
        raise RuleError("Choose somebody who is to audit you, and to whom you did not object before.", "person")
    check_reason(reason)
    check_length(reason.strip(), LONGEST_TEXT, "reason")
    objection = TeamObjection(
        id=uuid4(),
        audit_id=audit.id,
        agency_id=audit.agency_id,
        person_id=person_id,
        reason=reason.strip(),
        asked_by=actor.id,
        asked_at=clock.now(),
    )
    session.add(objection)
    session.flush()
    _record(session, actor, objection, _about(told.ObjectionMade, objection, objection.reason))
    notice = notices.TeamObjected(reference=audit.reference)
    tell_person(session, audit.planner_id, notice, subject_id=audit.id)
    return objection


def answer_objection(
    session: Session, actor: Actor, audit_id: UUID, objection_id: UUID, *, upheld: bool, answer: str
) -> TeamObjection:
    """Uphold an objection, and let a member leave the team; or reject it, with a reason that the agency reads.

    IllegalMoveError to uphold one against the inspector, who must be replaced first: that asks for somebody else, who
    may lack a competence.
    """
    asks, within = Independence.NO_INTEREST, AUDIT_FLOW.unfinished
    audit = moves.hold(session, AUDITS, actor, audit_id, Permission.AUDIT_PLAN, asks=asks, within=within)
    objection = session.get(TeamObjection, objection_id, with_for_update=True)
    if objection is None or objection.audit_id != audit.id:
        raise missing(TeamObjection)
    if objection.answered_at is not None:
        raise IllegalMoveError("This objection is answered already.")
    answer = _for_agency(session, audit, answer, needed=not upheld)
    if upheld:
        _part_with(session, actor, audit, objection)
    objection.upheld, objection.answer = upheld, answer
    objection.answered_by, objection.answered_at = actor.id, clock.now()
    session.flush()
    kind = told.ObjectionUpheld if upheld else told.ObjectionRejected
    _record(session, actor, objection, _about(kind, objection, answer))
    notice = (notices.ObjectionUpheld if upheld else notices.ObjectionRejected)(reference=audit.reference)
    tell_agency(session, audit.agency_id, notice, subject_id=audit.id)
    return objection


def propose_days(
    session: Session, actor: Actor, audit_id: UUID, *, days: Collection[date], note: str = ""
) -> list[ProposedDay]:
    """Propose days to the planner, instead of those that were proposed before; none takes all back.

    RuleError at `first` for a day that is over, and for more than MOST_DAYS.
    """
    audit, note = _own(session, actor, audit_id), note.strip()
    if any(day <= clock.today() for day in days):
        raise RuleError("Choose days from tomorrow on.", "first")
    if len(set(days)) > MOST_DAYS:
        raise RuleError("Propose at most %(max)d days.", "first", max=MOST_DAYS)
    check_length(note, LONGEST_NOTE, "note")
    check_printable(note, "note")
    before = proposed_days(session, audit.id)
    for each in before:
        if each.day not in days or each.note != note:
            each.withdrawn_at = clock.now()
            _record(session, actor, each, told.DayTakenBack(audit=audit.id, day=each.day))
    session.flush()
    kept = {each.day for each in before if each.withdrawn_at is None}
    added = [_day(session, actor, audit, day, note) for day in sorted(set(days) - kept)]
    if added:
        tell_person(session, audit.planner_id, notices.DaysProposed(reference=audit.reference), subject_id=audit.id)
    return proposed_days(session, audit.id)


def _own(session: Session, actor: Actor, audit_id: UUID) -> Audit:
    """Return an audit of the actor's agency in whose plan it has a say."""
    authorise(actor, Permission.FINDING_ANSWER)
    audit = session.scalar(select(Audit).where(Audit.id == audit_id, Audit.agency_id == actor.agency_id))
    if audit is None or not audit.is_visible_to(actor):
        raise missing(Audit)
    if not may_plan_with(audit):
        raise IllegalMoveError("The audit has started, or was not announced. Its plan can no longer change this way.")
    return audit


def _day(session: Session, actor: Actor, audit: Audit, day: date, note: str) -> ProposedDay:
    row = ProposedDay(
        id=uuid4(),
        audit_id=audit.id,
        agency_id=audit.agency_id,
        day=day,
        note=note,
        proposed_by=actor.id,
        proposed_at=clock.now(),
    )
    session.add(row)
    session.flush()
    _record(session, actor, row, told.DayProposed(audit=audit.id, day=day, note=note))
    return row


def _for_agency(session: Session, audit: Audit, answer: str, *, needed: bool) -> str:
    said = answer.strip()
    if needed and not said:
        raise RuleError("Say why, for the agency.", "answer")
    check_length(said, LONGEST_TEXT, "answer")
    check_printable(said, "answer")
    check_names_nobody(session, audit, said, "answer")
    return said


def _part_with(session: Session, actor: Actor, audit: Audit, objection: TeamObjection) -> None:
    """Let whom the agency does not want leave the team."""
    if objection.person_id == audit.inspector_id:
        raise IllegalMoveError("First give the audit to another inspector. Then uphold the objection.")
    for member in team_of(session, audit.id):
        if member.person_id == objection.person_id and member.left_at is None:
            leave_team(session, actor, audit.id, member.id, reason=objection.reason)
    session.flush()


def _about(kind: type[told.ObjectionEvent], objection: TeamObjection, reason: str) -> told.ObjectionEvent:
    return kind(audit=objection.audit_id, person=objection.person_id, reason=reason)


def _record(session: Session, actor: Actor, row: TeamObjection | ProposedDay, event: EventData) -> None:
    events.record(session, event, subject_id=row.id, actor=actor, agency_id=row.agency_id)
