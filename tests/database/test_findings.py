"""Findings computed from verdicts, and their corrective actions until the check."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.applications.models import Evidence
from audits.applications.services import remove_evidence
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.core.files import StoredFile
from audits.core.outbox import OutboxItem
from audits.inspections import queries, rules, services
from audits.inspections.models import Audit, CorrectiveAction, Finding, Verdict
from audits.inspections.report import overall, report_facts
from audits.inspections.workflow import FINDING_FLOW, AuditState, FindingState, RoundOutcome
from audits.schemes.queries import scheme_of_version
from certificates.press.documents import AuditReportFacts
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.inspections import TOLD, draw, judge, make_audit, tell
from tests.kit.factories.people import make_person
from tests.kit.long_runs import steps
from tests.kit.scheme import scheme

BROKEN = ("nonconform", "The original was not seen.")
REPAIR = {
    "cause": "Nobody was told to look.",
    "extent": "All files of May.",
    "solution": "Every file was done again.",
    "effectiveness": "The team lead samples ten files a month.",
}
PROOF = StoredFile("0" * 64, 9, "application/pdf", "proof.pdf")
BODY = {"name": "Stichting Keurwerk", "address": "Utrecht"}


def enqueued(session, kind, template=None):
    rows = session.scalars(select(OutboxItem).where(OutboxItem.kind == kind)).all()
    return [item.payload for item in rows if template is None or item.payload["template"] == template]


def make_finding(session, state=FindingState.OPEN, code="CON-01"):
    audit = make_audit(session, AuditState.REPORTED, {code: BROKEN})
    finding = queries.findings_of(session, audit.id)[0]
    if state is not FindingState.OPEN:
        answer(session, finding)
    if state is FindingState.CLOSED:
        services.accept_corrective_action(session, audit.inspector.actor, finding.id, note="The files were seen.")
    session.flush()
    return finding


def answer(session, finding, somebody=None, **values):
    somebody = somebody or make_person(session, Role.AGENCY_EDITOR, finding.audit.agency_id)
    services.submit_corrective_action(
        session, somebody.actor, finding.id, **{**REPAIR, "version": finding.version, **values}
    )
    session.flush()
    return finding


# Reporting


def test_a_report_holds_exactly_the_findings_of_the_rules(session):
    audit = make_audit(session, populations={"personnel_file": [f"F-{n}" for n in range(30)]})
    draw_rest(session, audit)
    sample = queries.sample_of(session, audit.id)

    @settings(max_examples=steps(4_000), deadline=None)
    @given(st.data())
    def report(data):
        asked = data.draw(st.lists(st.sampled_from(scheme().requirements), unique=True, max_size=8))
        verdicts = {
            item.code: {
                reference: (data.draw(st.sampled_from(list(scheme().verdicts))), f"Seen at {reference}.")
                for reference in sample[item.unit]
            }
            for item in asked
        }
        with session.begin_nested() as trial:
            judge(session, audit, verdicts, rest=True)
            tell(session, audit)
            services.report_audit(session, audit.inspector.actor, audit.id, summary="All was looked at.")
            session.flush()
            check_findings(session, audit, verdicts)
            trial.rollback()

    report()


def check_findings(session, audit, verdicts):
    found = queries.findings_of(session, audit.id)
    expected = rules.findings(scheme(), queries.rules_view(queries.verdicts_of(session, audit.id)))
    assert [facts(finding) for finding in found] == [
        (place, item.requirement, item.grade, item.points, item.blocks, item.assessed, item.nonconforming, due(item))
        for place, item in enumerate(expected, start=1)
    ]
    assert audit.score == sum(item.points for item in expected)
    for finding in found:
        short = [r for r, (value, _) in verdicts[finding.requirement_code].items() if value == "nonconform"]
        assert finding.state is FindingState.OPEN
        assert finding.nonconforming == len(short)
        if scheme().units[scheme().requirement(finding.requirement_code).unit].confidential:
            assert (finding.observed, finding.agency_text) == ("", TOLD)
            continue
        assert all(f"Seen at {reference}." in finding.observed for reference in short)
        assert len(finding.observed.splitlines()) == len(short)
        assert finding.agency_text == finding.observed


def facts(finding):
    return (
        finding.number,
        finding.requirement_code,
        finding.grade,
        finding.points,
        finding.blocks,
        finding.assessed,
        finding.nonconforming,
        finding.due_on,
    )


def due(item):
    term = item.repair_working_days
    return None if term is None else add_working_days(clock.today(), term)


def draw_rest(session, audit):
    units = {population.unit for population in queries.populations_of(session, audit.id)}
    draw(session, audit, {unit.code: ["A-1", "A-2"] for unit in queries.undrawn(scheme(), units)})


def test_a_report_waits_for_every_sample(session):
    audit = make_audit(session)
    with pytest.raises(RuleError, match="4 samples are not drawn yet"):
        services.report_audit(session, audit.inspector.actor, audit.id, summary="Seen.")


def test_a_report_waits_for_every_verdict_and_says_which_is_first(session):
    audit = make_audit(session)
    draw(session, audit, {"housing_location": []}, all_units=True)
    judge(session, audit, {}, rest=True)
    session.execute(delete(Verdict).where(Verdict.requirement_code.in_(["GOV-02", "IDW-01"])))
    with pytest.raises(RuleError, match=r"4 verdicts are missing\. The first is GOV-02, organisation\."):
        services.report_audit(session, audit.inspector.actor, audit.id, summary="Seen.")


def test_no_verdict_slips_in_behind_a_report(real_db):
    with Session(real_db) as setup:
        audit = make_audit(setup)
        draw(setup, audit, {}, all_units=True)
        judge(setup, audit, {}, rest=True)
        audit_id, inspector = audit.id, audit.inspector.actor
        setup.commit()
    refusals = []

    def judge_late():
        with Session(real_db) as session:
            try:
                services.record_sheets(session, inspector, audit_id, {"GOV-01": {"organisation": BROKEN}})
                session.commit()
            except IllegalMoveError as refusal:
                refusals.append(refusal)

    late = threading.Thread(target=judge_late)
    with Session(real_db) as session:
        services.report_audit(session, inspector, audit_id, summary="All was looked at.")
        session.flush()
        late.start()
        while late.is_alive() and not waits_for_a_lock(real_db):
            late.join(0.01)
        session.commit()
    late.join(20)
    with Session(real_db) as session:
        assert queries.verdicts_of(session, audit_id, ["GOV-01"])["GOV-01"] == {"organisation": ("conform", "", 1)}
    assert len(refusals) == 1


def waits_for_a_lock(engine):
    with engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))


def test_a_report_needs_a_summary(session):
    audit = make_audit(session)
    draw(session, audit, {}, all_units=True)
    judge(session, audit, {}, rest=True)
    with pytest.raises(RuleError) as refused:
        services.report_audit(session, audit.inspector.actor, audit.id, summary="   ")
    assert refused.value.field == "summary"


def test_a_report_enqueues_the_document_and_tells_the_agency(session):
    audit = make_audit(session, AuditState.REPORTED)
    assert {"audit_id": str(audit.id)} in enqueued(session, "document.audit_report")
    mails = enqueued(session, "mail.agency", "audit_reported")
    assert [mail["agency_id"] for mail in mails] == [str(audit.agency_id)]


def test_reopening_takes_the_findings_back_and_a_second_report_makes_them_anew(session):
    audit = make_audit(session, AuditState.REPORTED, {"CON-01": BROKEN})
    first = queries.findings_of(session, audit.id)[0].id
    reviewer = make_person(session, Role.REVIEWER)
    services.reopen_audit(session, reviewer.actor, audit.id, reason="The notes say nothing.")
    session.flush()
    assert (audit.state, audit.score, audit.reported_at) == (AuditState.IN_PROGRESS, None, None)
    assert queries.findings_of(session, audit.id) == []
    assert history(session, audit.id)[-1].told["reason"] == "The notes say nothing."
    judge(session, audit, {"CON-01": ("conform", "")})
    services.report_audit(session, audit.inspector.actor, audit.id, summary="Looked again.")
    session.flush()
    assert queries.findings_of(session, audit.id) == []
    assert session.get(Finding, first) is None


def test_an_answered_finding_keeps_the_audit_reported(session):
    finding = make_finding(session, FindingState.ANSWERED)
    services.return_corrective_action(session, finding.audit.inspector.actor, finding.id, note="Show the files.")
    session.flush()
    reviewer = make_person(session, Role.REVIEWER)
    with pytest.raises(RuleError, match="answered a finding"), session.begin_nested():
        services.reopen_audit(session, reviewer.actor, finding.audit_id, reason="Look again.")
    session.expire_all()
    assert session.get_one(Audit, finding.audit_id).state is AuditState.REPORTED


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
}


@pytest.mark.parametrize("verb", CALLS)
@pytest.mark.parametrize("state", list(FindingState))
def test_each_step_of_a_repair_is_possible_in_its_own_states_only(session, state, verb):
    finding = make_finding(session, state)
    editor = make_person(session, Role.AGENCY_EDITOR, finding.audit.agency_id)
    actor = editor.actor if verb == "answer" else finding.audit.inspector.actor
    if (verb, state) not in LEGAL:
        with pytest.raises(IllegalMoveError):
            CALLS[verb](session, actor, finding)
        return
    CALLS[verb](session, actor, finding)
    session.flush()
    assert finding.state is LEGAL[verb, state]
    event = history(session, finding.id)[-1]
    assert (event.name, event.data["before"], event.data["after"]) == (f"finding.{verb}", state, finding.state)


@pytest.mark.parametrize("verb", CALLS)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_each_step_of_a_repair_belongs_to_one_side(session, role, verb):
    finding = make_finding(session, FindingState.ANSWERED)
    agency = finding.audit.agency_id if role.value.startswith("agency_") else None
    somebody = make_person(session, role, agency)
    if verb == "answer" and role in {Role.AGENCY_OWNER, Role.AGENCY_EDITOR}:
        CALLS[verb](session, somebody.actor, finding)
        return
    stranger = role is Role.INSPECTOR and verb != "answer"  # another inspector does not see the finding at all
    with pytest.raises(NotFoundError if stranger else NotAllowedError):
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
    assert queries.list_findings(session, stranger.actor) == []


def test_the_whole_repair_is_told_to_those_who_must_act(session):
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
    for number in range(1, 10):
        add_file(session, finding, sha256=f"{number:064}")
    with pytest.raises(RuleError, match="at most 10 files"):
        add_file(session, finding, sha256="f" * 64)
    assert len(queries.files_of_finding(session, finding.id)) == 10


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


def test_files_without_an_answer_go_when_the_audit_goes_back(session):
    finding = make_finding(session)
    file = add_file(session, finding)
    services.reopen_audit(session, make_person(session, Role.REVIEWER).actor, finding.audit_id, reason="Look again.")
    session.refresh(file)
    assert file.removed_at is not None


def test_the_worklist_counts_what_still_has_to_happen(session):
    verdicts = {"CON-01": BROKEN, "CON-03": BROKEN, "GOV-06": BROKEN}
    audit = make_audit(session, AuditState.REPORTED, verdicts)
    found = queries.findings_of(session, audit.id)
    answer(session, found[0])
    repairs = queries.repairs_of(session, [audit.id])[audit.id]
    terms = [finding.due_on for finding in found[1:] if finding.due_on]
    assert (repairs.open, repairs.answered, repairs.due_on) == (len(terms), 1, min(terms))


# The printed report


def test_the_report_prints_every_field_and_nothing_else(session):
    population = {"personnel_file": [f"F-{n:02d}" for n in range(40)], "housing_location": []}
    verdicts = {"CON-01": BROKEN, "GOV-06": BROKEN, "FIN-01": ("not_assessed", "The books were not there.")}
    audit = make_audit(session, populations=population)
    draw(session, audit, {unit.code: ["A-1"] for unit in queries.undrawn(scheme(), population)})
    first = queries.sample_of(session, audit.id)["personnel_file"][0]
    judge(session, audit, verdicts | {"CON-01": {first: BROKEN}}, rest=True)
    services.report_audit(session, audit.inspector.actor, audit.id, summary="Two things.")
    session.flush()
    facts = report_facts(session, audit, body=BODY)
    check_shape(facts, AuditReportFacts)
    assert len([item for chapter in facts["chapters"] for item in chapter["requirements"]]) == len(
        scheme().requirements
    )
    lines = {item["code"]: item for chapter in facts["chapters"] for item in chapter["requirements"]}
    words = {code: kind.name["en"] for code, kind in scheme().verdicts.items()}
    assert (lines["CON-01"]["verdict"], lines["CON-01"]["nonconforming"]) == (words["nonconform"], 1)
    assert lines["FIN-01"]["verdict"] == words["not_assessed"]
    nowhere = scheme().on_unit("housing_location")[0].code
    assert (lines[nowhere]["verdict"], lines[nowhere]["assessed"]) == (words["not_applicable"], 0)
    low, high = next(finding for finding in facts["findings"] if finding["code"] == "CON-01")["interval"]
    assert 0 < low <= 1 / 22 < high < 1


def test_a_report_is_in_the_language_of_who_signed(session):
    audit = make_audit(session, AuditState.REPORTED, {"CON-01": BROKEN})
    signatory = session.get_one(type(audit.inspector), audit.application.declared_by)
    for language in ("nl", "en"):
        signatory.language = language
        facts = report_facts(session, audit, body=BODY)
        assert (facts["language"], facts["findings"][0]["title"]) == (
            language,
            scheme().requirement("CON-01").title.in_(language),
        )


def test_without_a_report_there_is_nothing_to_print(session):
    with pytest.raises(ValueError, match="only a reported audit"):
        report_facts(session, make_audit(session), body=BODY)


def test_the_gravest_verdict_stands_for_a_requirement():
    row = queries.VerdictRow
    order = ["nonconform", "conform", "not_assessed", "not_applicable"]
    for place, code in enumerate(order):
        assert overall(scheme(), [row(each, "", 1) for each in reversed(order[place:])]).code == code
    assert overall(scheme(), []).code == "not_applicable"


def check_shape(value, shape):
    """Return whether a mapping has exactly the fields of a TypedDict, all the way down."""
    hints = get_type_hints(shape)
    assert set(value) == set(hints), shape
    for name, hint in hints.items():
        inner = getattr(hint, "__args__", ())
        if isinstance(value[name], dict):
            check_shape(value[name], next((each for each in (hint, *inner) if hasattr(each, "__total__")), hint))
        elif isinstance(value[name], list) and inner and hasattr(inner[0], "__total__"):
            for item in value[name]:
                check_shape(item, inner[0])
        elif hint in {str, int, bool}:
            assert type(value[name]) is hint, name


def test_the_flow_of_a_finding_is_the_one_tested_here():
    arrows = {(move.name, source): move.target for move in FINDING_FLOW.moves.values() for source in move.sources}
    assert arrows == LEGAL


def test_terms_are_working_days(session):
    finding = make_finding(session)
    term = scheme_of_version(finding.audit.scheme_version).severities[finding.grade].repair_working_days
    assert finding.due_on == add_working_days(clock.today(), term)
    assert finding.due_on > clock.today() + timedelta(days=term)
