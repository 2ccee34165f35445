"""The page of a decision offers the stated scope, item by item."""

from sqlalchemy import select

from audits.core.access import Role
from audits.decisions.models import Decision
from audits.inspections.workflow import AuditState
from tests.kit.factories.inspections import make_audit
from tests.kit.scheme import SECOND, scheme


def page_of(audit):
    return f"/office/audits/{audit.id}/decision"


def test_a_decider_takes_out_a_part_of_the_scope(enter, session):
    audit = make_audit(session, AuditState.REVIEWED)
    audit.agency.sectors = ["construction"]  # after submission: nobody looked at it
    session.flush()
    browser = enter(Role.DECIDER)
    page = browser.open(page_of(audit))
    offered = [box["value"] for box in page.soup.select("[name=scope][checked]")]
    assert offered == list(audit.application.stated.items())
    assert "Bouw" not in page.text
    kept = [item for item in offered if item not in {"sectors:food_processing", "own_housing"}]
    assert browser.submit(outcome="grant", reasons="Nearly.", scope=kept[:1], status=422).errors == [
        "Grant at least one activity and one sector."
    ]
    page = browser.submit(outcome="grant", reasons="The norm is met, but for food.", scope=kept)
    assert "Food" not in page.text
    decision = session.scalars(select(Decision)).one()
    assert decision.scope == audit.application.scope | {
        "sectors": ["logistics"],
        "own_housing": False,
        "housing_places": 0,
    }


def test_housing_that_nobody_looked_at_is_not_offered(enter, session):
    audit = make_audit(session, AuditState.REVIEWED, populations={unit: [] for unit in scheme(SECOND).housing_units})
    page = enter(Role.DECIDER).open(page_of(audit))
    assert "no housing location was in the audit" in page.text
    assert not page.soup.select("[name=scope][value=own_housing]")
