"""Who is away and who stands in; what a deputy and the team of an audit see and do."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.outbox import OutboxItem
from audits.inspections import services as audits
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.models import Verdict
from audits.inspections.queries import get_audit, own_audits, sample_of
from audits.inspections.workflow import AuditState
from audits.people.independence import Bar, bar_of
from audits.people.models import Absence
from audits.people.queries import absences_to_come, stands_in_for, without_deputy
from audits.people.services import declare_interest, end_absence, record_absence, retire_person
from audits.teams.rules import TeamRole
from audits.teams.services import join_team, leave_team
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person


@pytest.fixture
def audit(session):
    return make_audit(session, AuditState.IN_PROGRESS)


@pytest.fixture
def deputy(session):
    return make_person(session, Role.INSPECTOR)


def away(session, person, deputy, *, by=None, first=0, last=7):
    today = clock.today()
    days = {"first_day": today + timedelta(days=first), "last_day": today + timedelta(days=last)}
    return record_absence(session, (by or person).actor, person.id, deputy_id=deputy.id, **days)


def judge(session, person, audit):
    scheme = scheme_of_audit(audit)
    unit = scheme.agency_unit.code
    code = next(item.code for item in scheme.requirements if item.unit == unit)
    return audits.record_sheets(session, person.actor, audit.id, {code: {unit: ("conform", "")}})


def test_a_deputy_sees_the_work_and_does_it_under_the_own_name_and_never_decides(session, audit, deputy):
    with pytest.raises(NotFoundError):
        get_audit(session, deputy.actor, audit.id)
    with pytest.raises(NotFoundError):
        judge(session, deputy, audit)
    away(session, audit.inspector, deputy)
    assert own_audits(session, deputy.actor) == [audit]
    assert bar_of(session, audit.agency_id, deputy.id) is None  # nothing done yet
    judge(session, deputy, audit)
    session.flush()
    assert {each.recorded_by for each in session.query(Verdict)} == {deputy.id}
    assert bar_of(session, audit.agency_id, deputy.id) is Bar.TOOK_PART


@pytest.mark.parametrize("why", ["not yet", "no longer", "back", "retired"])
def test_a_deputy_does_nothing_outside_the_absence(session, audit, deputy, why):
    absence = away(session, audit.inspector, deputy, first=1 if why == "not yet" else 0)
    if why == "no longer":
        session.execute(text("ALTER TABLE absence DISABLE TRIGGER USER"))
        session.execute(text("UPDATE absence SET first_day = first_day - 9, last_day = first_day - 1"))
    if why == "back":
        end_absence(session, audit.inspector.actor, absence.id)
    if why == "retired":
        retire_person(session, make_person(session, Role.ADMINISTRATOR).actor, deputy.id)
    session.flush()
    assert own_audits(session, deputy.actor) == []


def test_a_deputy_is_judged_as_himself(session, audit, deputy):
    away(session, audit.inspector, deputy)
    declare_interest(session, deputy.actor, audit.agency_id, "Shares.")
    with pytest.raises(NotAllowedError, match="an interest in"):
        judge(session, deputy, audit)


def test_a_deputy_has_the_role_no_tie_and_is_there(session, audit, deputy):
    inspector, planner = audit.inspector, make_person(session, Role.PLANNER)
    tied = make_person(session, Role.INSPECTOR)
    declare_interest(session, tied.actor, audit.agency_id, "Shares.")
    third = make_person(session, Role.INSPECTOR)
    away(session, third, deputy, first=7, last=9)
    for wrong in (planner, tied, third, inspector):
        with pytest.raises(RuleError) as refusal:
            away(session, inspector, wrong)
        assert refusal.value.field == "deputy"
    for wrong in (planner, tied):
        forged = {"first_day": clock.today(), "last_day": clock.today(), "recorded_at": clock.now()}
        with pytest.raises(IntegrityError, match="deputy"), session.begin_nested():
            session.add(Absence(person_id=inspector.id, deputy_id=wrong.id, recorded_by=inspector.id, **forged))


def test_a_deputy_who_will_be_away_too_is_told_of(session, audit, deputy):
    planner = make_person(session, Role.PLANNER)
    first = away(session, audit.inspector, deputy)
    third = make_person(session, Role.INSPECTOR)
    second = away(session, deputy, third, first=7, last=8)
    assert without_deputy(absences_to_come(session)) == {first.id}
    told = [(item.payload["template"], item.payload["person_id"]) for item in session.query(OutboxItem)
            if item.payload.get("template") in {"stands_in", "deputy_away"}]  # fmt: skip
    assert ("stands_in", str(deputy.id)) in told
    assert ("stands_in", str(third.id)) in told
    assert ("deputy_away", str(planner.id)) in told
    end_absence(session, planner.actor, second.id)
    assert without_deputy(absences_to_come(session)) == set()
    assert [each.id for each in stands_in_for(session, deputy.id)] == [first.id]
    with pytest.raises(IllegalMoveError):
        end_absence(session, planner.actor, second.id)


def test_only_a_planner_says_that_somebody_else_is_away(session, audit, deputy):
    with pytest.raises(NotAllowedError):
        away(session, audit.inspector, deputy, by=deputy)
    absence = away(session, audit.inspector, deputy, by=audit.planner)
    with pytest.raises(RuleError, match="already"):
        away(session, audit.inspector, deputy)
    with pytest.raises(NotFoundError):
        end_absence(session, deputy.actor, absence.id)
    with pytest.raises(RuleError) as refusal:
        away(session, deputy, audit.inspector, first=3, last=2)
    assert refusal.value.field == "last_day"


# The team


@pytest.mark.parametrize("role", TeamRole)
def test_the_team_sees_the_audit_and_members_judge(session, audit, deputy, role):
    member = join_team(session, audit.planner.actor, audit.id, person_id=deputy.id, role=role)
    session.flush()
    assert own_audits(session, deputy.actor) == [audit]
    if role is TeamRole.MEMBER:
        assert judge(session, deputy, audit) == 1
    else:
        with pytest.raises(NotAllowedError, match="members of the team"):
            judge(session, deputy, audit)
    with pytest.raises(NotAllowedError, match="Only the inspector"):
        audits.report_audit(session, deputy.actor, audit.id, summary="x")
    leave_team(session, audit.planner.actor, audit.id, member.id, reason="Ill.")
    session.flush()
    assert own_audits(session, deputy.actor) == []
    with pytest.raises(NotFoundError):
        judge(session, deputy, audit)
    assert sample_of(session, audit.id)


def test_who_may_see_no_audit_does_not_go_along_and_only_an_inspector_judges(session, audit):
    manager, reviewer = make_person(session, Role.SCHEME_MANAGER), make_person(session, Role.REVIEWER)
    for person, role, field in ((manager, TeamRole.EXPERT, "person"), (reviewer, TeamRole.MEMBER, "role")):
        with pytest.raises(RuleError) as refusal:
            join_team(session, audit.planner.actor, audit.id, person_id=person.id, role=role)
        assert refusal.value.field == field
