"""Interests that the office records about its own people."""

import pytest

from audits.core.access import Role
from audits.core.errors import NotAllowedError, RuleError
from audits.core.outbox import OutboxItem
from audits.inspections import services as audits
from audits.inspections.workflow import AuditState
from audits.people.queries import interests_on_record
from audits.people.services import record_interest
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person

SAID = {"nature": "Worked there until last year.", "source": "The trade register."}


@pytest.fixture
def planner(session):
    return make_person(session, Role.PLANNER)


def test_what_the_office_records_counts_like_what_somebody_declares(session, planner):
    audit = make_audit(session, AuditState.IN_PROGRESS)
    interest = record_interest(session, planner.actor, audit.inspector_id, audit.agency_id, **SAID)
    session.flush()
    assert (interest.source, interest.recorded_by) == (SAID["source"], planner.id)
    with pytest.raises(NotAllowedError, match="an interest in"):
        audits.report_audit(session, audit.inspector.actor, audit.id, summary="x")
    told = {(item.payload["template"], item.payload["person_id"]) for item in session.query(OutboxItem)
            if item.kind == "mail"}  # fmt: skip
    assert ("interest_recorded", str(audit.inspector_id)) in told
    assert ("interest_in_audit", str(audit.planner_id)) in told
    assert interests_on_record(session, planner.actor) == [(interest, None)]


def test_it_names_its_source_and_somebody_else_of_the_staff(session, planner):
    agency, inspector = make_agency(session), make_person(session, Role.INSPECTOR)
    owner = make_person(session, Role.AGENCY_OWNER, agency)
    for person, said in ((inspector, SAID | {"source": " "}), (planner, SAID), (owner, SAID)):
        with pytest.raises(RuleError):
            record_interest(session, planner.actor, person.id, agency.id, **said)
    with pytest.raises(NotAllowedError):
        record_interest(session, inspector.actor, planner.id, agency.id, **SAID)
    record_interest(session, planner.actor, inspector.id, agency.id, **SAID)
    with pytest.raises(RuleError, match="on record already"):
        record_interest(session, planner.actor, inspector.id, agency.id, **SAID)
