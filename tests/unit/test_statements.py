"""Cached statements: what counts as another shape, and that calls do not share values."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from audits.agencies.models import Agency
from audits.core.access import Actor, Role
from audits.core.statements import built_once
from audits.inspections.models import Audit
from audits.inspections.queries import visible_audits
from audits.inspections.workflow import AuditState


@pytest.fixture
def built():
    """Provide a statement that counts how often it is put together."""
    calls = []

    @built_once
    def audits(actor, code, states, flag):
        calls.append(flag)
        query = visible_audits(actor).where(Audit.reference == code, Audit.state.in_(states))
        return query.order_by(Audit.id) if flag else query

    audits.calls = calls
    return audits


def actor(role=Role.PLANNER, agency_id=None):
    return Actor(uuid4(), frozenset({role}), agency_id)


def test_other_values_are_another_call_of_the_same_statement(built):
    first, second = actor(), actor()
    one, values = built(first, "A-1", [AuditState.PLANNED], True)
    other, others = built(second, "A-2", (AuditState.REPORTED, AuditState.REVIEWED), True)
    assert one is other
    assert len(built.calls) == 1
    assert list(values.values()) == [first.id, "A-1", [AuditState.PLANNED]]
    assert list(others.values()) == [second.id, "A-2", [AuditState.REPORTED, AuditState.REVIEWED]]


@pytest.mark.parametrize(
    ("who", "flag"),
    [
        (actor(Role.INSPECTOR), True),
        (actor(Role.PLANNER, uuid4()), True),
        (actor(Role.AGENCY_OWNER, uuid4()), True),
        (actor(), False),
        (actor(), None),
    ],
)
def test_other_roles_another_kind_of_actor_and_another_flag_are_another_statement(built, who, flag):
    usual, _ = built(actor(), "A-1", [AuditState.PLANNED], True)
    other, _ = built(who, "A-1", [AuditState.PLANNED], flag)
    assert other is not usual


def test_two_agencies_share_the_statement_and_never_the_value(built):
    ours, theirs = actor(Role.AGENCY_OWNER, uuid4()), actor(Role.AGENCY_OWNER, uuid4())
    one, values = built(ours, "A-1", [], True)
    other, others = built(theirs, "A-1", [], True)
    assert one is other
    assert ours.agency_id in values.values()
    assert theirs.agency_id in others.values()
    assert not {ours.agency_id, ours.id} & set(map(str, others.values()))
    assert str(ours.agency_id) not in str(one.compile().params)


def test_a_statement_cannot_ask_whether_a_value_is_empty():
    @built_once
    def agencies(number):
        return select(Agency).where(Agency.register_number == number) if number else select(Agency)

    with pytest.raises(TypeError, match="Boolean value"):
        agencies("1")
