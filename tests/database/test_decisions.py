"""Decisions: who may decide, allowed outcomes, effects; enforced by the code and by the database alone."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event as Signal

import pytest
from psycopg.errors import IntegrityConstraintViolation
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.applications.models import Application
from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import AGENCY_ROLES, Actor, Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import Event
from audits.core.outbox import OutboxItem
from audits.decisions.models import Decision
from audits.decisions.rules import Outcome
from audits.decisions.services import decide
from audits.inspections.models import Participant, Verdict
from audits.inspections.workflow import AuditState, FindingState
from audits.people.independence import Bar, bar_of
from audits.people.models import Interest
from audits.schemes.cycle import DecisionKind
from portal.doors.account import services
from portal.stores import database
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.decisions import add_findings, finding, make_decision
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person
from tests.kit.waiting import PATIENCE

GRANT, CONDITIONS, REFUSE = Outcome.GRANT, Outcome.GRANT_WITH_CONDITIONS, Outcome.REFUSE
OPEN, ANSWERED, CLOSED = FindingState.OPEN, FindingState.ANSWERED, FindingState.CLOSED


@pytest.fixture
def audit(session):
    audit = make_audit(session, AuditState.REVIEWED)
    session.commit()
    return audit


@pytest.fixture
def decider(session):
    return make_person(session, Role.DECIDER)


def take(session, person, audit, outcome=GRANT, conditions=()):
    return decide(session, person.actor, audit.id, outcome=outcome, reasons="All was weighed.", conditions=conditions)


def insert_raw(session, audit, decider_id, outcome=GRANT, agency_id=None):
    """A decision past the service, as a careless script would write it."""
    session.execute(
        insert(Decision).values(
            audit_id=audit.id,
            agency_id=agency_id or audit.agency_id,
            decider_id=decider_id,
            kind=DecisionKind(outcome),
            reasons="x",
            conditions=[],
            basis_sha256="0" * 64,
            decided_at=clock.now(),
            effective_on=clock.today(),
        )
    )


def refused_by(session, statement):
    """The name of the wall that the database puts up against this."""
    with pytest.raises(IntegrityError) as refusal, session.begin_nested():
        statement()
    return refusal.value.orig.diag.constraint_name


def counts(session):
    return [session.scalar(select(func.count()).select_from(table)) for table in (Decision, Event, OutboxItem)]


# Who may decide


def test_only_a_decider_decides(session, audit):
    for role in set(Role) - {Role.DECIDER, Role.SYSTEM}:
        agency_id = audit.agency_id if role in AGENCY_ROLES else None
        with pytest.raises(NotAllowedError, match="You may not do this"):
            take(session, make_person(session, role, agency_id), audit)
    assert audit.state is AuditState.REVIEWED
    assert take(session, make_person(session, Role.DECIDER), audit).kind == GRANT


def test_an_unknown_audit_is_not_found(session, decider):
    with pytest.raises(NotFoundError):
        decide(session, decider.actor, decider.id, outcome=GRANT, reasons="x")


def shares(session, audit, way):
    """A decider who also shared in the evaluation, in one of the ways there are."""
    if way == "planner":
        return audit.planner
    if way == "inspector":
        return audit.inspector
    person = make_person(session, Role.DECIDER)
    if way == "participant":
        session.add(Participant(audit_id=audit.id, person_id=person.id, since=clock.now()))
    if way == "judge":
        one = session.scalars(select(Verdict).where(Verdict.audit_id == audit.id).limit(1)).one()
        one.recorded_by = person.id
    if way == "tie":
        session.add(Interest(person_id=person.id, agency_id=audit.agency_id, nature="kin", declared_at=clock.now()))
    session.flush()
    return person


WAYS = {
    "planner": (Bar.TOOK_PART, "four_eyes"),
    "inspector": (Bar.TOOK_PART, "four_eyes"),
    "participant": (Bar.TOOK_PART, "four_eyes"),
    "judge": (Bar.TOOK_PART, "four_eyes"),
    "tie": (Bar.INTEREST, "no_tie"),
}


def test_who_shared_in_the_audit_or_has_a_tie_cannot_decide(session, audit):
    for way, (bar, wall) in WAYS.items():
        person = shares(session, audit, way)
        assert bar_of(session, audit.agency_id, person.id) is bar, way
        words = "took part" if bar is Bar.TOOK_PART else "an interest in"
        with pytest.raises(NotAllowedError, match=words):
            decide(session, Actor(person.id, frozenset({Role.DECIDER})), audit.id, outcome=GRANT, reasons="x")
        for outcome in Outcome:
            assert (
                refused_by(session, lambda who=person.id, what=outcome: insert_raw(session, audit, who, what)) == wall
            )


@pytest.mark.parametrize("way", ["participant", "tie"])
def test_when_the_code_overlooks_it_the_database_does_not_and_says_so_in_words(session, audit, way, monkeypatch):
    monkeypatch.setattr("audits.people.independence.bar_of", lambda *_: None)
    words = "took part" if way == "participant" else "an interest in"
    with pytest.raises(NotAllowedError, match=words):
        take(session, shares(session, audit, way), audit)


def test_the_reviewer_may_decide(session, audit):
    reviewer = make_person(session, [Role.REVIEWER, Role.DECIDER])
    audit.reviewer_id = reviewer.id
    assert bar_of(session, audit.agency_id, reviewer.id) is None
    assert take(session, reviewer, audit).decider_id == reviewer.id


def test_a_decision_names_the_agency_of_its_audit(session, audit, decider):
    other = make_agency(session).id
    assert refused_by(session, lambda: insert_raw(session, audit, decider.id, agency_id=other)) == "same_agency"


# What may be decided

STANDINGS = [
    ([], {GRANT, REFUSE}),
    ([finding("minor")] * 7, {GRANT, REFUSE}),
    ([finding("minor")] * 8, {CONDITIONS, REFUSE}),
    ([finding("minor", OPEN)] * 8, {CONDITIONS, REFUSE}),
    ([finding("minor")] * 14, {CONDITIONS, REFUSE}),
    ([finding("minor")] * 15, {REFUSE}),
    ([finding("major", CLOSED)], {GRANT, REFUSE}),
    ([finding("major", ANSWERED)], {REFUSE}),
    ([finding("major", OPEN)], {REFUSE}),
    ([finding("major")] * 2, {CONDITIONS, REFUSE}),
    ([finding("major")] * 4, {REFUSE}),
    ([finding("critical", CLOSED)], {REFUSE}),
    ([finding("critical", CLOSED, points=0)], {REFUSE}),
    ([finding("observation", OPEN)] * 5, {GRANT, REFUSE}),
]


def test_the_findings_say_what_may_be_decided(session, audit, decider):
    session.commit()
    for found, allowed in STANDINGS:
        add_findings(session, audit, found)
        assert allowed_by_code(session, decider, audit) == allowed, found
        assert allowed_by_database(session, decider, audit) == (allowed if allowed == {REFUSE} else set(Outcome)), found
        session.rollback()


def allowed_by_code(session, decider, audit):
    def attempt(outcome):
        take(session, decider, audit, outcome, ("Check it again.",) if outcome is CONDITIONS else ())

    return {outcome for outcome in Outcome if passes(session, attempt, outcome, RuleError)}


def allowed_by_database(session, decider, audit):
    def attempt(outcome):
        insert_raw(session, audit, decider.id, outcome)

    return {outcome for outcome in Outcome if passes(session, attempt, outcome, IntegrityError)}


def passes(session, attempt, outcome, refusal):
    """Whether an attempt gets through; it is undone either way."""
    savepoint = session.begin_nested()
    try:
        attempt(outcome)
    except refusal:
        return False
    finally:
        savepoint.rollback()
    return True


def test_the_database_checks_the_outcome_when_the_code_is_wrong(session, audit, decider, monkeypatch):
    monkeypatch.setattr("audits.decisions.services.possible_outcomes", lambda *_, **__: frozenset(Outcome))
    add_findings(session, audit, [finding("major", OPEN)])
    with pytest.raises(RuleError, match="do not allow this outcome"):
        take(session, decider, audit)


def test_points_are_counted_from_the_findings_whatever_the_audit_says(session, audit, decider):
    add_findings(session, audit, [finding("minor")] * 15)
    audit.score = 0
    with pytest.raises(RuleError, match="do not allow this outcome"):
        take(session, decider, audit)


@pytest.mark.parametrize(
    "state", [AuditState.PLANNED, AuditState.IN_PROGRESS, AuditState.REPORTED, AuditState.CANCELLED]
)
def test_only_a_reviewed_audit_is_decided_on(session, decider, state):
    audit = make_audit(session, state)
    for outcome in Outcome:
        with pytest.raises(IllegalMoveError):
            take(session, decider, audit, outcome)
    session.refresh(audit)
    assert refused_by(session, lambda: insert_raw(session, audit, decider.id)) == "no_grant"


WORDS = [
    (GRANT, "  ", (), "reasons"),
    (CONDITIONS, "Because.", (), "conditions"),
    (CONDITIONS, "Because.", (" ", ""), "conditions"),
    (GRANT, "Because.", ("Check it again.",), "conditions"),
    (REFUSE, "Because.", ("Check it again.",), "conditions"),
]


def test_reasons_are_needed_and_conditions_only_where_they_belong(session, audit, decider):
    session.commit()
    for outcome, reasons, conditions, field in WORDS:
        add_findings(session, audit, [finding("major")] * 2 if outcome is CONDITIONS else [])
        with pytest.raises(RuleError) as refusal:
            decide(session, decider.actor, audit.id, outcome=outcome, reasons=reasons, conditions=conditions)
        assert refusal.value.field == field
        session.rollback()


# What it leaves behind


@pytest.fixture
def acting(app, session, decider):
    """An application context whose transactions act for the decider, as those of a request do."""
    token = services.open_session(session, decider).token

    @contextmanager
    def context():
        with app.app_context():
            database.at_begin(services.ACT_AS, services.acting(token))
            yield

    return context


def test_a_decision_its_moves_and_its_outbox_items_are_one_commit(acting, session, audit, decider):
    session.commit()
    before = counts(session)
    with acting(), database.write() as own:
        decision_id = take(own, decider, audit, GRANT).id
    session.expire_all()
    decision = session.get_one(Decision, decision_id)
    assert (decision.reasons, decision.conditions, decision.agency_id) == ("All was weighed.", [], audit.agency_id)
    assert audit.state is AuditState.CONCLUDED
    assert session.get_one(Application, audit.application_id).state is ApplicationState.CONCLUDED
    new = session.scalars(select(Event).order_by(Event.id)).all()[before[1] :]
    assert [each.name for each in new] == ["audit.conclude", "decision.decide", "application.conclude"]
    assert {each.actor_id for each in new} == {decider.id}
    assert new[1].data == {"kind": "grant", "basis": decision.basis_sha256}
    promised = session.scalars(select(OutboxItem).where(OutboxItem.payload["decision_id"].astext == str(decision.id)))
    assert {item.kind for item in promised} == {"certificate.number", "document.decision_letter"}


def test_a_decision_that_fails_leaves_nothing(acting, session, audit, decider):
    session.commit()
    before = counts(session)
    with acting(), pytest.raises(RuleError), database.write() as own:
        decide(own, decider.actor, audit.id, outcome=GRANT, reasons=" ")
    session.expire_all()
    assert counts(session) == before
    assert audit.state is AuditState.REVIEWED
    assert session.get_one(Application, audit.application_id).state is ApplicationState.ACCEPTED


def test_a_refusal_enqueues_no_certificate(session, audit, decider):
    take(session, decider, audit, REFUSE)
    session.flush()
    kinds = set(session.scalars(select(OutboxItem.kind)))
    assert "document.decision_letter" in kinds
    assert "certificate.number" not in kinds


def test_conditions_are_kept_one_by_one(session):
    decision = make_decision(session, CONDITIONS, conditions=[" First. ", "", "Second."])
    assert decision.conditions == ["First.", "Second."]


def test_an_audit_is_decided_on_once(session, audit, decider):
    take(session, decider, audit, REFUSE)
    with pytest.raises(IllegalMoveError):
        take(session, make_person(session, Role.DECIDER), audit, REFUSE)
    assert refused_by(session, lambda: insert_raw(session, audit, decider.id, REFUSE)) == "uq_decision_audit_id"


def test_of_two_deciders_at_the_same_time_the_second_is_told_that_the_case_has_moved_on(real_db):
    with Session(real_db) as session:
        audit = make_audit(session, AuditState.REVIEWED)
        first, second = make_person(session, Role.DECIDER).actor, make_person(session, Role.DECIDER).actor
        audit_id = audit.id
        session.commit()
    asked = Signal()

    def second_decision():
        with Session(real_db) as session:
            asked.set()
            decide(session, second, audit_id, outcome=REFUSE, reasons="No.")

    with ThreadPoolExecutor() as pool, Session(real_db) as session:
        decide(session, first, audit_id, outcome=GRANT, reasons="Yes.")
        waiting = pool.submit(second_decision)
        assert asked.wait(PATIENCE)
        session.commit()
        with pytest.raises(IllegalMoveError):
            waiting.result(PATIENCE)
    with Session(real_db) as session:
        assert session.scalars(select(Decision.kind)).all() == [GRANT]


def test_a_decision_is_never_changed_or_removed(session, audit, decider):
    decision = take(session, decider, audit, REFUSE)
    session.flush()
    for statement in (
        update(Decision).where(Decision.id == decision.id).values(kind=DecisionKind.GRANT),
        delete(Decision).where(Decision.id == decision.id),
    ):
        with pytest.raises(IntegrityError, match="append-only") as refusal, session.begin_nested():
            session.execute(statement)
        assert isinstance(refusal.value.orig, IntegrityConstraintViolation)
