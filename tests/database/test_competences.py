"""What somebody of the staff can do: recording and ending it, and what an audit asks for."""

from datetime import timedelta

import pytest

from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.inspections import services as audits
from audits.inspections.workflow import AuditState
from audits.people.queries import competences_kept, competences_of, held_by
from audits.people.rules import CompetenceKind
from audits.people.services import end_competence, record_competence, retire_person
from audits.teams.queries import lacks_of_team, team_of
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.applications import make_application
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import add_competence, make_person

SECTOR, LANGUAGE, TRAINING = CompetenceKind


@pytest.fixture
def administrator(session):
    return make_person(session, Role.ADMINISTRATOR)


@pytest.fixture
def inspector(session):
    return make_person(session, Role.INSPECTOR)


def ready(session, administrator, inspector, agency, *, but=()):
    """Let an inspector have what the scope of an agency asks for, but some values."""
    values = [(SECTOR, code) for code in agency.sectors] + [(LANGUAGE, code) for code in ("nl", "pl", "ro")]
    for kind, value in values:
        if value not in but:
            add_competence(session, inspector.id, administrator.id, (kind, value))


def plan(session, inspector, planner, **said):
    agency = make_agency(session, recruitment_countries=["PL", "RO"])
    application = make_application(session, state=ApplicationState.ACCEPTED, agency=agency)
    agency.recruitment_countries = ["DE"]  # told later: this audit is about what the application states
    session.flush()
    day = clock.today() + timedelta(days=10)
    return audits.plan_audit(session, planner.actor, application.id, inspector_id=inspector.id, planned_on=day, **said)


def lacks_told(session, audit):
    return [each for each in history(session, audit.id) if each.name == "audit.lack_competence"]


def test_who_manages_people_records_it_and_ends_it_and_the_row_stays(session, administrator, inspector):
    said = {"kind": LANGUAGE, "value": "pl"}
    one = record_competence(session, administrator.actor, inspector.id, **said)
    with pytest.raises(RuleError) as refused:
        record_competence(session, administrator.actor, inspector.id, **said)
    assert refused.value.field == "kind"
    end_competence(session, administrator.actor, inspector.id, one.id)
    with pytest.raises(IllegalMoveError):
        end_competence(session, administrator.actor, inspector.id, one.id)
    two = record_competence(session, administrator.actor, inspector.id, **said, valid_until=clock.today())
    assert competences_of(session, administrator.actor, inspector.id) == [two, one]
    assert [each.name for each in history(session, one.id)] == ["competence.record", "competence.end"]


def test_nobody_else_records_it_nobody_their_own_and_nobody_of_who_left(session, administrator, inspector):
    said = {"kind": LANGUAGE, "value": "pl"}
    for wrong in (make_person(session, Role.PLANNER), inspector):
        with pytest.raises(NotAllowedError):
            record_competence(session, wrong.actor, inspector.id, **said)
        with pytest.raises(NotAllowedError):
            competences_of(session, wrong.actor, inspector.id)
    with pytest.raises(NotAllowedError):
        record_competence(session, administrator.actor, administrator.id, **said)
    of_agency = make_audit(session, AuditState.PLANNED).agency_id
    with pytest.raises(NotFoundError):
        record_competence(session, administrator.actor, make_person(session, Role.AGENCY_OWNER, of_agency).id, **said)
    other = record_competence(session, administrator.actor, make_person(session, Role.INSPECTOR).id, **said)
    with pytest.raises(NotFoundError):
        end_competence(session, administrator.actor, inspector.id, other.id)
    retire_person(session, administrator.actor, inspector.id)
    with pytest.raises(IllegalMoveError):
        record_competence(session, administrator.actor, inspector.id, **said)


def test_a_body_that_keeps_none_is_asked_nothing(session, inspector):
    assert not competences_kept(session)
    assert held_by(session, [inspector.id]) == {}
    audit = plan(session, inspector, make_person(session, Role.PLANNER))
    assert lacks_told(session, audit) == []
    assert lacks_of_team(session, audit, []) == []


def test_what_is_missing_asks_for_a_reason_which_stays_in_the_file(session, administrator, inspector):
    planner = make_person(session, Role.PLANNER)
    add_competence(session, make_person(session, Role.INSPECTOR).id, administrator.id)
    with pytest.raises(RuleError) as refused:
        plan(session, inspector, planner, despite=" ")
    assert refused.value.field == "despite"
    audit = plan(session, inspector, planner, despite="An interpreter goes along.")
    (told,) = lacks_told(session, audit)
    assert {"language:pl", "language:ro"} <= set(told.data["lacks"])
    assert {f"sector:{code}" for code in audit.agency.sectors} <= set(told.data["lacks"])
    assert told.note.data == {"reason": "An interpreter goes along."}


def test_an_inspector_with_all_of_it_needs_no_reason_and_a_later_day_may(session, administrator, inspector):
    planner = make_person(session, Role.PLANNER)
    agency = make_application(session).agency
    ready(session, administrator, inspector, agency, but={"ro"})
    day = clock.today() + timedelta(days=10)
    add_competence(session, inspector.id, administrator.id, (LANGUAGE, "ro"), day)
    audit = plan(session, inspector, planner)
    assert lacks_told(session, audit) == []
    later = {"inspector_id": inspector.id, "planned_on": day + timedelta(days=1), "reason": "It snows."}
    with pytest.raises(RuleError) as refused:
        audits.replan_audit(session, planner.actor, audit.id, **later)
    assert refused.value.field == "despite"


def test_replanning_with_a_reason_is_told(session, administrator, inspector):
    audit = make_audit(session, AuditState.PLANNED)
    add_competence(session, make_person(session, Role.INSPECTOR).id, administrator.id)
    said = {"inspector_id": inspector.id, "planned_on": audit.planned_on, "reason": "Ill."}
    audits.replan_audit(session, audit.planner.actor, audit.id, **said, despite="Nobody else is free.")
    (told,) = lacks_told(session, audit)
    assert told.data["person"] == str(inspector.id)


def test_a_team_has_together_what_one_of_it_has(session, administrator):
    agency = make_agency(session, recruitment_countries=["PL", "RO"])
    application = make_application(session, state=ApplicationState.ACCEPTED, agency=agency)
    audit = make_audit(session, AuditState.PLANNED, application=application)
    ready(session, administrator, audit.inspector, audit.agency, but={"pl", "ro"})
    yesterday = audit.planned_on - timedelta(days=1)
    add_competence(session, audit.inspector_id, administrator.id, (TRAINING, "Lead auditor"), yesterday)
    for role, code in ((TeamRole.INTERPRETER, "pl"), (TeamRole.OBSERVER, "ro")):
        person = make_person(session, Role.INSPECTOR)
        add_competence(session, person.id, administrator.id, (LANGUAGE, code))
        join_team(session, audit.planner.actor, audit.id, person_id=person.id, role=role)
    found = lacks_of_team(session, audit, team_of(session, audit.id))
    assert [(person, lack.demand.values) for person, lack in found] == [
        (None, ("ro",)),
        (audit.inspector, ("Lead auditor",)),
    ]
