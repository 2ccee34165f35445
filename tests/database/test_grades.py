"""The grade of a finding changes between report and review, with a reason and by two people."""

import pytest
from sqlalchemy import select

from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.deadlines.models import Deadline
from audits.findings import services
from audits.findings.queries import grade_changes
from audits.inspections import queries
from audits.inspections import services as inspections
from audits.inspections.workflow import AuditState, FindingState
from audits.people.independence import Bar, bar_of
from audits.people.services import record_absence
from audits.schemes.queries import scheme_of_version
from tests.kit.factories.applications import make_application
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.findings import BROKEN, make_finding, supersede
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person
from tests.kit.queued import mails


@pytest.fixture
def reviewer(session):
    return make_person(session, Role.REVIEWER)


def other_grade(finding):
    """A grade that is neither that of the finding nor one that rules out a certificate."""
    scheme = scheme_of_version(finding.audit.scheme_version)
    return next(each for each in scheme.severities.values() if each.code != finding.grade and not each.fails)


def propose(session, person, finding, grade=None, reason="One file in sixty."):
    grade = grade or other_grade(finding).code
    return services.propose_grade(session, person.actor, finding.id, grade=grade, reason=reason)


def reply(session, person, change, *, granted=True, answer="So it is."):
    return services.answer_grade(session, person.actor, change.id, granted=granted, answer=answer)


@pytest.mark.parametrize("first", ["inspector", "reviewer"])
def test_a_grade_that_two_people_change_weighs_what_the_scheme_says_of_it(session, reviewer, first):
    finding = make_finding(session)
    audit, found, target = finding.audit, finding.grade, other_grade(finding)
    asks, answers = (audit.inspector, reviewer) if first == "inspector" else (reviewer, audit.inspector)
    change = propose(session, asks, finding)
    assert (finding.grade, change.answered_at) == (found, None)
    reply(session, answers, change)
    assert (finding.grade, finding.grade_found) == (target.code, found)
    assert (finding.points, finding.blocks, audit.score) == (target.points, target.blocks_certificate, target.points)
    term = target.repair_working_days
    assert finding.due_on == (add_working_days(clock.today(), term) if term else None)
    assert [each.told["reason"] for each in history(session, finding.id)] == ["One file in sixty.", "So it is."]
    assert [each.name for each in history(session, finding.id)] == ["finding.propose_grade", "finding.change_grade"]
    assert (change.asker, change.answerer) == (asks, answers)
    told = [str(audit.inspector_id)] if first == "inspector" else []  # who answered knows it
    assert mails(session, "question_answered", finding) == told


def test_a_grade_that_the_second_person_declines_stays(session, reviewer):
    finding = make_finding(session)
    found = finding.grade
    change = reply(session, reviewer, propose(session, finding.audit.inspector, finding), granted=False)
    assert (finding.grade, change.granted, history(session, finding.id)[-1].name) == (
        found,
        False,
        "finding.keep_grade",
    )
    propose(session, finding.audit.inspector, finding)  # once more, with better reasons
    assert len(grade_changes(session, finding.id)) == 2


@pytest.mark.parametrize("first", ["deputy", "reviewer"])
def test_who_stands_in_for_the_inspector_weighs_too_and_has_a_part_from_then_on(session, reviewer, first):
    finding, deputy = make_finding(session), make_person(session, [Role.INSPECTOR, Role.REVIEWER])
    audit, day = finding.audit, clock.today()
    record_absence(session, audit.planner.actor, audit.inspector_id, deputy_id=deputy.id, first_day=day, last_day=day)
    asks, answers = (deputy, reviewer) if first == "deputy" else (reviewer, deputy)
    change = propose(session, asks, finding)
    if first == "deputy":
        with pytest.raises(NotAllowedError, match="inspector of the audit"):  # both lead the audit
            reply(session, audit.inspector, change)
    reply(session, answers, change)
    assert finding.grade == change.grade
    assert bar_of(session, audit.agency_id, deputy.id) is Bar.TOOK_PART
    assert bar_of(session, audit.agency_id, reviewer.id) is None  # the reviewer still is outside


def test_nobody_answers_their_own_proposal_and_two_reviewers_do_not_do_it_alone(session, reviewer):
    finding, other = make_finding(session), make_person(session, Role.REVIEWER)
    change = propose(session, reviewer, finding)
    with pytest.raises(NotAllowedError, match="Somebody else"):
        reply(session, reviewer, change)
    with pytest.raises(NotAllowedError, match="inspector of the audit"):
        reply(session, other, change)
    reply(session, other, change, granted=False)
    with pytest.raises(IllegalMoveError, match="answered already"):
        reply(session, finding.audit.inspector, change)


