"""Findings and strengths by hand, outside the sample, and findings that come back in a later audit."""

from datetime import timedelta

import pytest

from audits.applications.services import conclude_application
from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.decisions.basis import audit_basis
from audits.inspections import queries, services
from audits.inspections.earlier_findings import found_before
from audits.inspections.report import report_facts
from audits.inspections.workflow import AuditState, FindingState
from audits.schemes.queries import scheme_of_version
from tests.kit.factories.applications import make_application, make_scheme
from tests.kit.factories.findings import BROKEN
from tests.kit.factories.inspections import draw, judge, make_audit, tell
from tests.kit.factories.people import make_person
from tests.kit.scheme import SECOND, source

MINOR = {"code": "CON-01", "grade": "minor", "note": "Seen on a wall.", "agency_text": "A notice is missing."}
STRENGTH = {"code": "GOV-06", "grade": None, "note": "Seen at work.", "agency_text": "Well kept books."}


def write(session, audit, **values):
    return services.write_remark(session, audit.inspector.actor, audit.id, **MINOR | values)


@pytest.fixture
def audit(session):
    """An audit whose sample conforms everywhere; it is not reported yet."""
    audit = make_audit(session)
    draw(session, audit, {}, all_units=True)
    judge(session, audit, {}, rest=True)
    return audit


def report(session, audit):
    tell(session, audit)
    services.report_audit(session, audit.inspector.actor, audit.id, summary="All was looked at.")
    session.flush()
    return queries.findings_of(session, audit.id)


# By hand


def test_a_finding_by_hand_is_reported_beside_those_of_the_sample_and_says_nothing_of_a_population(session, audit):
    remark = write(session, audit)
    judge(session, audit, {"CON-01": BROKEN})
    derived, by_hand = report(session, audit)
    assert (derived.remark_id, by_hand.remark_id) == (None, remark.id)
    assert (by_hand.grade, by_hand.grade_found, by_hand.points) == ("minor", "minor", 2)
    assert (by_hand.population, by_hand.assessed, by_hand.nonconforming) == (0, 0, 0)
    assert (by_hand.agency_text, by_hand.state) == (MINOR["agency_text"], FindingState.OPEN)
    assert audit.score == derived.points + 2
    facts = report_facts(session, audit, body={"name": "x", "address": "x"})["findings"]
    assert [each["interval"] is None for each in facts] == [False, True]
    assert [each["observed"] for each in facts][1] == MINOR["agency_text"]


def test_a_strength_is_told_and_asks_nothing(session, audit):
    write(session, audit, **STRENGTH)
    assert report(session, audit) == []
    assert audit.strengths == [{"code": "GOV-06", "text": "Well kept books."}]
    assert audit.score == 0


def test_what_was_taken_back_is_not_reported_and_stays_in_the_trail(session, audit):
    remark = write(session, audit)
    for _ in range(2):
        services.withdraw_remark(session, audit.inspector.actor, audit.id, remark.id)
    assert queries.remarks_of(session, audit.id) == []
    names = [event.name for event in history(session, audit.id)]
    assert [names.count(name) for name in ("audit.remark", "audit.withdraw_remark")] == [1, 1]
    assert report(session, audit) == []


def test_a_finding_by_hand_on_confidential_units_keeps_its_note_from_the_agency(session, audit):
    scheme = scheme_of_version(audit.scheme_version)
    code = next(item.code for item in scheme.requirements if scheme.units[item.unit].confidential)
    write(session, audit, code=code)
    (finding,) = report(session, audit)
    assert (finding.observed, finding.agency_text) == ("", MINOR["agency_text"])
    assert queries.confidential_notes(session, scheme, [finding]) == {finding.id: MINOR["note"]}


@pytest.mark.parametrize("field", ["note", "agency_text"])
def test_both_texts_are_needed(session, audit, field):
    with pytest.raises(RuleError) as refused:
        write(session, audit, **{field: " "})
    assert refused.value.field == field


def test_only_grades_and_requirements_of_the_norm(session, audit):
    with pytest.raises(RuleError):
        write(session, audit, grade="huge")
    with pytest.raises(NotFoundError):
        write(session, audit, code="XXX-99")
    with pytest.raises(NotFoundError):
        services.withdraw_remark(session, audit.inspector.actor, audit.id, audit.id)


