"""An account ends together with what its person has in hand: somebody takes over, and nothing is lost."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import NotAllowedError, RuleError
from audits.core.events import history
from audits.core.outbox import OutboxItem
from audits.deadlines.models import Deadline
from audits.inspections.models import Verdict
from audits.inspections.queries import own_audits
from audits.inspections.workflow import AuditState, FindingState
from audits.people.independence import Bar, bar_of
from audits.people.services import declare_interest
from audits.teams.leaving import end_account, in_hand, successors
from audits.teams.queries import team_of
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from tests.kit.factories.decisions import add_findings, finding
from tests.kit.factories.inspections import judge, make_audit
from tests.kit.factories.people import make_person


@pytest.fixture
def administrator(session):
    return make_person(session, Role.ADMINISTRATOR)


@pytest.fixture
def successor(session):
    return make_person(session, Role.INSPECTOR)


def verdicts(session):
    return sorted(session.execute(select(Verdict.requirement_code, Verdict.value, Verdict.recorded_by)).all())


def test_everything_goes_to_the_successor_in_one_act_and_no_verdict_is_lost(session, administrator, successor):
    audit, other = make_audit(session, AuditState.IN_PROGRESS), make_audit(session, AuditState.PLANNED)
    inspector = audit.inspector
    judge(session, audit, {}, rest=True)
    member = join_team(session, other.planner.actor, other.id, person_id=inspector.id, role=TeamRole.MEMBER)
    session.flush()
    before = verdicts(session)
    assert [(each.reference, each.role) for each in in_hand(session, administrator.actor, inspector.id)] == [
        (audit.reference, None),
        (other.reference, TeamRole.MEMBER),
    ]
    with pytest.raises(RuleError) as refusal:
        end_account(session, administrator.actor, inspector.id)
    assert refusal.value.field == "successor"
    end_account(session, administrator.actor, inspector.id, successor.id)
    session.flush()
    assert inspector.retired_at
    assert audit.inspector_id == successor.id
    assert own_audits(session, successor.actor) == [audit]
    assert verdicts(session) == before != []
    assert session.scalar(select(Deadline.owner_id).where(Deadline.subject_id == audit.id)) == successor.id
    assert [each.left_at is None for each in team_of(session, other.id)] == [False]
    assert member.left_at
    assert {bar_of(session, audit.agency_id, each.id) for each in (inspector, successor)} == {Bar.TOOK_PART}
    assert [each.name for each in history(session, audit.id)][-1] == "audit.replan"
    assert [each.name for each in history(session, other.id)][-1] == "audit.leave_team"
    told = {(item.payload["template"], item.payload["person_id"]) for item in session.query(OutboxItem)
            if item.payload.get("subject_id") == str(audit.id)}  # fmt: skip
    assert {("audit_assigned", str(successor.id)), ("work_taken_over", str(audit.planner_id))} <= told


def test_an_answer_to_a_finding_of_a_decided_audit_waits_for_somebody_too(session, administrator, successor):
    audit = make_audit(session, AuditState.CONCLUDED)
    inspector = audit.inspector
    assert in_hand(session, administrator.actor, inspector.id) == []
    add_findings(session, audit, [finding("minor", FindingState.OPEN)])
    session.flush()
    assert [each.reference for each in in_hand(session, administrator.actor, inspector.id)] == [audit.reference]
    end_account(session, administrator.actor, inspector.id, successor.id)
    assert audit.inspector_id == successor.id


@pytest.mark.parametrize("why", ["tie", "planner", "no inspector", "the same"])
def test_who_cannot_lead_an_audit_does_not_take_it_over(session, administrator, successor, why):
    audit = make_audit(session, AuditState.IN_PROGRESS)
    inspector, wrong = audit.inspector, successor
    match why:
        case "tie":
            declare_interest(session, successor.actor, audit.agency_id, "Shares.")
        case "planner":
            wrong = make_person(session, [Role.INSPECTOR, Role.PLANNER])
            audit = make_audit(session, AuditState.PLANNED, inspector=inspector, planner=wrong)
        case "no inspector":
            wrong = make_person(session, Role.REVIEWER)
        case _:
            wrong = inspector
    with pytest.raises(RuleError) as refusal:
        end_account(session, administrator.actor, inspector.id, wrong.id)
    assert refusal.value.field == "successor"
    assert inspector.retired_at is None
    if why in {"tie", "planner"}:
        assert refusal.value.params["audits"] == audit.reference
    with pytest.raises(IntegrityError, match="cannot take"):
        session.execute(select(func.hand_over(inspector.id, wrong.id, clock.now())))


def test_who_has_nothing_in_hand_leaves_without_a_successor(session, administrator):
    person = make_person(session, Role.REVIEWER)
    assert end_account(session, administrator.actor, person.id).retired_at


def test_only_an_administrator_ends_accounts(session, successor):
    audit = make_audit(session, AuditState.IN_PROGRESS)
    with pytest.raises(NotAllowedError):
        end_account(session, audit.planner.actor, audit.inspector_id, successor.id)
    assert audit.inspector not in successors(session, audit.inspector_id)


@pytest.mark.parametrize("by", ["planner", "inspector", "nobody"])
def test_nobody_else_hands_work_over_by_the_function_of_the_database(session, successor, by):
    audit = make_audit(session, AuditState.IN_PROGRESS)
    person = {"planner": audit.planner_id, "inspector": audit.inspector_id, "nobody": None}[by]
    session.execute(text("SELECT become(:person, NULL, 'cases')"), {"person": person})
    session.execute(text("SET LOCAL ROLE kw_app"))
    with pytest.raises(ProgrammingError, match="only an administrator"):
        session.execute(select(func.hand_over(audit.inspector_id, successor.id, clock.now())))