@pytest.mark.parametrize("role", [Role.PLANNER, Role.DECIDER, Role.ADMINISTRATOR])
def test_other_roles_do_not_weigh(session, role):
    finding = make_finding(session)
    with pytest.raises(NotAllowedError):
        propose(session, make_person(session, role), finding)


def test_a_reviewer_who_planned_the_audit_does_not_weigh(session):
    planner = make_person(session, [Role.PLANNER, Role.REVIEWER])
    audit = make_audit(session, AuditState.REPORTED, {"CON-01": BROKEN}, planner=planner)
    with pytest.raises(NotAllowedError, match="took part"):
        propose(session, planner, queries.findings_of(session, audit.id)[0])


def test_an_agency_and_another_inspector_do_not_weigh(session):
    finding = make_finding(session)
    owner = make_person(session, Role.AGENCY_OWNER, finding.audit.agency_id)
    with pytest.raises(NotAllowedError):
        propose(session, owner, finding)
    with pytest.raises(NotAllowedError):
        propose(session, make_person(session, Role.INSPECTOR), finding)
    with pytest.raises(NotFoundError):
        services.answer_grade(session, owner.actor, finding.id, granted=True, answer="x")


def test_a_proposal_needs_another_grade_and_a_reason(session):
    finding = make_finding(session)
    for values, field in (({"grade": finding.grade}, "grade"), ({"grade": "x"}, "grade"), ({"reason": " "}, "reason")):
        with pytest.raises(RuleError) as refused:
            propose(session, finding.audit.inspector, finding, **values)
        assert refused.value.field == field
    propose(session, finding.audit.inspector, finding)
    with pytest.raises(IllegalMoveError, match="proposed already"):
        propose(session, finding.audit.inspector, finding)


def test_an_answer_needs_a_reason(session, reviewer):
    finding = make_finding(session)
    change = propose(session, finding.audit.inspector, finding)
    with pytest.raises(RuleError) as refused:
        reply(session, reviewer, change, answer=" ")
    assert refused.value.field == "answer"


def test_after_the_review_and_while_a_report_is_corrected_no_grade_changes(session, reviewer):
    reviewed = make_audit(session, AuditState.REVIEWED, {"CON-01": BROKEN})
    gone = make_finding(session)
    supersede(session, gone)
    reopened = make_finding(session)
    inspections.reopen_audit(session, reviewer.actor, reopened.audit_id, reason="Look again.")
    for finding in (queries.findings_of(session, reviewed.id)[0], gone, reopened):
        with pytest.raises(IllegalMoveError, match="no longer change"):
            propose(session, finding.audit.inspector, finding)


def test_an_audit_is_not_reviewed_while_a_proposal_waits(session, reviewer):
    finding = make_finding(session)
    change = propose(session, finding.audit.inspector, finding)
    with pytest.raises(RuleError, match="not answered yet"), session.begin_nested():
        services.review_audit(session, reviewer.actor, finding.audit_id, recommendation="Grant.")
    session.refresh(finding.audit)
    reply(session, reviewer, change)
    services.review_audit(session, reviewer.actor, finding.audit_id, recommendation="Grant.")
    assert finding.audit.state is AuditState.REVIEWED


def test_a_finding_of_a_holder_that_becomes_critical_is_a_task_of_the_deciders(session, reviewer):
    certificate = make_certificate(session)
    application = make_application(session, agency=certificate.agency, state=ApplicationState.ACCEPTED)
    audit = make_audit(session, AuditState.REPORTED, {"CON-01": BROKEN}, application=application)
    finding = queries.findings_of(session, audit.id)[0]
    critical = next(each.code for each in scheme_of_version(audit.scheme_version).severities.values() if each.fails)
    change = propose(session, audit.inspector, finding, critical)
    task = select(Deadline).where(Deadline.subject_id == audit.id, Deadline.kind == "critical_finding")
    assert session.scalars(task).all() == []
    reply(session, reviewer, change)
    assert [each.done_at for each in session.scalars(task)] == [None]


def test_a_changed_grade_goes_on_when_the_audit_is_reported_again_in_the_same_words(session, reviewer):
    finding = make_finding(session)
    target = other_grade(finding)
    reply(session, reviewer, propose(session, finding.audit.inspector, finding))
    inspections.reopen_audit(session, reviewer.actor, finding.audit_id, reason="Look again.")
    inspections.report_audit(session, finding.audit.inspector.actor, finding.audit_id, summary="Looked again.")
    assert (finding.grade, finding.state, finding.audit.score) == (target.code, FindingState.OPEN, target.points)
