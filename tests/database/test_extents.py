"""How far a finding reaches: what an inspector may judge, and what follows from it in the report."""

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from audits.applications.workflow import ApplicationState
from audits.core.errors import RuleError
from audits.core.events import Event, history
from audits.inspections import queries, services
from audits.inspections.grading import Extent
from audits.inspections.models import RequirementJudgement
from audits.inspections.report import report_facts
from tests.kit.factories import make_application, make_audit, make_scheme
from tests.kit.factories.certificates import BODY
from tests.kit.factories.findings import BROKEN
from tests.kit.factories.inspections import draw, judge
from tests.kit.scheme import FIRST, SECOND, scheme, source

INCIDENTAL, SYSTEMIC = Extent
CODE, CONFIDENTIAL = "PAY-05", "FRE-02"
WHY = "One slip in a file of a leaver."


def audit_with(session, bad, version=SECOND, code=CODE):
    """An audit with all verdicts, of which so many fall short on one requirement."""
    application = make_application(
        session, state=ApplicationState.ACCEPTED, version=make_scheme(session, source(version))
    )
    audit = make_audit(session, application=application)
    draw(session, audit, {"personnel_file": [f"F-{number}" for number in range(20)]}, all_units=True)
    drawn = queries.sample_of(session, audit.id)[scheme(version).requirement(code).unit]
    judge(session, audit, {code: dict.fromkeys(drawn[:bad], BROKEN)}, rest=True)
    session.flush()
    return audit


def say(session, audit, extent, reason=WHY, *, code=CODE, version=0):
    said = {"agency_text": "", "extent": extent, "extent_reason": reason, "version": version}
    services.judge_requirement(session, audit.inspector.actor, audit.id, code, **said)
    session.flush()


def report(session, audit):
    services.report_audit(session, audit.inspector.actor, audit.id, summary="All was looked at.")
    session.flush()
    return queries.findings_of(session, audit.id)


@pytest.mark.parametrize(("extent", "grade"), [(None, "major"), (SYSTEMIC, "major"), (INCIDENTAL, "minor")])
def test_the_judgement_of_the_inspector_grades_what_the_norm_leaves_open(session, extent, grade):
    audit = audit_with(session, 1)
    if extent:
        say(session, audit, extent)
    (finding,) = report(session, audit)
    assert (finding.grade, finding.judged, finding.judged_reason) == (grade, extent, WHY if extent else "")
    (printed,) = report_facts(session, audit, body=BODY)["findings"]
    word = {None: None, SYSTEMIC: "Systemic", INCIDENTAL: "Incidental"}[extent]
    assert (printed["judged"], printed["judged_reason"]) == (word, WHY if extent else "")


def test_a_judgement_needs_a_reason_and_is_in_the_trail(session):
    audit = audit_with(session, 1)
    with pytest.raises(RuleError, match="Say why"):
        say(session, audit, INCIDENTAL, " ")
    say(session, audit, INCIDENTAL)
    event = history(session, audit.id)[-1]
    assert isinstance(event, Event)
    assert event.data["extent"] == INCIDENTAL
    assert WHY not in str(event.data)  # it can be forgotten


@pytest.mark.parametrize(("bad", "version", "words"), [(2, SECOND, "Too many"), (1, FIRST, "grades by the share")])
def test_what_the_norm_has_settled_is_not_judged(session, bad, version, words):
    audit = audit_with(session, bad, version)
    with pytest.raises(RuleError, match=words):
        say(session, audit, INCIDENTAL)


def test_a_report_waits_while_more_fall_short_than_was_judged(session):
    audit = audit_with(session, 1)
    say(session, audit, INCIDENTAL)
    drawn = queries.sample_of(session, audit.id)["personnel_file"]
    judge(session, audit, {CODE: dict.fromkeys(drawn[:2], BROKEN)})
    with pytest.raises(RuleError, match=f"Too many units fell short to call {CODE} incidental"), session.begin_nested():
        report(session, audit)
    session.refresh(audit)
    say(session, audit, SYSTEMIC, version=1)
    assert [finding.grade for finding in report(session, audit)] == ["major"]


def test_a_reason_that_the_agency_reads_names_nobody_who_was_spoken_to(session):
    audit = audit_with(session, 1, code=CONFIDENTIAL)
    (name, *_) = queries.sample_of(session, audit.id)["interview"]
    for extent in Extent:
        with pytest.raises(RuleError, match="must not name"):
            say(session, audit, extent, f"Only {name} said so.", code=CONFIDENTIAL)


def test_the_database_keeps_no_judgement_without_a_reason(session):
    audit = audit_with(session, 1)
    say(session, audit, INCIDENTAL)
    with pytest.raises(IntegrityError, match="ck_requirement_judgement_reason"), session.begin_nested():
        session.execute(update(RequirementJudgement).values(extent_reason=""))
