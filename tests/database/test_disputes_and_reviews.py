"""Findings that an agency disputes, and reviews by the checklist of the norm."""

from datetime import timedelta

import pytest

from audits.core import clock
from audits.core.access import Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.core.events import history
from audits.decisions.basis import audit_basis
from audits.findings import services
from audits.findings.queries import checklist_of, dispute_of, open_questions
from audits.findings.rules import disputable_until, points_of
from audits.inspections import queries
from audits.inspections import services as inspections
from audits.inspections.workflow import AuditState, FindingState
from audits.people.models import PersonRole
from audits.schemes.queries import scheme_of_version
from tests.kit.factories.applications import make_scheme
from tests.kit.factories.findings import BROKEN, make_finding
from tests.kit.factories.inspections import judge, make_audit
from tests.kit.factories.people import make_person
from tests.kit.queued import enqueued, mails
from tests.kit.scheme import SECOND, source


@pytest.fixture
def finding(session):
    return make_finding(session)


@pytest.fixture
def editor(session, finding):
    return make_person(session, Role.AGENCY_EDITOR, finding.audit.agency_id)


@pytest.fixture
def reviewer(session):
    return make_person(session, Role.REVIEWER)


def dispute(session, person, finding, reason="The original was in the safe."):
    return services.dispute_finding(session, person.actor, finding.id, reason=reason)


def reply(session, person, raised, *, granted=True, answer="It was there."):
    return services.answer_dispute(session, person.actor, raised.id, granted=granted, answer=answer)


# Disputes


@pytest.mark.parametrize("granted", [True, False])
def test_the_inspector_is_told_how_a_dispute_ended(session, finding, editor, reviewer, granted):
    raised = dispute(session, editor, finding)
    assert not mails(session, "question_answered", finding)
    reply(session, reviewer, raised, granted=granted)
    assert mails(session, "question_answered", finding) == [str(finding.audit.inspector_id)]


def test_a_dispute_that_is_upheld_withdraws_the_finding_and_its_points(session, finding, editor, reviewer):
    raised = dispute(session, editor, finding)
    assert open_questions(session, reviewer.actor) == [finding]
    before = audit_basis(session, finding.audit).sha256
    reply(session, reviewer, raised)
    assert (finding.state, finding.audit.score) == (FindingState.WITHDRAWN, 0)
    assert queries.findings_of(session, finding.audit_id) == []
    assert [event.name for event in history(session, finding.id)] == ["finding.dispute", "finding.withdraw"]
    assert len(enqueued(session, "mail.agency", "dispute_upheld")) == 1
    assert audit_basis(session, finding.audit).sha256 != before


def test_a_dispute_that_is_dismissed_leaves_the_finding(session, finding, editor, reviewer):
    score = finding.audit.score
    raised = reply(session, reviewer, dispute(session, editor, finding), granted=False)
    assert (finding.state, finding.audit.score, raised.answerer) == (FindingState.OPEN, score, reviewer)
    assert history(session, finding.id)[-1].name == "finding.dismiss_dispute"
    assert len(enqueued(session, "mail.agency", "dispute_dismissed")) == 1
    with pytest.raises(IllegalMoveError, match="already"):
        dispute(session, editor, finding)
    with pytest.raises(IllegalMoveError, match="answered already"):
        reply(session, reviewer, raised)


def test_a_finding_that_was_withdrawn_does_not_come_back_in_the_same_words(session, finding, editor, reviewer):
    reply(session, reviewer, dispute(session, editor, finding))
    for verdict, count in ((BROKEN, 0), (("nonconform", "Another one was not seen."), 1)):
        inspections.reopen_audit(session, reviewer.actor, finding.audit_id, reason="Look again.")
        judge(session, finding.audit, {"CON-01": verdict})
        inspections.report_audit(session, finding.audit.inspector.actor, finding.audit_id, summary="Looked again.")
        session.flush()
        assert len(queries.findings_of(session, finding.audit_id)) == count
    assert finding.state is FindingState.WITHDRAWN


