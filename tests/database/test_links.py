"""Comebacks: traces are noted and stay, links are found and told, the agency is heard, and a person judges."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from audits.agencies.models import ControllingPerson
from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.core.outbox import OutboxItem
from audits.deadlines.models import Deadline
from audits.decisions.rules import Outcome
from audits.decisions.services import decide
from audits.inspections.workflow import AuditState
from audits.links import services
from audits.links.models import LinkTrace
from audits.links.queries import asked_hits, find_links, is_asked, is_judging, reports_of
from audits.links.rules import DECIDED_FROM, Sign
from audits.links.traces import TraceKind
from audits.links.workflow import LinkState, LinkVerdict
from audits.people.models import Interest
from portal.work import handlers
from tests.kit.factories import make_application, make_audit, make_person
from tests.kit.factories.links import asked, hits_of, make_lonely_agency

KEY = b"key"
COUNTS, COUNTS_NOT = LinkVerdict.COUNTS, LinkVerdict.COUNTS_NOT


@pytest.fixture
def planner(session):
    return make_person(session, Role.PLANNER).actor


@pytest.fixture
def before(session):
    """The agency that was there before."""
    agency = make_lonely_agency(session, iban="NL91ABNA0417164300", street="Havenkade 35", city="Breda")
    agency.controlling_persons[0].name = "Rein Postma"
    session.flush()
    services.note_traces(session, KEY, [agency.id])
    return agency


@pytest.fixture
def comeback(session):
    agency = make_lonely_agency(session, iban="NL91ABNA0417164300", street="Havenkade 41", city="Breda")
    agency.controlling_persons[0].name = "Sjoerd Postma"
    session.flush()
    return agency


@pytest.fixture
def report(session, before, comeback):
    return services.report_links(session, comeback.id, bank_key=KEY)


def judge_all(session, planner, report, verdict=COUNTS_NOT):
    for hit in hits_of(session, report):
        services.judge_link(session, planner, report.id, hit.id, verdict=verdict, reason="Looked at.")


def answer_all(session, report):
    owner = make_person(session, Role.AGENCY_OWNER, report.agency).actor
    for hit in hits_of(session, report):
        services.answer_link(session, owner, hit.id, answer="Our bookkeeper's.")


def mails(session):
    return [item.payload["template"] for item in session.scalars(select(OutboxItem)) if item.kind.startswith("mail")]


def task(session, report):
    return session.scalars(select(Deadline).where(Deadline.subject_id == report.id)).one()


def test_brother_same_bank_three_doors_down(session, planner, before, report):
    found = {hit.sign: (hit.here, hit.there) for hit in hits_of(session, report)}
    assert found == {
        Sign.SAME_BANK: ("", ""),
        Sign.SAME_FAMILY: ("Sjoerd Postma", "Rein Postma"),
        Sign.NEAR_DOOR: ("Havenkade 41, Breda", "Havenkade 35, Breda"),
    }
    assert {hit.other_id for hit in report.hits} == {before.id}
    assert (report.state, task(session, report).owner_role) == (LinkState.OPEN, Role.PLANNER)
    assert mails(session) == ["links_found"]


def test_who_shares_nothing_gets_no_report(session, before):
    agency = make_lonely_agency(session)
    assert services.report_links(session, agency.id, bank_key=KEY) is None
    assert reports_of(session, agency.id) == []


def test_twice_delivered_makes_one_report_and_what_was_judged_is_not_told_again(session, comeback, report, planner):
    assert services.report_links(session, comeback.id, bank_key=KEY) is report
    judge_all(session, planner, report)
    services.dismiss_links(session, planner, report.id, reason="Not the same people.")
    assert services.report_links(session, comeback.id, bank_key=KEY) is None
    comeback.phone = "06 87654321"
    stranger = make_lonely_agency(session, phone="0031 6 87654321")
    services.note_traces(session, KEY, [stranger.id])
    again = services.report_links(session, comeback.id, bank_key=KEY)
    assert {hit.other_id for hit in hits_of(session, again)} == {stranger.id}


def test_a_trace_stays_when_the_agency_changes_what_left_it(session, before, comeback):
    before.iban = ""
    session.flush()
    services.note_traces(session, KEY)
    kinds = session.scalars(select(LinkTrace.kind).where(LinkTrace.agency_id == before.id)).all()
    assert TraceKind.BANK in kinds
    services.note_traces(session, KEY)
    assert len(session.scalars(select(LinkTrace.kind).where(LinkTrace.agency_id == before.id)).all()) == len(kinds)
    assert [link.other_id for link in find_links(session, comeback.id)] == [before.id]


def test_what_many_share_links_nobody(session):
    shared = [make_lonely_agency(session, street=f"Torenlaan {place}", city="Breda") for place in range(1, 20)]
    services.note_traces(session, KEY)
    assert find_links(session, shared[0].id) == []


def test_nothing_counts_before_the_agency_was_heard(session, report, planner):
    first = hits_of(session, report)[0]
    with pytest.raises(RuleError, match="answers first"):
        services.judge_link(session, planner, report.id, first.id, verdict=COUNTS, reason="Clear.")
    assert asked_hits(session, report.agency_id) == []
    asked(session, planner, report)
    assert is_asked(session, report.agency_id)
    with pytest.raises(RuleError, match="answers first"):
        services.judge_link(session, planner, report.id, first.id, verdict=COUNTS, reason="Clear.")
    answer_all(session, report)
    assert not is_asked(session, report.agency_id)
    services.judge_link(session, planner, report.id, first.id, verdict=COUNTS, reason="Clear.")
    assert "links_asked" in mails(session)


def test_who_lets_the_term_pass_was_heard(session, report, planner, monkeypatch):
    hit = asked(session, planner, report)[0]
    late = clock.now() + timedelta(days=20)
    monkeypatch.setattr(clock, "now", lambda: late)
    assert services.heard(hit)


def test_an_answer_is_given_once_and_by_the_own_agency(session, report, planner):
    hit = asked(session, planner, report)[0]
    stranger = make_person(session, Role.AGENCY_OWNER, make_lonely_agency(session)).actor
    with pytest.raises(NotFoundError):
        services.answer_link(session, stranger, hit.id, answer="Ours.")
    answer_all(session, report)
    owner = make_person(session, Role.AGENCY_OWNER, report.agency).actor
    with pytest.raises(IllegalMoveError):
        services.answer_link(session, owner, hit.id, answer="No.")
    with pytest.raises(RuleError, match="Choose what"):
        services.ask_agency(session, planner, report.id, [hit.id])


def test_a_report_ends_when_all_is_judged_and_goes_on_only_with_something_that_counts(session, report, planner):
    with pytest.raises(RuleError, match="Judge every sign"):
        services.dismiss_links(session, planner, report.id, reason="No.")
    judge_all(session, planner, report)
    with pytest.raises(RuleError, match="Nothing in this report counts"), session.begin_nested():
        services.refer_links(session, planner, report.id, reason="Yes.")
    session.refresh(report)
    services.dismiss_links(session, planner, report.id, reason="Not the same people.")
    assert (report.state, report.reason) == (LinkState.DISMISSED, "Not the same people.")
    assert task(session, report).done_at is not None
    with pytest.raises(IllegalMoveError):
        judge_all(session, planner, report)


def test_what_counts_goes_to_the_deciders_who_may_send_it_back(session, report, planner):
    decider = make_person(session, Role.DECIDER).actor
    asked(session, planner, report)
    answer_all(session, report)
    judge_all(session, planner, report, COUNTS)
    services.refer_links(session, planner, report.id, reason="The same people.")
    assert "links_referred" in mails(session)
    assert services.weight_that_counts(hits_of(session, report)) >= DECIDED_FROM
    services.return_links(session, decider, report.id, reason="Ask about the bank.")
    assert (report.state, report.judged_by) == (LinkState.OPEN, None)
    names = [event.name.partition(".")[2] for event in history(session, report.id)]
    assert names == ["find", "ask", "answer", "answer", "answer", "judge", "judge", "judge", "refer", "return"]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.DECIDER, Role.INSPECTOR, Role.AGENCY_OWNER])
def test_others_judge_nothing(session, report, role):
    agency = report.agency if role is Role.AGENCY_OWNER else None
    with pytest.raises(NotAllowedError):
        judge_all(session, make_person(session, role, agency).actor, report)


def test_who_has_an_interest_judges_nothing(session, report, planner):
    session.add(Interest(person_id=planner.id, agency_id=report.agency_id, nature="x", declared_at=clock.now()))
    session.flush()
    with pytest.raises(NotAllowedError):
        judge_all(session, planner, report)


def test_no_certificate_is_granted_while_a_report_is_open(session, before, planner):
    audit = make_audit(session, AuditState.REVIEWED)
    person = ControllingPerson(agency_id=audit.agency_id, name="Rein Postma", function="director", since=clock.today())
    session.add(person)
    session.flush()
    report = services.report_links(session, audit.agency_id, bank_key=KEY)
    decider = make_person(session, Role.DECIDER).actor
    with pytest.raises(IllegalMoveError, match="has to be judged"), session.begin_nested():
        decide(session, decider, audit.id, outcome=Outcome.GRANT, reasons="All in order.")
    judge_all(session, planner, report)
    services.dismiss_links(session, planner, report.id, reason="Another Postma.")
    assert not is_judging(session, audit.agency_id)
    decide(session, decider, audit.id, outcome=Outcome.GRANT, reasons="All in order.")


def test_a_submission_is_compared(app, session, before, monkeypatch):
    application = make_application(session, state=ApplicationState.SUBMITTED)
    payload = {"agency_id": str(application.agency_id)}
    with app.app_context():
        for _ in range(2):
            handlers.compare_links(session, payload)
    assert session.scalars(select(LinkTrace).where(LinkTrace.agency_id == application.agency_id)).first()
