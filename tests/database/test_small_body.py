"""Who plans does not audit, unless the body is a small one; and nobody ever audits what they planned."""

import pytest

from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import NotAllowedError, RuleError
from audits.inspections import services as inspections
from audits.inspections.assignment import hand_in
from audits.inspections.workflow import AuditState
from audits.people.queries import small_body
from audits.people.services import invite_person, record_absence, set_roles, set_small_body
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from tests.kit.factories.applications import make_application
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person
from tests.kit.queued import enqueued

BOTH = {Role.PLANNER, Role.INSPECTOR}
WHY = "We are three people."


@pytest.fixture
def administrator(session):
    return make_person(session, Role.ADMINISTRATOR)


def invite(session, administrator):
    said = {"name": "Nieuw Mens", "email": "nieuw@example.nl", "language": "nl"}
    return invite_person(session, administrator.actor, **said, roles=BOTH)


def test_it_is_off_until_somebody_says_so_and_everybody_who_gives_roles_is_told(session, administrator):
    with pytest.raises(RuleError) as refused:
        invite(session, administrator)
    assert refused.value.field == "roles"
    planner = make_person(session, Role.PLANNER)
    with pytest.raises(RuleError):
        set_roles(session, administrator.actor, planner.id, BOTH, version=planner.version)
    set_small_body(session, allowed=True, because=WHY)
    told = enqueued(session, "mail", "small_body_set")
    assert [(each["person_id"], each["allowed"], each["because"]) for each in told] == [
        (str(administrator.id), True, WHY)
    ]
    assert invite(session, administrator).roles == BOTH
    assert set_roles(session, administrator.actor, planner.id, BOTH, version=planner.version).roles == BOTH


def test_it_needs_a_reason_and_stays_on_while_somebody_needs_it(session, administrator):
    with pytest.raises(RuleError):
        set_small_body(session, allowed=True, because=" ")
    set_small_body(session, allowed=True, because=WHY)
    person = invite(session, administrator)
    with pytest.raises(RuleError, match="Nieuw Mens"):
        set_small_body(session, allowed=False, because="We are ten.")
    set_roles(session, administrator.actor, person.id, [Role.PLANNER], version=person.version)
    set_small_body(session, allowed=False, because="We are ten.")
    assert (small_body(session).allowed, small_body(session).because) == (False, "We are ten.")


def test_who_has_both_roles_audits_what_somebody_else_planned_and_then_neither_reviews_nor_decides(session):
    set_small_body(session, allowed=True, because=WHY)
    both = make_person(session, BOTH | {Role.REVIEWER, Role.DECIDER})
    application = make_application(session, state=ApplicationState.ACCEPTED)
    said = {"inspector_id": both.id, "planned_on": clock.today()}
    with pytest.raises(RuleError) as refused:
        inspections.plan_audit(session, both.actor, application.id, **said)
    assert refused.value.field == "inspector"
    audit = inspections.plan_audit(session, make_person(session, Role.PLANNER).actor, application.id, **said)
    assert audit.inspector_id == both.id
    reported = make_audit(session, AuditState.REPORTED, inspector=both)
    with pytest.raises(NotAllowedError):
        inspections.review_audit(session, both.actor, reported.id, recommendation="Fine.")


def test_who_planned_an_audit_has_no_hand_in_it(session):
    set_small_body(session, allowed=True, because=WHY)
    planner, other = make_person(session, BOTH), make_person(session, Role.PLANNER)
    audit = make_audit(session, AuditState.PLANNED, planner=planner)
    for role in TeamRole:
        with pytest.raises(RuleError, match="Who planned"):
            join_team(session, other.actor, audit.id, person_id=planner.id, role=role)
    with pytest.raises(RuleError, match="Who plans"):  # given to them by somebody else
        inspections.replan_audit(
            session, other.actor, audit.id, inspector_id=planner.id, planned_on=audit.planned_on, reason="x"
        )
    day = clock.today()
    record_absence(session, other.actor, audit.inspector_id, deputy_id=planner.id, first_day=day, last_day=day)
    assert not hand_in(session, planner.actor, audit).leads
