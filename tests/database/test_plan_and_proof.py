"""Corrective actions where the norm asks for a plan before the proof, and more time for them."""

from datetime import timedelta

import pytest

from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.core.files import StoredFile
from audits.findings import services as asking
from audits.findings.queries import extensions_of, open_questions
from audits.inspections import queries, services
from audits.inspections.repairs import repairs_of
from audits.inspections.workflow import FindingState, RoundOutcome
from audits.people.models import PersonRole
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import RepairStep
from tests.kit.factories.applications import make_scheme
from tests.kit.factories.findings import REPAIR, answer, make_finding
from tests.kit.factories.people import make_person
from tests.kit.queued import enqueued
from tests.kit.scheme import SECOND, source

PLAN = {name: text for name, text in REPAIR.items() if name != "effectiveness"}


@pytest.fixture
def finding(session):
    return make_finding(session, version=make_scheme(session, source(SECOND)))


@pytest.fixture
def editor(session, finding):
    return make_person(session, Role.AGENCY_EDITOR, finding.audit.agency_id)


@pytest.fixture
def reviewer(session):
    return make_person(session, Role.REVIEWER)


def check(session, finding, service=services.accept_corrective_action, note="Seen."):
    service(session, finding.audit.inspector.actor, finding.id, note=note)
    session.flush()


def terms_of(finding):
    return scheme_of_version(finding.audit.scheme_version).terms


# Plan and proof


def test_the_proof_is_asked_once_the_plan_is_accepted_and_every_round_stays_with_its_files(session, finding, editor):
    file = lambda digit: services.add_corrective_action_file(  # noqa: E731
        session, editor.actor, finding.id, StoredFile(digit * 64, 9, "application/pdf", f"{digit}.pdf")
    )
    answer(session, finding, editor, cause="First.")
    file("1")
    check(session, finding, services.return_corrective_action, "Say more.")
    answer(session, finding, editor, cause="Second.")
    check(session, finding)
    assert finding.state is FindingState.PLAN_ACCEPTED
    file("2")  # beside the proof that is to come
    answer(session, finding, editor, effectiveness="Too early.")
    answer(session, finding, editor, effectiveness="It works.")
    file("3")
    check(session, finding, note="Seen on site.")
    assert finding.state is FindingState.CLOSED
    rounds = [(each.round, each.step, each.outcome, each.note) for each in queries.rounds_of(session, finding.id)]
    plan, proof = RepairStep.PLAN, RepairStep.PROOF
    assert rounds == [
        (4, proof, RoundOutcome.ACCEPTED, "Seen on site."),
        (3, proof, RoundOutcome.REPLACED, ""),
        (2, plan, RoundOutcome.ACCEPTED, "Seen."),
        (1, plan, RoundOutcome.RETURNED, "Say more."),
    ]
    assert [each.round for each in queries.files_of_finding(session, finding.id)] == [1, 3, 4]
    newest, _, second, _ = queries.rounds_of(session, finding.id)
    assert (newest.cause, newest.effectiveness) == ("", "It works.")
    assert (second.cause, second.effectiveness) == ("Second.", "")
    assert (finding.cause, finding.effectiveness) == ("Second.", "It works.")
    assert len(enqueued(session, "mail.agency", "finding_plan_accepted")) == 1


@pytest.mark.parametrize("question", [*PLAN, "effectiveness"])
def test_each_question_of_a_step_must_be_answered_and_no_other(session, finding, editor, question):
    if question == "effectiveness":
        answer(session, finding, editor, effectiveness="")
        check(session, finding)
    with pytest.raises(RuleError) as refused:
        answer(session, finding, editor, **{question: " "})
    assert refused.value.field == question


def test_a_proof_that_is_returned_goes_back_to_the_accepted_plan(session, finding, editor):
    answer(session, finding, editor)
    check(session, finding)
    answer(session, finding, editor)
    check(session, finding, services.return_corrective_action, "Not yet.")
    assert (finding.state, finding.cause) == (FindingState.PLAN_ACCEPTED, PLAN["cause"])
    assert history(session, finding.id)[-1].name == "finding.reject_proof"


def test_a_plan_has_a_term_of_its_own_and_the_worklist_counts_by_step(session, finding, editor):
    day = add_working_days(clock.today(), terms_of(finding).corrective_plan_working_days)
    assert (finding.plan_due_on, finding.waits_for_agency_until()) == (day, day)
    counted = lambda: repairs_of(session, [finding.audit_id])[finding.audit_id]  # noqa: E731
    assert (counted().open, counted().answered, counted().due_on) == (1, 0, day)
    answer(session, finding, editor)
    assert (counted().open, counted().answered, finding.waits_for_agency_until()) == (0, 1, None)
    check(session, finding)
    assert (counted().open, counted().due_on, finding.waits_for_agency_until()) == (1, finding.due_on, finding.due_on)