def test_only_its_inspector_writes_and_only_before_the_report(session, audit):
    for role in (Role.INSPECTOR, Role.REVIEWER, Role.PLANNER):
        with pytest.raises((NotAllowedError, NotFoundError)):
            services.write_remark(session, make_person(session, role).actor, audit.id, **MINOR)
    report(session, audit)
    with pytest.raises(IllegalMoveError):
        write(session, audit)


def test_a_decision_rests_on_what_was_found_by_hand(session, audit):
    before = audit_basis(session, audit).sha256
    remark = write(session, audit, **STRENGTH)
    assert audit_basis(session, audit).sha256 != before
    services.withdraw_remark(session, audit.inspector.actor, audit.id, remark.id)
    session.flush()
    assert audit_basis(session, audit).sha256 == before


# Repeats


def later_audit(session, first, state=AuditState.REPORTED, verdicts=None):
    decider = make_person(session, Role.DECIDER).actor
    services.conclude_audit(session, decider, first.id)
    conclude_application(session, decider, first.application_id)
    session.flush()
    application = make_application(
        session, agency=first.agency, version=first.scheme_version, state=ApplicationState.ACCEPTED
    )
    return make_audit(session, state, verdicts, application=application)


def minor_code(scheme):
    """A requirement on the organisation whose systemic finding is minor."""
    return next(
        item.code
        for item in scheme.requirements
        if item.judgement and item.judgement.systemic == "minor" and scheme.units[item.unit].is_agency
    )


def first_audit(session, text, code):
    version = make_scheme(session, text)
    application = make_application(session, version=version, state=ApplicationState.ACCEPTED)
    return make_audit(session, AuditState.REVIEWED, {code: BROKEN}, application=application)


def test_a_minor_finding_that_comes_back_is_major_and_names_the_earlier_one(session):
    scheme_text = source(SECOND)
    code = minor_code(scheme_of_version(make_scheme(session, scheme_text)))
    first = first_audit(session, scheme_text, code)
    (old,) = queries.findings_of(session, first.id)
    later = later_audit(session, first, verdicts={code: BROKEN})
    (found,) = queries.findings_of(session, later.id)
    major = scheme_of_version(later.scheme_version).severities["major"]
    assert (old.grade, found.grade_found, found.grade) == ("minor", "minor", "major")
    assert (found.repeat_of_id, found.repeat_of) == (old.id, f"{first.reference}, {old.number}")
    assert (found.points, found.blocks, later.score) == (major.points, major.blocks_certificate, major.points)
    assert found.due_on == add_working_days(clock.today(), major.repair_working_days)


def test_after_the_time_of_the_norm_it_is_found_anew(session):
    scheme_text = source(SECOND)
    code = minor_code(scheme_of_version(make_scheme(session, scheme_text)))
    first = first_audit(session, scheme_text, code)
    first.reported_at -= timedelta(days=800)
    session.flush()
    (found,) = queries.findings_of(session, later_audit(session, first, verdicts={code: BROKEN}).id)
    assert (found.grade, found.repeat_of_id) == ("minor", None)


def test_a_superseded_finding_does_not_come_back(session):
    scheme_text = source(SECOND)
    code = minor_code(scheme_of_version(make_scheme(session, scheme_text)))
    version = make_scheme(session, scheme_text)
    application = make_application(session, version=version, state=ApplicationState.ACCEPTED)
    first = make_audit(session, AuditState.REPORTED, {code: BROKEN}, application=application)
    services.reopen_audit(session, make_person(session, Role.REVIEWER).actor, first.id, reason="Look again.")
    judge(session, first, {code: ("conform", "")})
    report(session, first)
    services.review_audit(session, make_person(session, Role.REVIEWER).actor, first.id, recommendation="Fine.")
    session.flush()
    (found,) = queries.findings_of(session, later_audit(session, first, verdicts={code: BROKEN}).id)
    assert found.repeat_of_id is None


def test_edition_1_names_no_repeats_but_its_inspector_reads_what_was_found(session):
    first = make_audit(session, AuditState.REVIEWED, {"GOV-06": BROKEN})
    (old,) = queries.findings_of(session, first.id)
    later = later_audit(session, first, AuditState.IN_PROGRESS)
    (before,) = found_before(session, later.id)
    assert (before.id, before.code, before.audit, before.grade) == (old.id, "GOV-06", first.reference, old.grade)
    assert found_before(session, first.id) == []
