"""Reports of audits: the findings that follow from verdicts, and what is printed."""

import threading
from typing import get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.events import history
from audits.inspections import queries, services
from audits.inspections.models import Verdict
from audits.inspections.report import overall, report_facts
from audits.inspections.workflow import AuditState, FindingState
from certificates.press.documents import AuditReportFacts
from tests.kit.factories.applications import make_application, make_scheme
from tests.kit.factories.findings import BROKEN, answer, make_finding
from tests.kit.factories.inspections import TOLD, confirm, draw, judge, make_audit, tell
from tests.kit.factories.people import make_person
from tests.kit.fieldwork import found_in
from tests.kit.long_runs import steps
from tests.kit.queued import enqueued
from tests.kit.scheme import SECOND, scheme, source

BODY = {"name": "Stichting Keurwerk", "address": "Utrecht"}


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
    expected = found_in(scheme(), queries.rules_view(queries.verdicts_of(session, audit.id)))
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
        assert queries.verdicts_of(session, audit_id, ["GOV-01"])["GOV-01"] == {
            "organisation": ("conform", "", 1, None, False)
        }
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


def reopen(session, audit):
    reviewer = make_person(session, Role.REVIEWER)
    services.reopen_audit(session, reviewer.actor, audit.id, reason="The notes say nothing.")
    session.flush()


def report_again(session, audit, verdicts):
    judge(session, audit, verdicts)
    services.report_audit(session, audit.inspector.actor, audit.id, summary="Looked again.")
    session.flush()
    return [(each.number, each.requirement_code) for each in queries.findings_of(session, audit.id)]


@pytest.mark.parametrize("state", [FindingState.OPEN, FindingState.ANSWERED, FindingState.CLOSED])
def test_a_finding_that_a_later_report_no_longer_makes_is_superseded_and_stays(session, state):
    finding = make_finding(session, state)
    audit, rounds = finding.audit, len(queries.rounds_of(session, finding.id))
    reopen(session, audit)
    assert (audit.state, audit.score, audit.reported_at) == (AuditState.IN_PROGRESS, None, None)
    assert history(session, audit.id)[-1].told["reason"] == "The notes say nothing."
    assert report_again(session, audit, {"CON-01": ("conform", "")}) == []
    assert (finding.state, audit.score) == (FindingState.SUPERSEDED, 0)
    assert queries.findings_and_replaced(session, audit.id) == ([], [finding])
    assert len(queries.rounds_of(session, finding.id)) == rounds
    event = history(session, finding.id)[-1]
    assert (event.name, event.data["before"], event.data["after"]) == ("finding.supersede", state, "superseded")


def test_a_finding_that_a_later_report_makes_otherwise_gets_a_new_number(session):
    finding = make_finding(session, FindingState.ANSWERED)
    reopen(session, finding.audit)
    broken = {"CON-01": ("nonconform", "Two originals were not seen."), "GOV-06": BROKEN}
    assert report_again(session, finding.audit, broken) == [(2, "GOV-06"), (3, "CON-01")]
    anew = queries.findings_of(session, finding.audit_id)[1]
    assert (finding.state, anew.supersedes_id, anew.state) == (FindingState.SUPERSEDED, finding.id, FindingState.OPEN)


@pytest.mark.parametrize("state", [FindingState.OPEN, FindingState.ANSWERED, FindingState.CLOSED])
def test_a_finding_that_is_made_in_the_same_words_goes_on_as_it_was(session, state):
    finding = make_finding(session, state)
    reopen(session, finding.audit)
    assert report_again(session, finding.audit, {"GOV-06": BROKEN}) == [(1, "CON-01"), (2, "GOV-06")]
    assert (finding.state, queries.findings_and_replaced(session, finding.audit_id)[1]) == (state, [])
    assert finding.audit.score == sum(each.points for each in queries.findings_of(session, finding.audit_id))


def test_while_a_report_is_corrected_nobody_answers_or_judges(session):
    finding = make_finding(session, FindingState.ANSWERED)
    inspector = finding.audit.inspector.actor
    reopen(session, finding.audit)
    calls = [
        lambda: answer(session, finding),
        lambda: services.accept_corrective_action(session, inspector, finding.id, note="Seen."),
        lambda: services.return_corrective_action(session, inspector, finding.id, note="Seen."),
    ]
    for call in calls:
        with pytest.raises(IllegalMoveError, match="correcting the report"), session.begin_nested():
            call()


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


def test_a_report_prints_strengths_and_the_scope_that_was_confirmed(session):
    version = make_scheme(session, source(SECOND))
    application = make_application(session, version=version, state=ApplicationState.ACCEPTED)
    audit = make_audit(session, AuditState.IN_PROGRESS, application=application)
    inspector = audit.inspector.actor
    said = {"code": "FRE-07", "grade": None, "note": "x", "agency_text": "Doors were open."}
    services.write_remark(session, inspector, audit.id, **said)
    draw(session, audit, {}, all_units=True)
    items = [item for item in application.stated.items() if not item.startswith("sectors:")]
    confirm(session, audit, items=items, why="Nobody worked there.")
    judge(session, audit, {}, rest=True)
    services.report_audit(session, inspector, audit.id, summary="All was looked at.")
    session.flush()
    facts = report_facts(session, audit, body=BODY)
    check_shape(facts, AuditReportFacts)
    [strength] = facts["strengths"]
    assert (strength["code"], strength["text"]) == ("FRE-07", "Doors were open.")
    assert len(facts["confirmed"]) == len(items)
    assert "Nobody worked there." not in str(facts)


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