def test_a_norm_of_edition_1_asks_everything_at_once(session):
    finding = answer(session, make_finding(session))
    check(session, finding)
    assert (finding.state, finding.plan_due_on) == (FindingState.CLOSED, None)
    assert [each.step for each in queries.rounds_of(session, finding.id)] == [None]


# More time


def ask(session, person, finding, until=None, reason="The office was flooded."):
    until = until or finding.due_on + timedelta(days=1)
    return asking.ask_extension(session, person.actor, finding.id, until=until, reason=reason)


def reply(session, person, extension, until=None, answer="So it was."):
    return asking.answer_extension(session, person.actor, extension.id, granted_until=until, answer=answer)


def test_more_time_is_granted_by_a_reviewer_and_moves_the_term(session, finding, editor, reviewer):
    before = finding.due_on
    extension = ask(session, editor, finding, before + timedelta(days=9))
    assert open_questions(session, reviewer.actor) == [finding]
    reply(session, reviewer, extension, before + timedelta(days=7))
    assert (finding.due_on, extension.due_before, extension.wanted_until) == (
        before + timedelta(days=7),
        before,
        before + timedelta(days=9),
    )
    assert open_questions(session, reviewer.actor) == []
    names = [event.name for event in history(session, finding.id)]
    assert names == ["finding.ask_extension", "finding.grant_extension"]
    assert len(enqueued(session, "mail.agency", "extension_granted")) == 1


def test_more_time_that_is_not_granted_leaves_the_term_and_can_be_asked_for_again(session, finding, editor, reviewer):
    before = finding.due_on
    extension = reply(session, reviewer, ask(session, editor, finding))
    assert (finding.due_on, extension.granted, extension.answerer) == (before, False, reviewer)
    assert len(enqueued(session, "mail.agency", "extension_refused")) == 1
    ask(session, editor, finding)
    assert len(extensions_of(session, finding.id)) == 2


def test_more_time_is_granted_once_and_asked_for_once_at_a_time(session, finding, editor, reviewer):
    extension = ask(session, editor, finding)
    with pytest.raises(IllegalMoveError, match="already"):
        ask(session, editor, finding)
    reply(session, reviewer, extension, finding.due_on + timedelta(days=1))
    with pytest.raises(IllegalMoveError, match="answered already"):
        reply(session, reviewer, extension)
    assert terms_of(finding).extensions == 1
    with pytest.raises(IllegalMoveError, match="no more time"):
        ask(session, editor, finding)


def test_more_time_has_bounds(session, finding, editor, reviewer):
    latest = add_working_days(finding.due_on, terms_of(finding).extension_working_days)
    for day in (finding.due_on, latest + timedelta(days=1)):
        with pytest.raises(RuleError) as refused:
            ask(session, editor, finding, day)
        assert refused.value.field == "until"
    extension = ask(session, editor, finding, latest)
    for day in (finding.due_on, latest + timedelta(days=1)):
        with pytest.raises(RuleError):
            reply(session, reviewer, extension, day)
    reply(session, reviewer, extension, latest)
    assert finding.due_on == latest


def test_a_term_that_is_over_is_not_extended(session, finding, editor, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: finding.due_on + timedelta(days=1))
    with pytest.raises(IllegalMoveError, match="term is over"):
        ask(session, editor, finding, finding.due_on + timedelta(days=5))


def add_role(session, person, role):
    person.role_rows.append(PersonRole(person_id=person.id, role=role))
    session.flush()


def test_who_asks_and_who_took_part_does_not_answer(session, finding, editor, reviewer):
    extension = ask(session, editor, finding)
    add_role(session, finding.audit.planner, Role.REVIEWER)
    for somebody in (editor, finding.audit.inspector, finding.audit.planner, make_person(session, Role.DECIDER)):
        with pytest.raises((NotAllowedError, NotFoundError)):
            reply(session, somebody, extension, finding.due_on + timedelta(days=1))
    reply(session, reviewer, extension)


def test_edition_1_knows_no_more_time(session):
    old = make_finding(session)
    with pytest.raises(IllegalMoveError, match="no more time"):
        ask(session, make_person(session, Role.AGENCY_OWNER, old.audit.agency_id), old, clock.today())


def test_a_closed_finding_needs_no_more_time(session, finding, editor):
    for _ in range(2):
        answer(session, finding, editor)
        check(session, finding)
    with pytest.raises(IllegalMoveError):
        ask(session, editor, finding)


@pytest.mark.parametrize("field", ["reason", "answer"])
def test_both_sides_say_why(session, finding, editor, reviewer, field):
    with pytest.raises(RuleError) as refused:
        reply(session, reviewer, ask(session, editor, finding, reason=" " if field == "reason" else "x"), answer=" ")
    assert refused.value.field == field
