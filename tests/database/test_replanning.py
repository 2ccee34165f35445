"""Another inspector or another day: nothing is lost, all are told, and nobody leaves with work in hand."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.core.outbox import OutboxItem
from audits.inspections import services
from audits.inspections.models import Participant, Verdict
from audits.inspections.services.course import load_fieldwork
from audits.inspections.workflow import AUDIT_FLOW, AuditState
from audits.people.independence import Bar, bar_of
from audits.people.models import Interest, Person
from audits.people.queries import audits_in_hand
from audits.people.services import retire_person, set_roles
from tests.kit.factories.inspections import judge, make_audit
from tests.kit.factories.people import make_person
from tests.kit.scheme import scheme


def replan(session, audit, **changes):
    planner = session.info.setdefault("planner", make_person(session, Role.PLANNER))
    told = {"inspector_id": audit.inspector_id, "planned_on": audit.planned_on, "reason": "The inspector is ill."}
    return services.replan_audit(session, planner.actor, audit.id, **told | changes)


def mails(session):
    items = session.scalars(
        select(OutboxItem).where(OutboxItem.kind.in_(["mail", "mail.agency"])).order_by(OutboxItem.created_at)
    )
    return [(item.payload["template"], item.payload.get("person_id")) for item in items]


def judge_one(session, audit):
    """Record one verdict, and return its requirement."""
    item = next(item for item in scheme().requirements if scheme().units[item.unit].is_agency)
    judge(session, audit, {item.code: ("conform", "")})
    return item.code


@pytest.mark.parametrize("state", sorted(AUDIT_FLOW.unfinished))
def test_an_audit_gets_another_inspector_in_any_state_before_its_end(session, state):
    audit, new = make_audit(session, state), make_person(session, Role.INSPECTOR)
    first = audit.inspector_id
    replan(session, audit, inspector_id=new.id)
    session.flush()
    assert audit.inspector_id == new.id
    took_part = set(session.scalars(select(Participant.person_id).where(Participant.audit_id == audit.id)))
    assert {first, new.id} <= took_part
    assert mails(session)[-2:] == [("audit_assigned", str(new.id)), ("audit_taken", str(first))]
    event = history(session, audit.id)[-1]
    assert (event.name, event.told["reason"]) == ("audit.replan", "The inspector is ill.")
    assert (event.data["inspector_before"], event.data["inspector"]) == (str(first), str(new.id))


def test_the_new_inspector_goes_on_and_the_first_does_not(session):
    audit, new = make_audit(session, AuditState.IN_PROGRESS), make_person(session, Role.INSPECTOR)
    first, code = session.get_one(Person, audit.inspector_id), judge_one(session, audit)
    replan(session, audit, inspector_id=new.id)
    assert session.scalars(select(Verdict.requirement_code).where(Verdict.audit_id == audit.id)).all() == [code]
    assert load_fieldwork(session, new.actor, audit.id) is audit
    with pytest.raises(NotFoundError):
        load_fieldwork(session, first.actor, audit.id)
    assert bar_of(session, audit.agency_id, first.id) is Bar.TOOK_PART


@pytest.mark.parametrize("state", sorted(set(AuditState) - AUDIT_FLOW.unfinished))
def test_an_audit_that_ended_stays_as_it_is(session, state):
    audit = make_audit(session, state)
    with pytest.raises(IllegalMoveError):
        replan(session, audit, inspector_id=make_person(session, Role.INSPECTOR).id)


def test_the_first_day_moves_until_the_audit_starts_and_the_agency_is_told(session):
    audit, day = make_audit(session, AuditState.PLANNED), clock.today() + timedelta(days=30)
    replan(session, audit, planned_on=day)
    assert audit.planned_on == day
    assert "audit_planned" in {template for template, _ in mails(session)}
    with pytest.raises(RuleError) as refusal:
        replan(session, audit, planned_on=clock.today() - timedelta(days=1))
    assert refusal.value.field == "planned_on"
    started = make_audit(session, AuditState.IN_PROGRESS)
    with pytest.raises(RuleError, match="has started"):
        replan(session, started, planned_on=day)


def test_an_unannounced_day_stays_untold(session):
    audit = make_audit(session, AuditState.PLANNED, announced=False)
    replan(session, audit, planned_on=clock.today() + timedelta(days=30))
    assert "audit_planned" not in {template for template, _ in mails(session)}


def test_what_is_not_a_change_or_has_no_reason_is_refused(session):
    audit, new = make_audit(session, AuditState.PLANNED), make_person(session, Role.INSPECTOR)
    for wrong in ({}, {"inspector_id": new.id, "reason": " "}, {"inspector_id": make_person(session, Role.DECIDER).id}):
        with pytest.raises(RuleError):
            replan(session, audit, **wrong)
    session.add(Interest(person_id=new.id, agency_id=audit.agency_id, nature="x", declared_at=clock.now()))
    session.flush()
    with pytest.raises(RuleError, match="an interest in"):
        replan(session, audit, inspector_id=new.id)
    with pytest.raises(NotAllowedError):
        services.replan_audit(
            session, new.actor, audit.id, inspector_id=new.id, planned_on=audit.planned_on, reason="I am ill."
        )


def test_nobody_leaves_or_loses_the_role_with_an_audit_in_hand(session):
    audit, administrator = make_audit(session, AuditState.REPORTED), make_person(session, Role.ADMINISTRATOR)
    inspector = session.get_one(Person, audit.inspector_id)
    assert audits_in_hand(session, inspector.id) == [audit.reference]
    with pytest.raises(RuleError, match=audit.reference):
        retire_person(session, administrator.actor, inspector.id)
    with pytest.raises(RuleError, match=audit.reference):
        set_roles(session, administrator.actor, inspector.id, [Role.PLANNER], version=inspector.version)
    replan(session, audit, inspector_id=make_person(session, Role.INSPECTOR).id)
    session.flush()
    assert retire_person(session, administrator.actor, inspector.id).retired_at


def test_an_ended_audit_keeps_nobody(session):
    audit = make_audit(session, AuditState.CANCELLED)
    assert audits_in_hand(session, audit.inspector_id) == []
