"""Evidence that suffices: how many units the scheme wants assessed, and what an audit with fewer cannot lead to."""

from collections.abc import Mapping

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import RuleError
from audits.decisions.models import Decision
from audits.decisions.rules import Outcome
from audits.decisions.services import decide
from audits.inspections import services
from audits.inspections.grading import Insufficient
from audits.inspections.workflow import AuditState
from audits.schemes.cycle import DecisionKind
from audits.schemes.text import Shortfall
from tests.kit.factories import make_application, make_audit, make_scheme
from tests.kit.factories.people import make_person
from tests.kit.scheme import FIRST, SECOND, scheme, source

GRANT, CONDITIONS, REFUSE = Outcome
NOT_SEEN = ("not_assessed", "Nobody was in.")
ELSEWHERE = ("not_applicable", "This worker did no such work.")
FILES = [f"F-{number:03d}" for number in range(1, 11)]  # ten of ten are drawn
NORM = scheme(SECOND)
CRITICAL, MAJOR, MINOR = (
    next(item.code for item in NORM.on_unit("personnel_file") if item.severity == severity)
    for severity in ("critical", "major", "minor")
)
OF_THE_AGENCY = next(item.code for item in NORM.on_unit("organisation") if item.severity == "major")


def audit_in(session, state, verdicts: Mapping[str, object], version=SECOND):
    application = make_application(
        session, state=ApplicationState.ACCEPTED, version=make_scheme(session, source(version))
    )
    populations = {"personnel_file": FILES}
    return make_audit(session, state, verdicts, application=application, populations=populations)


def unseen(count, said=NOT_SEEN):
    return dict.fromkeys(FILES[:count], said)


STANDINGS = [
    ({}, set(Outcome) - {CONDITIONS}),
    ({CRITICAL: unseen(1)}, {GRANT, REFUSE}),  # nine of ten is the least share
    ({CRITICAL: unseen(2)}, {REFUSE}),
    ({CRITICAL: unseen(10)}, {REFUSE}),
    ({CRITICAL: unseen(10, ELSEWHERE)}, {GRANT, REFUSE}),  # to none of them it applies
    ({MAJOR: unseen(2)}, {GRANT, REFUSE}),
    ({MAJOR: unseen(3)}, {CONDITIONS, REFUSE}),
    ({MINOR: unseen(5)}, {CONDITIONS, REFUSE}),
    ({MAJOR: unseen(3), CRITICAL: unseen(2)}, {REFUSE}),
    ({"FRE-01": NOT_SEEN}, {REFUSE}),  # no interview at all
    ({OF_THE_AGENCY: NOT_SEEN}, {CONDITIONS, REFUSE}),  # one of one
]


@pytest.mark.parametrize(("verdicts", "allowed"), STANDINGS)
def test_too_little_assessed_never_ends_in_a_plain_grant(session, verdicts, allowed):
    audit = audit_in(session, AuditState.REVIEWED, verdicts)
    session.commit()
    decider = make_person(session, Role.DECIDER)

    def take(outcome):
        conditions = ("Look at the others within three months.",) if outcome is CONDITIONS else ()
        ground = [each.code for each in NORM.cycle.grounds_for(DecisionKind(outcome))][:1]
        words = {"reasons": "Weighed.", "conditions": conditions, "grounds": ground}
        decide(session, decider.actor, audit.id, outcome=outcome, **words)

    def insert_raw(outcome):
        row = {"audit_id": audit.id, "agency_id": audit.agency_id, "decider_id": decider.id, "reasons": "x"}
        row |= {"kind": DecisionKind(outcome), "conditions": [], "basis_sha256": "0" * 64}
        session.execute(insert(Decision).values(row | {"decided_at": clock.now(), "effective_on": clock.today()}))

    assert passing(session, take, RuleError) == allowed
    # The database leaves to the code that conditions need a reason.
    assert passing(session, insert_raw, IntegrityError) - {CONDITIONS} == allowed - {CONDITIONS}
    assert (CONDITIONS in passing(session, insert_raw, IntegrityError)) is (allowed != {REFUSE})


def passing(session, attempt, refusal):
    """The outcomes with which an attempt gets through; each is undone."""
    passed = set()
    for outcome in Outcome:
        savepoint = session.begin_nested()
        try:
            attempt(outcome)
        except refusal as error:
            wall = getattr(error, "orig", None)
            assert wall is None or wall.diag.constraint_name == "no_grant"
        else:
            passed.add(outcome)
        finally:
            savepoint.rollback()
    return passed


def test_the_report_says_where_too_little_was_assessed_and_the_database_counts_the_same(session):
    audit = audit_in(session, AuditState.REPORTED, {CRITICAL: unseen(2), MAJOR: unseen(10), MINOR: unseen(1)})
    assert set(audit.shortfalls) == {
        Insufficient(CRITICAL, 8, 9, Shortfall.BLOCKS),
        Insufficient(MAJOR, 0, 8, Shortfall.CONDITIONS),
    }
    counted = session.execute(text("SELECT code, effect FROM evidence_short(:id)"), {"id": audit.id}).all()
    assert {tuple(row) for row in counted} == {(each.requirement, each.effect) for each in audit.shortfalls}


def test_an_audit_that_goes_back_has_no_shortfalls_until_it_is_reported_again(session):
    audit = audit_in(session, AuditState.REPORTED, {CRITICAL: unseen(2)})
    services.reopen_audit(session, make_person(session, Role.REVIEWER).actor, audit.id, reason="Look at more.")
    assert audit.shortfalls == ()
    later = {CRITICAL: dict.fromkeys(FILES[:2], ("conform", ""))}
    services.record_sheets(session, audit.inspector.actor, audit.id, later, reasons={CRITICAL: "They were in today."})
    services.report_audit(session, audit.inspector.actor, audit.id, summary="All was looked at.")
    assert audit.shortfalls == ()


def test_a_case_under_edition_1_is_weighed_as_it_was_published(session):
    first = scheme(FIRST).on_unit("personnel_file")[0].code
    audit = audit_in(session, AuditState.REVIEWED, {first: unseen(10)}, version=FIRST)
    assert audit.shortfalls == ()
    decider = make_person(session, Role.DECIDER)
    assert decide(session, decider.actor, audit.id, outcome=GRANT, reasons="Weighed.").kind is DecisionKind.GRANT
