"""The stated scope as the inspector confirms it: item by item, with the beds at each location."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.events import history
from audits.decisions.basis import Part, audit_basis
from audits.decisions.rules import Outcome
from audits.decisions.scope import grantable
from audits.decisions.services import decide
from audits.inspections import services
from audits.inspections.queries import populations_of
from audits.inspections.workflow import AuditState
from audits.schemes.cycle import DecisionKind
from tests.kit.factories import make_application, make_audit, make_person, make_scheme
from tests.kit.factories.inspections import confirm, draw, judge
from tests.kit.scheme import FIRST, SECOND, scheme, source

HOUSES = ["H-1", "H-2"]
WHY = "No worker was ever in construction."


@pytest.fixture
def audit(session):
    """An audit in fieldwork; the agency states 60 places."""
    application = make_application(
        session, state=ApplicationState.ACCEPTED, version=make_scheme(session, source(SECOND))
    )
    audit = make_audit(session, application=application, populations={"housing_location": HOUSES})
    session.flush()
    return audit


def stated(audit):
    return audit.application.stated


def without(audit, *left_out):
    return [item for item in stated(audit).items() if item not in left_out]


def review(session, audit):
    draw(session, audit, {unit.code: ["X-1"] for unit in scheme(SECOND).units.values() if unit.code in WITHOUT_LIST})
    judge(session, audit, {}, rest=True)
    services.report_audit(session, audit.inspector.actor, audit.id, summary="All was looked at.")
    services.review_audit(session, make_person(session, Role.REVIEWER).actor, audit.id, recommendation="Complete.")
    session.flush()


WITHOUT_LIST = {"personnel_file", "interview", "assignment"}


def grant(session, audit, items=None):
    ground = [each.code for each in scheme(SECOND).cycle.grounds_for(DecisionKind.GRANT)][:1]
    words = {"reasons": "All was weighed.", "grounds": ground, "scope": items}
    return decide(session, make_person(session, Role.DECIDER).actor, audit.id, outcome=Outcome.GRANT, **words)


def test_a_decider_starts_from_what_the_inspector_confirmed(session, audit):
    items = without(audit, "sectors:food_processing")
    confirm(session, audit, items=items, why=WHY, beds={"H-1": 20, "H-2": 12})
    review(session, audit)
    offered = grantable(audit, populations_of(session, audit.id))
    assert (offered.sectors, offered.housing_places) == (("logistics",), 32)
    with pytest.raises(RuleError, match="not stated or not audited"), session.begin_nested():
        grant(session, audit, stated(audit).items())
    assert grant(session, audit).scope == stated(audit).plain() | {"sectors": ["logistics"], "housing_places": 32}


def test_more_beds_than_were_stated_change_nothing(session, audit):
    confirm(session, audit, beds={"H-1": 100, "H-2": 100})
    assert audit.confirmed == stated(audit)


def test_housing_that_is_not_confirmed_needs_no_beds(session, audit):
    confirm(session, audit, items=without(audit, "own_housing"), why=WHY, beds={})
    assert audit.confirmed == stated(audit).without_housing()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"items": ["sectors:construction"], "why": WHY}, "items"),
        ({"items": []}, "why"),
        ({"beds": {"H-1": 20}}, "beds"),
        ({"beds": {"H-1": 20, "H-2": -1}}, "beds"),
    ],
)
def test_what_was_not_stated_seen_or_explained_is_refused(session, audit, values, field):
    with pytest.raises(RuleError) as refused:
        confirm(session, audit, **values)
    assert refused.value.field == field


def test_the_trail_and_the_basis_hold_what_was_confirmed(session, audit):
    confirm(session, audit, items=without(audit, "own_housing"), why=WHY, beds={})
    event = history(session, audit.id)[-1]
    assert event.data["items"] == without(audit, "own_housing")
    assert WHY not in str(event.data)
    assert audit_basis(session, audit).parts[Part.SCOPE] == [audit.application.scope, audit.confirmed_scope]


def test_a_report_waits_for_it(session, audit):
    draw(session, audit, {unit: ["X-1"] for unit in WITHOUT_LIST})
    judge(session, audit, {}, rest=True)
    audit.confirmed_scope = None
    session.flush()
    with pytest.raises(RuleError, match="Confirm or narrow"):
        services.report_audit(session, audit.inspector.actor, audit.id, summary="All was looked at.")


def test_under_edition_1_what_is_stated_can_be_granted_as_before(session):
    first = make_application(session, state=ApplicationState.ACCEPTED, version=make_scheme(session, source(FIRST)))
    audit = make_audit(session, AuditState.REVIEWED, application=first)
    assert audit.confirmed is None
    assert grantable(audit, populations_of(session, audit.id)) == stated(audit)


def test_after_the_report_nothing_of_it_moves(session, audit):
    review(session, audit)
    with pytest.raises(IllegalMoveError):
        confirm(session, audit)
    session.execute(text("SET LOCAL ROLE kw_worker"))
    with pytest.raises(IntegrityError, match="this audit can no longer be changed"), session.begin_nested():
        session.execute(text("UPDATE audit SET confirmed_scope = NULL WHERE id = :id"), {"id": audit.id})


@pytest.mark.parametrize("lie", [{"sectors": ["logistics", "food_processing"]}, {"housing_places": 61}])
def test_the_database_grants_nothing_that_was_not_confirmed(session, audit, lie, monkeypatch):
    confirm(session, audit, items=without(audit, "sectors:food_processing"), why=WHY, beds={"H-1": 90, "H-2": 9})
    review(session, audit)
    said = grantable(audit, populations_of(session, audit.id)).plain() | lie
    monkeypatch.setattr("audits.decisions.services.granted_scope", lambda *_: type(stated(audit)).of(said))
    with pytest.raises(IntegrityError, match="nobody stated this scope"), session.begin_nested():
        grant(session, audit)
