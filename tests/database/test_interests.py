"""When an interest counts: its period and the time after it, its corrections, and companies of one group. Rotation."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import months_after
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError
from audits.core.outbox import OutboxItem
from audits.inspections import services as audits
from audits.inspections.workflow import AuditState
from audits.people.independence import Bar, bar_of, rotated_out
from audits.people.models import Interest
from audits.people.queries import interests_in
from audits.people.rules import InterestKind
from audits.people.services import correct_interest, declare_interest, record_interest, state_group
from audits.schemes.cycle import AuditKind
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from tests.kit.factories import make_agency, make_application, make_audit, make_certificate, make_scheme
from tests.kit.factories.inspections import make_holder_audit
from tests.kit.factories.people import make_person
from tests.kit.scheme import SECOND, source

SOURCE = "The trade register."


@pytest.fixture
def planner(session):
    return make_person(session, Role.PLANNER)


@pytest.fixture
def agency(session):
    """An agency whose newest application is held to a norm with a time to stay away: 24 months."""
    version = make_scheme(session, source(SECOND))
    return make_application(session, version=version, answers=False, state=ApplicationState.SUBMITTED).agency


def day(*, months=0, days=0):
    """So long ago."""
    return months_after(clock.today() - timedelta(days=days), -months)


ENDED = {
    "goes on": (InterestKind.WORKED, None, True),
    "worked there until two years ago": (InterestKind.WORKED, day(months=24), True),
    "worked there until longer ago": (InterestKind.WORKED, day(months=24, days=1), False),
    "advised until last month": (InterestKind.ADVISED, day(months=1), True),
    "shares until yesterday": (InterestKind.OTHER, day(days=1), False),
    "shares until today": (InterestKind.OTHER, day(days=0), True),
}


@pytest.mark.parametrize("case", ENDED)
def test_an_interest_counts_for_its_period_and_the_time_that_the_norm_says(session, agency, case):
    kind, until, counts = ENDED[case]
    decider = make_person(session, Role.DECIDER)
    declare_interest(session, decider.actor, agency.id, "x", kind=kind, until=until)
    assert (bar_of(session, agency.id, decider.id) is Bar.INTEREST) is counts
    assert (decider.id in interests_in(session, agency.id)) is counts
    assert session.scalar(text("SELECT has_interest(:p, :a)"), {"p": decider.id, "a": agency.id}) is counts


def test_under_a_norm_that_says_nothing_who_worked_there_stays_away_for_good(session):
    audit, inspector = make_audit(session, AuditState.PLANNED), make_person(session, Role.INSPECTOR)
    declare_interest(session, inspector.actor, audit.agency_id, "x", kind=InterestKind.WORKED, until=day(months=240))
    assert interests_in(session, audit.agency_id)[inspector.id].until is None


def test_a_period_is_in_order_and_has_begun(session, planner, agency):
    for since, until, field in (
        (day(days=-1), None, "since"),
        (day(days=2), day(days=3), "until"),
    ):
        with pytest.raises(RuleError) as refusal:
            declare_interest(session, planner.actor, agency.id, "x", since=since, until=until)
        assert refusal.value.field == field


def test_a_correction_takes_the_place_of_what_was_wrong_and_both_stay(session, planner, agency):
    decider = make_person(session, Role.DECIDER)
    wrong = declare_interest(session, decider.actor, agency.id, "Worked there.", kind=InterestKind.WORKED)
    said = {"nature": "That was the cousin.", "source": SOURCE, "kind": InterestKind.NONE}
    right = correct_interest(session, planner.actor, wrong.id, **said)
    assert bar_of(session, agency.id, decider.id) is None
    assert session.query(Interest).count() == 2
    with pytest.raises(IllegalMoveError, match="corrected already"):
        correct_interest(session, planner.actor, wrong.id, **said)
    correct_interest(session, planner.actor, right.id, **said | {"kind": InterestKind.OTHER})
    assert bar_of(session, agency.id, decider.id) is Bar.INTEREST
    told = [item.payload["template"] for item in session.query(OutboxItem) if item.kind == "mail"
            and item.payload["person_id"] == str(decider.id)]  # fmt: skip
    assert told == ["interest_recorded"] * 2


def test_nobody_corrects_an_own_interest_or_one_in_an_agency_of_an_own_interest(session, planner, agency):
    own = declare_interest(session, planner.actor, agency.id, "x")
    decider, other = make_person(session, Role.DECIDER), make_person(session, Role.PLANNER)
    theirs = declare_interest(session, decider.actor, agency.id, "x")
    said = {"nature": "x", "source": SOURCE, "kind": InterestKind.NONE}
    for interest in (own, theirs):
        with pytest.raises(NotAllowedError):
            correct_interest(session, planner.actor, interest.id, **said)
    with pytest.raises(NotAllowedError):
        correct_interest(session, decider.actor, own.id, **said)
    correct_interest(session, other.actor, own.id, **said)
    forged = Interest(person_id=decider.id, agency_id=agency.id, nature="x", declared_at=clock.now(), source="x",
                      recorded_by=planner.id, supersedes_id=own.id)  # fmt: skip
    session.add(forged)
    with pytest.raises(IntegrityError):  # of another person
        session.flush()


def test_an_interest_in_one_company_of_a_group_counts_for_the_others(session, planner):
    audit, sister, stranger = make_audit(session, AuditState.IN_PROGRESS), make_agency(session), make_agency(session)
    record_interest(session, planner.actor, audit.inspector_id, sister.id, nature="x", source=SOURCE)
    assert bar_of(session, audit.agency_id, audit.inspector_id) is Bar.TOOK_PART
    assert audit.inspector_id not in interests_in(session, audit.agency_id)
    for agency in (audit.agency, sister):
        state_group(session, planner.actor, agency.id, name="  Noord  Groep ", source=SOURCE)
    counting = interests_in(session, audit.agency_id)[audit.inspector_id]
    assert counting.interest.agency_id == sister.id
    assert interests_in(session, stranger.id) == {}
    with pytest.raises(NotAllowedError, match="an interest in"):
        audits.report_audit(session, audit.inspector.actor, audit.id, summary="x")
    told = [item.payload for item in session.query(OutboxItem) if item.payload.get("template") == "interest_in_audit"]
    assert {each["subject_id"] for each in told} == {str(audit.id)}
    state_group(session, planner.actor, sister.id, name="", source="It was sold.")
    assert interests_in(session, audit.agency_id) == {}


def test_the_spelling_of_a_group_does_not_matter_and_its_source_does(session, planner):
    one, two = make_agency(session), make_agency(session)
    decider = make_person(session, Role.DECIDER)
    declare_interest(session, decider.actor, one.id, "x")
    state_group(session, planner.actor, one.id, name="Noord Groep", source=SOURCE)
    state_group(session, planner.actor, two.id, name="NOORD GROEP", source=SOURCE)
    assert decider.id in interests_in(session, two.id)
    with pytest.raises(RuleError) as refusal:
        state_group(session, planner.actor, two.id, name="", source=" ")
    assert refusal.value.field == "source"
    for tied in (decider, planner):
        if tied is planner:
            declare_interest(session, planner.actor, one.id, "x")
        with pytest.raises(NotAllowedError):
            state_group(session, tied.actor, two.id, name="", source=SOURCE)


@pytest.fixture
def often(session):
    """A holder, and the inspector who judged it as often in a row as the norm permits."""
    version = make_scheme(session, source(SECOND))
    certificate = make_certificate(session)
    inspector = certificate.decision.audit.inspector
    for state in [AuditState.CANCELLED] + [AuditState.PLANNED] * (version.audits_in_a_row - 1):
        own = {} if state is AuditState.CANCELLED else {"inspector_id": inspector.id}
        make_holder_audit(session, certificate.agency, AuditKind.SPECIAL, state, **own)
    return certificate, inspector


def plan(session, planner, certificate, inspector):
    return audits.plan_audit_of_holder(
        session, planner.actor, certificate.agency_id, kind=AuditKind.SPECIAL, inspector_id=inspector.id,
        planned_on=clock.today() + timedelta(days=9), occasion="x",
    )  # fmt: skip


def test_who_judged_an_agency_often_enough_in_a_row_is_left_out_for_one_audit(session, planner, often):
    certificate, inspector = often
    version_id = certificate.scheme_version_id
    assert rotated_out(session, certificate.agency_id, version_id) == {inspector.id}
    with pytest.raises(RuleError, match="in a row") as refusal:
        plan(session, planner, certificate, inspector)
    assert refusal.value.field == "inspector"
    audit = plan(session, planner, certificate, make_person(session, Role.INSPECTOR))
    with pytest.raises(RuleError, match="in a row"):
        audits.replan_audit(
            session, planner.actor, audit.id, inspector_id=inspector.id, planned_on=audit.planned_on, reason="x"
        )
    with pytest.raises(RuleError, match="in a row") as refusal:
        join_team(session, planner.actor, audit.id, person_id=inspector.id, role=TeamRole.MEMBER)
    assert refusal.value.field == "role"
    join_team(session, planner.actor, audit.id, person_id=inspector.id, role=TeamRole.EXPERT)
    assert rotated_out(session, certificate.agency_id, version_id) == set()


@pytest.mark.parametrize("how", ["inspector", "member"])
def test_the_database_refuses_too_many_audits_in_a_row(session, planner, often, how):
    certificate, inspector = often
    audit = plan(session, planner, certificate, make_person(session, Role.INSPECTOR))
    statement = {
        "inspector": "UPDATE audit SET inspector_id = :person WHERE id = :audit",
        "member": "INSERT INTO team_member (id, audit_id, person_id, role, joined_at)"
        " VALUES (gen_random_uuid(), :audit, :person, 'member', now())",
    }[how]
    with pytest.raises(IntegrityError, match="in a row"):
        session.execute(text(statement), {"person": inspector.id, "audit": audit.id})