def test_who_did_the_audit_does_not_answer(session, finding, editor, reviewer):
    raised = dispute(session, editor, finding)
    finding.audit.planner.role_rows.append(PersonRole(person_id=finding.audit.planner_id, role=Role.REVIEWER))
    session.flush()
    for somebody in (editor, finding.audit.inspector, finding.audit.planner, make_person(session, Role.DECIDER)):
        with pytest.raises((NotAllowedError, NotFoundError)):
            reply(session, somebody, raised)
    assert dispute_of(session, finding.id).answered_at is None


def test_only_the_agency_disputes_and_only_in_time(session, finding, editor, reviewer, monkeypatch):
    with pytest.raises(NotAllowedError):
        dispute(session, reviewer, finding)
    terms = scheme_of_version(finding.audit.scheme_version).terms
    last = disputable_until(terms, clock.today())
    monkeypatch.setattr(clock, "today", lambda: last + timedelta(days=1))
    with pytest.raises(IllegalMoveError, match="over"):
        dispute(session, editor, finding)
    monkeypatch.setattr(clock, "today", lambda: last)
    dispute(session, editor, finding)


def test_a_closed_finding_and_a_reviewed_audit_are_not_disputed(session):
    closed = make_finding(session, FindingState.CLOSED)
    reviewed = queries.findings_of(session, make_audit(session, AuditState.REVIEWED, {"CON-01": BROKEN}).id)[0]
    for finding in (closed, reviewed):
        owner = make_person(session, Role.AGENCY_OWNER, finding.audit.agency_id)
        with pytest.raises(IllegalMoveError):
            dispute(session, owner, finding)


def test_both_sides_say_why_and_a_review_waits(session, finding, editor, reviewer):
    with pytest.raises(RuleError):
        dispute(session, editor, finding, reason=" ")
    raised = dispute(session, editor, finding)
    with pytest.raises(RuleError):
        reply(session, reviewer, raised, answer=" ")
    with pytest.raises(RuleError, match="not answered yet"), session.begin_nested():
        services.review_audit(session, reviewer.actor, finding.audit_id, recommendation="Grant.")


# The checklist


@pytest.fixture
def audit(session):
    return make_finding(session, version=make_scheme(session, source(SECOND))).audit


def test_a_review_answers_every_point_of_the_checklist(session, audit, reviewer):
    points = list(points_of(scheme_of_version(audit.scheme_version)))
    ticked = set(points[1:])
    services.review_audit(
        session, reviewer.actor, audit.id, recommendation="Grant.", ticked=ticked, remark="The register was down."
    )
    session.flush()
    listed = checklist_of(session, audit)
    assert [(each.chapter, each.code) for each in listed] == points
    assert [(each.ticked, each.remark) for each in listed[:2]] == [(False, "The register was down."), (True, "")]


def test_a_point_that_is_not_ticked_needs_a_word(session, audit, reviewer):
    with pytest.raises(RuleError) as refused:
        services.review_audit(session, reviewer.actor, audit.id, recommendation="Grant.", ticked=())
    assert refused.value.field == "remark"


def test_edition_1_has_no_checklist(session, finding, reviewer):
    services.review_audit(session, reviewer.actor, finding.audit_id, recommendation="Grant.")
    session.flush()
    assert checklist_of(session, finding.audit) == []


def test_a_decision_rests_on_the_checklist(session, audit, reviewer):
    points = set(points_of(scheme_of_version(audit.scheme_version)))
    found = []
    for ticked in (points, points - {min(points)}):
        with session.begin_nested() as trial:
            services.review_audit(
                session, reviewer.actor, audit.id, recommendation="Grant.", ticked=ticked, remark="Not seen."
            )
            session.flush()
            found.append(audit_basis(session, audit).sha256)
            trial.rollback()
    assert found[0] != found[1]
