"""Who goes along in an audit: nobody with an interest, and nobody of them decides in this cycle."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.decisions.rules import Outcome
from audits.inspections.workflow import AuditState
from audits.people.independence import Bar, bar_of
from audits.people.models import Interest
from audits.teams.models import TeamMember
from audits.teams.queries import candidates, team_of
from audits.teams.rules import TeamRole
from audits.teams.services import join_team, leave_team
from certificates.lifecycle.services import decide_on_audit
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person


@pytest.fixture
def audit(session):
    return make_audit(session, AuditState.IN_PROGRESS)


@pytest.fixture
def decider(session):
    return make_person(session, Role.DECIDER)


def join(session, audit, person, role=TeamRole.EXPERT):
    return join_team(session, audit.planner.actor, audit.id, person_id=person.id, role=role)


def interested(session, person, audit):
    session.add(Interest(person_id=person.id, agency_id=audit.agency_id, nature="x", declared_at=clock.now()))
    session.flush()


@pytest.mark.parametrize("role", TeamRole)
def test_whoever_goes_along_in_any_role_never_decides_in_this_cycle(session, role):
    audit, decider = make_audit(session, AuditState.PLANNED), make_person(session, [Role.DECIDER, Role.INSPECTOR])
    assert bar_of(session, audit.agency_id, decider.id) is None
    member = join(session, audit, decider, role)
    assert bar_of(session, audit.agency_id, decider.id) is Bar.TOOK_PART
    leave_team(session, audit.planner.actor, audit.id, member.id, reason="Ill.")
    session.flush()
    assert bar_of(session, audit.agency_id, decider.id) is Bar.TOOK_PART


def test_the_database_refuses_the_decision_of_a_member_too(session, decider):
    audit = make_audit(session, AuditState.REVIEWED)
    part = TeamMember(audit_id=audit.id, person_id=decider.id, role=TeamRole.OBSERVER, joined_at=clock.now())
    session.add(part)
    session.flush()
    with pytest.raises(NotAllowedError, match="took part"):
        decide_on_audit(session, decider.actor, audit.id, outcome=Outcome.GRANT, reasons="x")


def test_a_person_comes_and_goes_and_may_come_again(session, audit, decider):
    first = join(session, audit, decider)
    with pytest.raises(RuleError, match="goes along already"):
        join(session, audit, decider)
    leave_team(session, audit.planner.actor, audit.id, first.id, reason="Ill.")
    again = join(session, audit, decider, TeamRole.INTERPRETER)
    session.flush()
    assert [(each.role, each.left_at is None) for each in team_of(session, audit.id)] == [
        (TeamRole.EXPERT, False),
        (TeamRole.INTERPRETER, True),
    ]
    with pytest.raises(NotFoundError):
        leave_team(session, audit.planner.actor, audit.id, first.id, reason="Once more.")
    assert again.person_id == decider.id


def test_who_has_an_interest_is_no_candidate_and_cannot_go_along(session, audit, decider):
    interested(session, decider, audit)
    assert decider not in candidates(session, audit.agency_id)
    with pytest.raises(RuleError, match="cannot go along"):
        join(session, audit, decider)
    session.add(TeamMember(audit_id=audit.id, person_id=decider.id, role=TeamRole.EXPERT, joined_at=clock.now()))
    with pytest.raises(IntegrityError, match="declared tie"):
        session.flush()


def test_people_of_agencies_retired_ones_and_the_inspector_are_not_added(session, audit):
    others = [
        make_person(session, Role.AGENCY_OWNER, audit.agency),
        make_person(session, Role.INSPECTOR, retired_at=clock.now()),
    ]
    for person in [*others, audit.inspector]:
        with pytest.raises(RuleError):
            join(session, audit, person)
    assert session.scalars(select(TeamMember)).all() == []


@pytest.mark.parametrize("state", [AuditState.CONCLUDED, AuditState.CANCELLED])
def test_a_finished_audit_keeps_its_team(session, decider, state):
    with pytest.raises(IllegalMoveError):
        join(session, make_audit(session, state), decider)


def test_only_a_planner_changes_it_and_says_why_somebody_leaves(session, audit, decider):
    with pytest.raises(NotAllowedError):
        join_team(session, audit.inspector.actor, audit.id, person_id=decider.id, role=TeamRole.MEMBER)
    member = join(session, audit, decider)
    with pytest.raises(RuleError) as refusal:
        leave_team(session, audit.planner.actor, audit.id, member.id, reason=" ")
    assert refusal.value.field == "reason"
