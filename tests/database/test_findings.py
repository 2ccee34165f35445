"""Findings computed from verdicts, and their corrective actions until the check."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from audits.applications.models import Evidence
from audits.applications.services import remove_evidence
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.core.files import StoredFile
from audits.findings.queries import list_findings
from audits.inspections import queries, services
from audits.inspections.models import CorrectiveAction
from audits.inspections.repairs import repairs_of
from audits.inspections.workflow import FINDING_FLOW, AuditState, FindingState, RoundOutcome
from audits.schemes.queries import scheme_of_version
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.findings import BROKEN, REPAIR, answer, make_finding
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person
from tests.kit.queued import enqueued
from tests.kit.undoing import undone

PROOF = StoredFile("0" * 64, 9, "application/pdf", "proof.pdf")


# Repair


CALLS = {
    "answer": lambda session, actor, finding: services.submit_corrective_action(
        session, actor, finding.id, **REPAIR, version=finding.version
    ),
    "reject": lambda session, actor, finding: services.return_corrective_action(
        session, actor, finding.id, note="Not enough."
    ),
    "close": lambda session, actor, finding: services.accept_corrective_action(
        session, actor, finding.id, note="Seen on site."
    ),
}


LEGAL = {
    ("answer", FindingState.OPEN): FindingState.ANSWERED,
    ("answer", FindingState.ANSWERED): FindingState.ANSWERED,
    ("reject", FindingState.ANSWERED): FindingState.OPEN,
    ("close", FindingState.ANSWERED): FindingState.CLOSED,
    ("answer", FindingState.PLAN_ACCEPTED): FindingState.PROVEN,
    ("answer", FindingState.PROVEN): FindingState.PROVEN,
    ("reject", FindingState.PROVEN): FindingState.PLAN_ACCEPTED,
    ("close", FindingState.PROVEN): FindingState.CLOSED,
}
# The same step of a person is another move of the flow after a plan was accepted.
NAMES = {
    ("answer", FindingState.PLAN_ACCEPTED): "prove",
    ("answer", FindingState.PROVEN): "prove",
    ("reject", FindingState.PROVEN): "reject_proof",
}
SUPERSEDING = {
    ("supersede", state): FindingState.SUPERSEDED
    for state in set(FindingState) - {FindingState.SUPERSEDED, FindingState.WITHDRAWN}
}
WITHDRAWING = {
    ("withdraw", state): FindingState.WITHDRAWN
    for state in (FindingState.OPEN, FindingState.ANSWERED, FindingState.PLAN_ACCEPTED, FindingState.PROVEN)
}


@pytest.mark.parametrize("state", list(FindingState))
def test_each_step_of_a_repair_is_possible_in_its_own_states_only(session, state):
    finding = make_finding(session, state)
    editor = make_person(session, Role.AGENCY_EDITOR, finding.audit.agency_id)
    for verb, call in CALLS.items():
        actor = editor.actor if verb == "answer" else finding.audit.inspector.actor
        with undone(session):
            if (verb, state) not in LEGAL:
                with pytest.raises(IllegalMoveError):
                    call(session, actor, finding)
                continue
            call(session, actor, finding)
            session.flush()
            assert finding.state is LEGAL[verb, state]
            event = history(session, finding.id)[-1]
            name = f"finding.{NAMES.get((verb, state), verb)}"
            assert (event.name, event.data["before"], event.data["after"]) == (name, state, finding.state)


@pytest.mark.parametrize("verb", CALLS)
def test_each_step_of_a_repair_belongs_to_one_side(session, verb):
    finding = make_finding(session, FindingState.ANSWERED)
    for role in (each for each in Role if each is not Role.SYSTEM):
        somebody = make_person(session, role, finding.audit.agency_id if role.value.startswith("agency_") else None)
        may = verb == "answer" and role in {Role.AGENCY_OWNER, Role.AGENCY_EDITOR}
        stranger = role is Role.INSPECTOR and verb != "answer"  # another inspector does not see the finding at all
        refused = pytest.raises(NotFoundError if stranger else NotAllowedError)
        with undone(session), nullcontext() if may else refused:
            CALLS[verb](session, somebody.actor, finding)


@pytest.mark.parametrize("verb", ["reject", "close"])
@pytest.mark.parametrize("role", [Role.PLANNER, Role.REVIEWER, Role.DECIDER])
def test_another_inspector_with_more_roles_still_cannot_judge_it(session, role, verb):
    finding = make_finding(session, FindingState.ANSWERED)
    other = make_person(session, [Role.INSPECTOR, role])
    assert queries.get_finding(session, other.actor, finding.id) is finding
    with pytest.raises(NotAllowedError, match="Only the inspector"):
        CALLS[verb](session, other.actor, finding)


def test_another_agency_can_neither_see_nor_answer(session):
    finding = make_finding(session)
    stranger = make_person(session, Role.AGENCY_OWNER, make_agency(session))
    with pytest.raises(NotFoundError):
        queries.get_finding(session, stranger.actor, finding.id)
    with pytest.raises(NotFoundError):
        answer(session, finding, stranger)
    assert list_findings(session, stranger.actor) == []


def test_each_step_of_a_repair_notifies_whoever_acts_next(session):
    finding = answer(session, make_finding(session))
    inspector = finding.audit.inspector.actor
    services.return_corrective_action(session, inspector, finding.id, note="Show the files.")
    session.flush()
    answer(session, finding)
    services.accept_corrective_action(session, inspector, finding.id, note="The files were seen.")
    session.flush()
    assert (finding.verified_by, finding.verification_note) == (inspector.id, "The files were seen.")
    assert len(enqueued(session, "mail", "finding_answered")) == 2
    assert len(enqueued(session, "mail.agency", "finding_rejected")) == 1
    assert len(enqueued(session, "mail.agency", "finding_closed")) == 1
    names = [event.name for event in history(session, finding.id)]
    assert names == ["finding.answer", "finding.reject", "finding.answer", "finding.close"]


@pytest.mark.parametrize("question", REPAIR)
def test_all_four_questions_must_be_answered(session, question):
    finding = make_finding(session)
    with pytest.raises(RuleError) as refused:
        answer(session, finding, **{question: "  "})
    assert refused.value.field == question


def test_an_answer_to_an_older_row_is_refused(session):
    finding = make_finding(session, FindingState.ANSWERED)
    with pytest.raises(IllegalMoveError):
        answer(session, finding, version=finding.version - 1)


@pytest.mark.parametrize("call", ["reject", "close"])
def test_a_check_says_what_was_seen(session, call):
    finding = make_finding(session, FindingState.ANSWERED)
    service = {"reject": services.return_corrective_action, "close": services.accept_corrective_action}[call]
    with pytest.raises(RuleError) as refused:
        service(session, finding.audit.inspector.actor, finding.id, note=" ")
    assert refused.value.field == "note"


def test_files_of_a_repair_join_the_evidence_until_the_finding_is_closed(session):
    finding = answer(session, make_finding(session))
    editor = make_person(session, Role.AGENCY_EDITOR, finding.audit.agency_id)
    kept = services.add_corrective_action_file(session, editor.actor, finding.id, PROOF)
    session.flush()
    assert session.get_one(Evidence, kept.id).requirement_code == finding.requirement_code
    inspector = finding.audit.inspector
    assert queries.get_case_evidence(session, inspector.actor, finding.audit_id, kept.id) is kept
    other = make_audit(session, inspector=make_person(session, Role.INSPECTOR))
    for audit_id, person in ((other.id, other.inspector), (finding.audit_id, other.inspector), (other.id, inspector)):
        with pytest.raises(NotFoundError):
            queries.get_case_evidence(session, person.actor, audit_id, kept.id)
    services.accept_corrective_action(session, inspector.actor, finding.id, note="Seen.")
    with pytest.raises(IllegalMoveError):
        services.add_corrective_action_file(session, editor.actor, finding.id, PROOF)


def test_every_round_of_answers_stays(session):
    finding = answer(session, make_finding(session), cause="First story.")
    inspector = finding.audit.inspector.actor
    services.return_corrective_action(session, inspector, finding.id, note="Show the files.")
    session.flush()
    answer(session, finding, cause="Second story.")
    answer(session, finding, cause="Third story.")
    services.accept_corrective_action(session, inspector, finding.id, note="The files were seen.")
    session.flush()
    rounds = [(each.round, each.cause, each.outcome, each.note) for each in queries.rounds_of(session, finding.id)]
    assert rounds == [
        (3, "Third story.", RoundOutcome.ACCEPTED, "The files were seen."),
        (2, "Second story.", RoundOutcome.REPLACED, ""),
        (1, "First story.", RoundOutcome.RETURNED, "Show the files."),
    ]
    assert (finding.cause, finding.verification_note) == ("Third story.", "The files were seen.")
    assert queries.rounds_of(session, finding.id)[0].verified_by == inspector.id


def test_what_was_said_in_a_round_never_changes(session):
    finding = answer(session, make_finding(session))
    for change in (update(CorrectiveAction).values(cause="Another story."), delete(CorrectiveAction)):
        with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
            session.execute(change.where(CorrectiveAction.finding_id == finding.id))


def test_a_round_that_the_release_before_did_not_write_is_made_up_for(session):
    finding = make_finding(session)
    editor = make_person(session, Role.AGENCY_EDITOR, finding.audit.agency_id)
    finding.state, finding.cause, finding.answered_by = FindingState.ANSWERED, "Said before.", editor.id
    finding.answered_at = clock.now()
    session.flush()
    answer(session, finding, cause="Said anew.")
    rounds = [(each.cause, each.outcome) for each in queries.rounds_of(session, finding.id)]
    assert rounds == [("Said anew.", None), ("Said before.", RoundOutcome.REPLACED)]


def add_file(session, finding, **changes):
    editor = make_person(session, Role.AGENCY_EDITOR, finding.audit.agency_id)
    return services.add_corrective_action_file(session, editor.actor, finding.id, replace(PROOF, **changes))


def remove_file(session, finding, evidence_id):
    editor = make_person(session, Role.AGENCY_EDITOR, finding.audit.agency_id)
    services.remove_corrective_action_file(session, editor.actor, finding.id, evidence_id)


def test_files_of_a_corrective_action_follow_the_rules_of_all_files(session):
    finding = make_finding(session)
    first = add_file(session, finding)
    assert add_file(session, finding) is first
    with pytest.raises(RuleError, match="BSN"):
        add_file(session, finding, filename="111222333.pdf")
    for number in range(1, 30):
        add_file(session, finding, sha256=f"{number:064}")
    with pytest.raises(RuleError, match="at most 30 files"):
        add_file(session, finding, sha256="f" * 64)
    assert len(queries.files_of_finding(session, finding.id)) == 30


def test_a_file_of_a_corrective_action_can_be_taken_away_until_it_was_looked_at(session):
    finding = make_finding(session)
    wrong, right = add_file(session, finding), add_file(session, finding, sha256="1" * 64)
    for _ in range(2):
        remove_file(session, finding, wrong.id)
    assert queries.files_of_finding(session, finding.id) == [right]
    names = [event.name for event in history(session, finding.id)]
    assert names == ["finding.add_evidence", "finding.add_evidence", "finding.remove_evidence"]
    services.return_corrective_action(session, finding.audit.inspector.actor, answer(session, finding).id, note="No.")
    session.flush()
    with pytest.raises(IllegalMoveError, match="looked at this file"):
        remove_file(session, finding, right.id)


def test_a_file_of_another_finding_or_of_an_answer_is_not_taken_away_here(session):
    finding, other = make_finding(session), make_finding(session)
    file = add_file(session, other)
    with pytest.raises(NotFoundError):
        remove_file(session, finding, file.id)
    signatory = make_person(session, Role.AGENCY_EDITOR, other.audit.agency_id)
    with pytest.raises(NotFoundError):
        remove_evidence(session, signatory.actor, file.id)


def test_files_stay_when_the_audit_goes_back_and_none_are_added_meanwhile(session):
    finding = make_finding(session)
    file = add_file(session, finding)
    services.reopen_audit(session, make_person(session, Role.REVIEWER).actor, finding.audit_id, reason="Look again.")
    assert queries.files_of_finding(session, finding.id) == [file]
    with pytest.raises(IllegalMoveError, match="correcting the report"):
        add_file(session, finding, sha256="1" * 64)
    with pytest.raises(IllegalMoveError, match="correcting the report"):
        remove_file(session, finding, file.id)


def test_the_worklist_counts_what_still_has_to_happen(session):
    verdicts = {"CON-01": BROKEN, "CON-03": BROKEN, "GOV-06": BROKEN}
    audit = make_audit(session, AuditState.REPORTED, verdicts)
    found = queries.findings_of(session, audit.id)
    answer(session, found[0])
    repairs = repairs_of(session, [audit.id])[audit.id]
    terms = [finding.due_on for finding in found[1:] if finding.due_on]
    assert (repairs.open, repairs.answered, repairs.due_on) == (len(terms), 1, min(terms))


def test_the_flow_of_a_finding_is_the_one_tested_here():
    arrows = {(move.name, source): move.target for move in FINDING_FLOW.moves.values() for source in move.sources}
    legal = {(NAMES.get((verb, state), verb), state): target for (verb, state), target in LEGAL.items()}
    accepted = {("accept_plan", FindingState.ANSWERED): FindingState.PLAN_ACCEPTED}
    assert arrows == legal | SUPERSEDING | WITHDRAWING | accepted


def test_terms_are_working_days(session):
    finding = make_finding(session)
    term = scheme_of_version(finding.audit.scheme_version).severities[finding.grade].repair_working_days
    assert finding.due_on == add_working_days(clock.today(), term)
    assert finding.due_on > clock.today() + timedelta(days=term)
