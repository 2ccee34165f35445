"""Let people join and leave the team of an audit. The caller commits."""

from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from audits.core import clock, moves
from audits.core.access import Actor, Permission, Role
from audits.core.errors import RuleError, missing
from audits.core.letters import check_reason
from audits.core.notices import tell_person
from audits.inspections.models import Audit
from audits.inspections.services.course import AUDITS, record
from audits.inspections.workflow import AUDIT_FLOW
from audits.people.independence import rotated_out
from audits.teams import events as told
from audits.teams import notices
from audits.teams.models import TeamMember
from audits.teams.queries import candidates, team_of
from audits.teams.rules import TeamRole


def join_team(session: Session, actor: Actor, audit_id: UUID, *, person_id: UUID, role: TeamRole) -> TeamMember:
    """Let a member of staff go along in an unfinished audit; from then on this person never decides on it.

    RuleError at `person` for somebody with a declared interest, the inspector, and who goes along already.
    """
    audit = _hold(session, actor, audit_id)
    if person_id == audit.inspector_id or person_id in {each.person_id for each in _present(session, audit)}:
        raise RuleError("This person goes along already.", "person")
    if person_id == audit.planner_id:
        raise RuleError("Who planned an audit does not go along in it. Choose somebody else.", "person")
    person = next((each for each in candidates(session, audit.agency_id) if each.id == person_id), None)
    if person is None:
        raise RuleError("This person cannot go along. Choose somebody else.", "person")
    if role is TeamRole.MEMBER and Role.INSPECTOR not in person.roles:
        raise RuleError("Only an inspector judges as a member of the team. Choose another role.", "role")
    if role is TeamRole.MEMBER and person_id in rotated_out(
        session, audit.agency_id, audit.scheme_version_id, audit.id
    ):
        raise RuleError(
            "This person judged as many audits of this agency in a row as the norm permits. Choose another role.",
            "role",
        )
    member = TeamMember(id=uuid4(), audit_id=audit.id, person_id=person_id, role=role, joined_at=clock.now())
    session.add(member)
    session.flush()  # a trigger gives the person a part in the audit
    record(session, actor, audit, told.TeamJoined(after=audit.state, person=person_id, role=role))
    notice = notices.TeamJoined(reference=audit.reference, day=audit.planned_on)
    tell_person(session, person_id, notice)
    return member


def leave_team(session: Session, actor: Actor, audit_id: UUID, member_id: UUID, *, reason: str) -> TeamMember:
    """Let somebody go along no longer. The part in the audit stays, and with it the bar to deciding."""
    audit = _hold(session, actor, audit_id)
    member = next((each for each in _present(session, audit) if each.id == member_id), None)
    if member is None:
        raise missing(TeamMember)
    check_reason(reason)
    member.left_at = clock.now()
    left = told.TeamLeft(after=audit.state, person=member.person_id, role=member.role, reason=reason.strip())
    record(session, actor, audit, left)
    tell_person(session, member.person_id, notices.TeamLeft(reference=audit.reference))
    return member


def _hold(session: Session, actor: Actor, audit_id: UUID) -> Audit:
    return moves.hold(session, AUDITS, actor, audit_id, Permission.AUDIT_PLAN, within=AUDIT_FLOW.unfinished)


def _present(session: Session, audit: Audit) -> list[TeamMember]:
    return [each for each in team_of(session, audit.id) if each.left_at is None]
