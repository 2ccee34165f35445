"""Days of an audit: planned for who works on it, changed with a reason, counted, and printed in the report."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError
from audits.core.events import history
from audits.inspections import services
from audits.inspections.coverage import time_of
from audits.inspections.days import AuditDay, busy_elsewhere, changes_of_days, days_of, planned_hours, time_explained
from audits.inspections.report import report_facts
from audits.inspections.workflow import AuditState
from audits.people.services import declare_interest
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from tests.kit.factories.applications import make_application
from tests.kit.factories.certificates import BODY
from tests.kit.factories.inspections import carry_on, make_audit
from tests.kit.factories.people import make_person

PLAN = services.DayPlan(clock.today(), "Seat, Utrecht", Decimal("7.5"))


@pytest.fixture
def audit(session):
    return make_audit(session, AuditState.IN_PROGRESS)


def plan(session, audit, person=None, day=PLAN):
    return services.plan_day(session, audit.planner.actor, audit.id, (person or audit.inspector).id, day)


def test_a_day_is_changed_by_a_row_that_supersedes_it(session, audit):
    first = plan(session, audit)
    later = services.DayPlan(PLAN.day + timedelta(days=1), "North, Zwolle", Decimal(6))
    moved = services.change_day(session, audit.planner.actor, first.id, later, reason="The train.")
    assert [(each.day, each.place, each.hours_planned) for each in days_of(session, audit.id)] == [
        (later.day, "North, Zwolle", Decimal(6))
    ]
    assert session.query(AuditDay).count() == 2
    with pytest.raises(IllegalMoveError):
        services.change_day(session, audit.planner.actor, first.id, later, reason="Once more.")
    services.drop_day(session, audit.planner.actor, moved.id, reason="Not needed.")
    assert days_of(session, audit.id) == []
    assert [each.reason for each in changes_of_days(session, audit.id)] == ["The train.", "Not needed."]
    assert planned_hours(session, audit.id) == 0
    names = [each.name for each in history(session, audit.id)]
    assert names.count("audit.change_day") == 2


@pytest.mark.parametrize("field", ["reason", "place", "hours"])
def test_what_a_day_needs(session, audit, field):
    day = plan(session, audit)
    wrong = services.DayPlan(PLAN.day, " " if field == "place" else "x", Decimal(0 if field == "hours" else 1))
    reason = "" if field == "reason" else "x"
    with pytest.raises(RuleError) as refusal:
        services.change_day(session, audit.planner.actor, day.id, wrong, reason=reason)
    assert refusal.value.field == field


def test_only_who_works_on_the_audit_has_a_day_in_it(session, audit):
    with pytest.raises(RuleError) as refusal:
        plan(session, audit, make_person(session, Role.INSPECTOR))
    assert refusal.value.field == "person"


def test_everybody_of_the_team_says_how_long_the_own_days_were_and_the_inspector_all(session, audit):
    expert, other = make_person(session, Role.INSPECTOR), make_person(session, Role.INSPECTOR)
    for person in (expert, other):
        join_team(session, audit.planner.actor, audit.id, person_id=person.id, role=TeamRole.EXPERT)
    session.flush()
    day = plan(session, audit, expert)
    with pytest.raises(NotAllowedError):
        services.record_hours(session, other.actor, day.id, Decimal(8))
    own = services.record_hours(session, expert.actor, day.id, Decimal(8))
    assert [each.hours_done for each in days_of(session, audit.id)] == [Decimal(8)]
    corrected = services.record_hours(session, audit.inspector.actor, own.id, Decimal("8.5"))
    assert [each.hours_done for each in days_of(session, audit.id)] == [Decimal("8.5")]
    declare_interest(session, expert.actor, audit.agency_id, "Shares.")
    with pytest.raises(NotAllowedError, match="an interest in"):
        services.record_hours(session, expert.actor, corrected.id, Decimal(1))


def test_a_planner_sees_who_is_at_another_agency_that_day(session, audit):
    other = make_audit(session, AuditState.PLANNED, inspector=audit.inspector)
    here, there = plan(session, audit), plan(session, other)
    assert busy_elsewhere(session, [here]) == {here.id}
    services.drop_day(session, other.planner.actor, there.id, reason="Too much.")
    assert busy_elsewhere(session, [here]) == set()


def test_other_hours_than_the_norm_has_are_explained(session, audit):
    plan(session, audit)
    hours = time_of(session, audit)
    lines = {line.unit: line.count for line in hours.lines if not line.is_sites}
    assert [line.count for line in hours.lines if line.is_sites] == [len(audit.agency.branches)]
    assert lines[""] == audit.agency.headcount
    assert lines["housing_location"] == len(audit.agency.branches)  # as many as there are, not as there are workers
    assert hours.differs(planned_hours(session, audit.id))
    with pytest.raises(RuleError):
        services.explain_time(session, audit.planner.actor, audit.id, reason=" ")
    services.explain_time(session, audit.planner.actor, audit.id, reason="Files were seen before.")
    said = time_explained(session, audit.id)
    assert (said.computed, said.planned, said.reason) == (hours.total, Decimal("7.5"), "Files were seen before.")


def test_risks_that_a_planner_names_are_kept_and_ask_for_more_time(session):
    people = {role: make_person(session, role) for role in (Role.PLANNER, Role.INSPECTOR)}
    application = make_application(session, state=ApplicationState.ACCEPTED)
    said = {"inspector_id": people[Role.INSPECTOR].id, "planned_on": clock.today()}
    with pytest.raises(RuleError) as refused, session.begin_nested():
        services.plan_audit(session, people[Role.PLANNER].actor, application.id, **said, risks=["bad_weather"])
    assert refused.value.field == "risks"
    audit = services.plan_audit(session, people[Role.PLANNER].actor, application.id, **said, risks=["chain", "housing"])
    session.flush()
    assert audit.risks == ["chain", "housing"]
    assert {line.risk for line in time_of(session, audit).lines} == {"", "chain", "housing"}


def test_the_report_names_days_places_people_and_hours_and_nothing_changes_after_it(session):
    audit = make_audit(session, AuditState.PLANNED)
    day = plan(session, audit)
    carry_on(session, audit, AuditState.REPORTED)
    told = report_facts(session, audit, body=BODY)["days"]
    assert told == [{"day": PLAN.day.isoformat(), "place": PLAN.place, "who": audit.inspector.name, "hours": "7.5"}]
    with pytest.raises(IllegalMoveError):
        services.drop_day(session, audit.planner.actor, day.id, reason="Late.")


def test_only_a_planner_plans_and_the_database_wants_who_works_on_it(session, audit):
    with pytest.raises(NotAllowedError):
        services.plan_day(session, audit.inspector.actor, audit.id, audit.inspector_id, PLAN)
    values = {"audit": audit.id, "stranger": make_person(session, Role.INSPECTOR).id}
    with pytest.raises(IntegrityError, match="does not work on"):
        session.execute(
            text(
                "INSERT INTO audit_day (id, audit_id, person_id, day, place, hours_planned, said_by, said_at)"
                " VALUES (gen_random_uuid(), :audit, :stranger, now(), 'x', 1, :stranger, now())"
            ),
            values,
        )
