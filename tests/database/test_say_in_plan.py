"""An agency's say in the plan of its audit: one objection to each person, days that suit it; never once it started."""

from datetime import timedelta

import pytest

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.correspondence import services
from audits.correspondence.queries import (
    get_objection,
    objections_of,
    open_to_objection,
    proposed_days,
    proposed_within,
)
from audits.decisions.basis import Part, audit_basis
from audits.inspections.services import replan_audit, start_audit
from audits.inspections.workflow import AuditState
from audits.people.models import Interest
from audits.teams.queries import team_of
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from tests.kit.factories import make_audit, make_person
from tests.kit.queued import enqueued


@pytest.fixture
def audit(session):
    return make_audit(session, AuditState.PLANNED)


@pytest.fixture
def owner(session, audit):
    return make_person(session, Role.AGENCY_OWNER, audit.agency)


@pytest.fixture
def member(session, audit):
    person = make_person(session, Role.INSPECTOR)
    join_team(session, audit.planner.actor, audit.id, person_id=person.id, role=TeamRole.MEMBER)
    return person


def object_to(session, audit, owner, person, reason="Worked for us until May."):
    return services.object_to(session, owner.actor, audit.id, person_id=person.id, reason=reason)


def answer(session, audit, objection, *, upheld, words="", actor=None):
    actor = actor or audit.planner.actor
    return services.answer_objection(session, actor, audit.id, objection.id, upheld=upheld, answer=words)


def test_an_objection_is_told_to_the_planner_and_kept_with_its_reason(session, audit, owner, member):
    objection = object_to(session, audit, owner, member)
    assert open_to_objection(session, audit) == [audit.inspector]
    assert enqueued(session, "mail", "team_objected")
    (told,) = history(session, objection.id)
    assert (told.name, told.data["person"]) == ("team_objection.make", str(member.id))
    assert "reason" not in told.data  # it can be forgotten


def test_a_member_leaves_when_an_objection_is_upheld(session, audit, owner, member):
    objection = answer(session, audit, object_to(session, audit, owner, member), upheld=True)
    (row,) = team_of(session, audit.id)
    assert (objection.upheld, row.left_at is not None) == (True, True)
    assert enqueued(session, "mail.agency", "objection_upheld")


def test_the_inspector_is_replaced_before_an_objection_is_upheld(session, audit, owner):
    objection = object_to(session, audit, owner, audit.inspector)
    with pytest.raises(IllegalMoveError, match="another inspector"):
        answer(session, audit, objection, upheld=True)
    other = make_person(session, Role.INSPECTOR)
    replan_audit(
        session, audit.planner.actor, audit.id, inspector_id=other.id, planned_on=audit.planned_on, reason="A tie."
    )
    assert answer(session, audit, objection, upheld=True).upheld


def test_a_rejected_objection_needs_a_reason_and_is_in_the_basis(session, audit, owner, member):
    objection = object_to(session, audit, owner, member)
    with pytest.raises(RuleError, match="Say why"):
        answer(session, audit, objection, upheld=False, words=" ")
    answer(session, audit, objection, upheld=False, words="No tie is known to us.")
    assert enqueued(session, "mail.agency", "objection_rejected")
    assert team_of(session, audit.id)[0].left_at is None
    (said,) = audit_basis(session, audit).parts[Part.OBJECTIONS]
    assert said == [str(member.id), "Worked for us until May.", False, "No tie is known to us.", str(audit.planner_id)]
    with pytest.raises(IllegalMoveError, match="answered already"):
        answer(session, audit, objection, upheld=True)


def test_an_agency_objects_once_to_each_person_and_to_nobody_else(session, audit, owner, member):
    object_to(session, audit, owner, member)
    for person in (member, make_person(session, Role.INSPECTOR), owner):
        with pytest.raises(RuleError, match="who is to audit you"):
            object_to(session, audit, owner, person)
    with pytest.raises(RuleError):
        object_to(session, audit, owner, audit.inspector, " ")
    assert len(objections_of(session, audit.id)) == 1


def test_an_objection_that_is_not_there_is_said_to_be_missing(session, audit):
    for read in (
        lambda: get_objection(session, audit, audit.id),
        lambda: services.answer_objection(
            session, audit.planner.actor, audit.id, audit.id, upheld=False, answer="It is not there."
        ),
    ):
        with pytest.raises(NotFoundError, match="no such objection"):
            read()


def test_only_the_agency_objects_and_only_who_plans_answers(session, audit, owner, member):
    stranger = make_person(session, Role.AGENCY_OWNER, make_audit(session, AuditState.PLANNED).agency)
    with pytest.raises(NotFoundError):
        object_to(session, audit, stranger, member)
    for role in (Role.PLANNER, Role.INSPECTOR):
        with pytest.raises(NotAllowedError):
            object_to(session, audit, make_person(session, role), member)
    objection = object_to(session, audit, owner, member)
    with pytest.raises(NotAllowedError):
        answer(session, audit, objection, upheld=True, actor=owner.actor)
    tied = make_person(session, Role.PLANNER)
    session.add(Interest(person_id=tied.id, agency_id=audit.agency_id, nature="x", declared_at=clock.now()))
    session.flush()
    with pytest.raises(NotAllowedError):
        answer(session, audit, objection, upheld=True, actor=tied.actor)


def test_nobody_has_a_say_once_the_audit_has_started_or_in_one_that_was_not_announced(session, audit, owner):
    start_audit(session, audit.inspector.actor, audit.id)
    secret = make_audit(session, AuditState.PLANNED, announced=False)
    other = make_person(session, Role.AGENCY_OWNER, secret.agency)
    tomorrow = [clock.today() + timedelta(days=1)]
    for each, person, error in ((audit, owner, IllegalMoveError), (secret, other, NotFoundError)):
        with pytest.raises(error):
            object_to(session, each, person, each.inspector)
        with pytest.raises(error):
            services.propose_days(session, person.actor, each.id, days=tomorrow)
    assert open_to_objection(session, audit) == []


def test_days_are_proposed_instead_of_those_before(session, audit, owner):
    one, two, three = (clock.today() + timedelta(days=days) for days in (10, 11, 12))
    kept = services.propose_days(session, owner.actor, audit.id, days=[one, two], note="Not in the morning.")[1]
    services.propose_days(session, owner.actor, audit.id, days=[two, three], note="Not in the morning.")
    found = proposed_days(session, audit.id)
    assert [each.day for each in found] == [two, three]
    assert found[0].id == kept.id
    assert [each.name for each in history(session, kept.id)] == ["proposed_day.propose"]
    assert enqueued(session, "mail", "days_proposed")
    assert [each.audit.reference for each in proposed_within(session, one, two)] == [audit.reference]
    assert services.propose_days(session, owner.actor, audit.id, days=[]) == []


@pytest.mark.parametrize("days", [[0], [-3], range(1, 7)])
def test_days_are_few_and_to_come(session, audit, owner, days):
    listed = [clock.today() + timedelta(days=day) for day in days]
    with pytest.raises(RuleError):
        services.propose_days(session, owner.actor, audit.id, days=listed)
