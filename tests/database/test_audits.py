"""Services for audits, from planning to conclusion: permissions and states of each move, and its effects."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.inspections import queries, services
from audits.inspections.models import Audit, Participant, Verdict
from audits.inspections.workflow import AuditState
from audits.people.services import declare_interest
from tests.kit.drawing import freeze_population
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.applications import make_application
from tests.kit.factories.inspections import (
    SEED,
    draw,
    judge,
    make_audit,
)
from tests.kit.factories.people import make_person
from tests.kit.fieldwork import FILES, ORGANISATION, fails_in_the_database
from tests.kit.queued import enqueued
from tests.kit.undoing import undone


def plan(session, planner, inspector, application=None, **values):
    application = application or make_application(session, state=ApplicationState.ACCEPTED)
    return services.plan_audit(
        session, planner.actor, application.id, **{"inspector_id": inspector.id, "planned_on": clock.today()} | values
    )


# Planning


def test_planning_takes_both_in_and_tells_inspector_and_agency(session):
    planner, inspector = make_person(session, Role.PLANNER), make_person(session, Role.INSPECTOR)
    audit = plan(session, planner, inspector)
    session.flush()
    assert audit.state is AuditState.PLANNED
    took_part = set(session.scalars(select(Participant.person_id).where(Participant.audit_id == audit.id)))
    assert took_part == {planner.id, inspector.id}
    assert [mail["person_id"] for mail in enqueued(session, "mail", "audit_assigned")] == [str(inspector.id)]
    assert [mail["agency_id"] for mail in enqueued(session, "mail.agency", "audit_planned")] == [str(audit.agency_id)]
    assert [event.name for event in history(session, audit.id)] == ["audit.plan"]


@pytest.mark.parametrize("state", [state for state in ApplicationState if state is not ApplicationState.ACCEPTED])
def test_only_an_accepted_application_can_be_planned(session, state):
    application = make_application(session, state=state)
    with pytest.raises(IllegalMoveError):
        plan(session, make_person(session, Role.PLANNER), make_person(session, Role.INSPECTOR), application)


def test_an_application_has_one_audit_at_a_time(session):
    audit = make_audit(session, AuditState.PLANNED)
    planner, inspector = make_person(session, Role.PLANNER), make_person(session, Role.INSPECTOR)
    with pytest.raises(IllegalMoveError):
        plan(session, planner, inspector, audit.application)
    services.cancel_audit(session, planner.actor, audit.id, reason="Ill.")
    session.flush()
    again = plan(session, planner, inspector, audit.application)
    session.flush()
    assert again.reference != audit.reference


def test_the_inspector_is_an_inspector_and_not_the_planner(session):
    both = make_person(session, {Role.PLANNER, Role.INSPECTOR})
    for inspector in (both, make_person(session, Role.DECIDER)):
        with pytest.raises(RuleError) as refused:
            plan(session, both, inspector)
        assert refused.value.field == "inspector"


def test_a_retired_inspector_gets_no_audit(session):
    gone = make_person(session, Role.INSPECTOR, retired_at=clock.now())
    with pytest.raises(RuleError):
        plan(session, make_person(session, Role.PLANNER), gone)


def test_an_audit_is_not_planned_in_the_past(session):
    yesterday = clock.today() - timedelta(days=1)
    with pytest.raises(RuleError) as refused:
        plan(
            session,
            make_person(session, Role.PLANNER),
            make_person(session, Role.INSPECTOR),
            planned_on=yesterday,
        )
    assert refused.value.field == "planned_on"


def test_an_inspector_with_a_tie_is_refused_by_the_rule(session):
    application = make_application(session, state=ApplicationState.ACCEPTED)
    inspector = make_person(session, Role.INSPECTOR)
    declare_interest(session, inspector.actor, application.agency_id, "family")
    session.flush()
    with pytest.raises(RuleError) as refused:
        plan(session, make_person(session, Role.PLANNER), inspector, application)
    assert refused.value.field == "inspector"


def test_a_planner_with_a_tie_plans_nothing_there(session):
    application = make_application(session, state=ApplicationState.ACCEPTED)
    planner = make_person(session, Role.PLANNER)
    declare_interest(session, planner.actor, application.agency_id, "family")
    session.flush()
    with pytest.raises(NotAllowedError):
        plan(session, planner, make_person(session, Role.INSPECTOR), application)


def test_the_database_itself_refuses_an_inspector_with_a_tie(session):
    audit = make_audit(session, AuditState.PLANNED)
    interested = make_person(session, Role.INSPECTOR)
    declare_interest(session, interested.actor, audit.agency_id, "family")
    session.flush()
    change = update(Audit).where(Audit.id == audit.id).values(inspector_id=interested.id)
    assert "tie" in fails_in_the_database(session, change)


# Moves: role by verb by state


MOVES = {
    "start": ({AuditState.PLANNED}, None),  # its own inspector, nobody else
    "report": ({AuditState.IN_PROGRESS}, None),
    "reopen": ({AuditState.REPORTED}, Role.REVIEWER),
    "review": ({AuditState.REPORTED}, Role.REVIEWER),
    "conclude": ({AuditState.REVIEWED}, Role.DECIDER),
    "cancel": ({AuditState.PLANNED, AuditState.IN_PROGRESS}, Role.PLANNER),
}


CALLS = {
    "start": lambda session, actor, audit: services.start_audit(session, actor, audit.id),
    "report": lambda session, actor, audit: services.report_audit(session, actor, audit.id, summary="Seen."),
    "reopen": lambda session, actor, audit: services.reopen_audit(session, actor, audit.id, reason="Look again."),
    "review": lambda session, actor, audit: services.review_audit(session, actor, audit.id, recommendation="Grant."),
    "conclude": lambda session, actor, audit: services.conclude_audit(session, actor, audit.id),
    "cancel": lambda session, actor, audit: services.cancel_audit(session, actor, audit.id, reason="Ill."),
}


def complete(session, audit):
    if audit.state is AuditState.IN_PROGRESS:
        draw(session, audit, {}, all_units=True)
        judge(session, audit, {}, rest=True)


@pytest.mark.parametrize("state", list(AuditState))
def test_each_move_is_possible_in_its_own_states_only(session, state):
    audit = make_audit(session, state)
    complete(session, audit)
    for verb, (sources, role) in MOVES.items():
        actor = audit.inspector.actor if role is None else make_person(session, role).actor
        with undone(session):
            if state not in sources:
                with pytest.raises(IllegalMoveError):
                    CALLS[verb](session, actor, audit)
                continue
            CALLS[verb](session, actor, audit)
            session.flush()
            event = history(session, audit.id)[-1]
            assert event.name == f"audit.{verb}"
            assert (event.data["before"], event.data["after"]) == (state.value, audit.state.value)


@pytest.mark.parametrize("verb", MOVES)
def test_each_move_belongs_to_one_role(session, verb):
    sources, allowed = MOVES[verb]
    audit = make_audit(session, min(sources))
    complete(session, audit)
    for role in (each for each in Role if each is not Role.SYSTEM):
        somebody = make_person(session, role, audit.agency_id if role.value.startswith("agency_") else None)
        stranger = role is Role.INSPECTOR and allowed is None  # another inspector does not see the audit at all
        refused = pytest.raises(NotFoundError if stranger else NotAllowedError)
        with undone(session), nullcontext() if role == allowed else refused:
            CALLS[verb](session, somebody.actor, audit)


def test_another_inspector_with_more_roles_still_cannot_touch_it(session):
    audit = make_audit(session)
    other = make_person(session, {Role.INSPECTOR, Role.REVIEWER, Role.PLANNER})
    with pytest.raises(NotAllowedError):
        services.record_sheets(session, other.actor, audit.id, {"GOV-01": {"organisation": ORGANISATION}})
    with pytest.raises(NotAllowedError):
        freeze_population(session, other.actor, audit.id, "personnel_file", FILES, seed=SEED)


@pytest.mark.parametrize("call", ["review", "reopen"])
def test_a_reviewer_took_no_part_and_has_no_tie(session, call):
    planner = make_person(session, {Role.PLANNER, Role.REVIEWER})
    inspector = make_person(session, {Role.INSPECTOR, Role.REVIEWER})
    audit = make_audit(session, AuditState.REPORTED, planner=planner, inspector=inspector)
    interested = make_person(session, Role.REVIEWER)
    declare_interest(session, interested.actor, audit.agency_id, "owner")
    helper = make_person(session, Role.REVIEWER)
    session.add(Participant(audit_id=audit.id, person_id=helper.id, since=clock.now()))
    judge = make_person(session, Role.REVIEWER)
    session.execute(update(Verdict).where(Verdict.audit_id == audit.id).values(recorded_by=judge.id))
    session.flush()
    for somebody in (planner, inspector, interested, helper, judge):
        with pytest.raises(NotAllowedError), session.begin_nested():
            CALLS[call](session, somebody.actor, audit)


def test_a_review_calls_the_deciders_who_may_decide(session):
    audit = make_audit(session, AuditState.REPORTED)
    free, interested, gone, judge = (make_person(session, Role.DECIDER) for _ in range(4))
    declare_interest(session, interested.actor, audit.agency_id, "owner")
    session.execute(update(Verdict).where(Verdict.audit_id == audit.id).values(recorded_by=judge.id))
    gone.retired_at = clock.now()
    session.flush()
    services.review_audit(session, make_person(session, Role.REVIEWER).actor, audit.id, recommendation="Grant.")
    session.flush()
    called = {mail["person_id"] for mail in enqueued(session, "mail", "audit_reviewed")}
    assert str(free.id) in called
    assert not {str(interested.id), str(gone.id), str(judge.id), str(audit.inspector_id)} & called


# Who sees what


def test_everybody_sees_the_audits_that_are_theirs_to_see(session):
    mine, other = make_audit(session, AuditState.PLANNED), make_audit(session, AuditState.PLANNED)
    of_agency = make_person(session, Role.AGENCY_EDITOR, mine.agency_id)
    of_another = make_person(session, Role.AGENCY_OWNER, make_agency(session))
    seers = {
        mine.inspector: {mine.id},
        of_agency: {mine.id},
        of_another: set(),
        make_person(session, Role.REVIEWER): {mine.id, other.id},
        make_person(session, Role.ADMINISTRATOR): set(),
        make_person(session, Role.SCHEME_MANAGER): set(),
    }
    for person, expected in seers.items():
        seen = {audit.id for audit in session.scalars(queries.visible_audits(person.actor))}
        assert seen & {mine.id, other.id} == expected, person.roles


def test_an_accepted_application_waits_until_it_is_planned(session):
    planner = make_person(session, Role.PLANNER).actor
    application = make_application(session, state=ApplicationState.ACCEPTED)
    assert application in queries.unplanned_applications(session, planner)
    audit = make_audit(session, AuditState.PLANNED, application=application)
    assert application not in queries.unplanned_applications(session, planner)
    assert queries.find_live_audit(session, planner, application.id) is audit
    services.cancel_audit(session, planner, audit.id, reason="Ill.")
    session.flush()
    assert application in queries.unplanned_applications(session, planner)
    assert queries.find_live_audit(session, planner, application.id) is None
