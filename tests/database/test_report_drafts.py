"""A report is drafted, commented on once, answered, and then made final; the lot has some read once more."""

import pytest
from sqlalchemy import select

from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.inspections import services
from audits.inspections.drafts import WHOLE, newest_draft
from audits.inspections.models import Finding
from audits.inspections.queries import origins_of
from audits.inspections.report import report_facts
from audits.inspections.workflow import AuditState
from tests.kit.factories import make_agency, make_audit, make_person
from tests.kit.factories.inspections import draw, judge
from tests.kit.scheme import scheme
from tests.kit.snapshot import BODY

BAD = {"PAY-05": ("nonconform", "Hours are missing."), "CON-01": ("nonconform", "Not seen.")}
SEEN = "All was looked at."


@pytest.fixture
def audit(session):
    """An audit whose fieldwork is done, with two findings."""
    audit = make_audit(session, announced=False)
    draw(session, audit, {}, all_units=True)
    judge(session, audit, BAD, rest=True)
    return audit


@pytest.fixture
def owner(session, audit):
    return make_person(session, Role.AGENCY_OWNER, audit.agency).actor


def send(session, audit):
    return services.send_draft(session, audit.inspector.actor, audit.id, summary=SEEN)


def terms(session, audit, kind):
    query = select(Deadline).where(Deadline.subject_id == audit.id, Deadline.kind == kind, Deadline.done_at.is_(None))
    return list(session.scalars(query))


def test_a_draft_tells_the_agency_what_would_be_reported_and_fixes_nothing(session, audit):
    draft = send(session, audit)
    told = {each["code"]: (each["grade"], each["due_on"]) for each in draft.facts["findings"]}
    assert told.keys() == BAD.keys()
    assert {due for _, due in told.values()} == {None}  # the term to repair begins with the report
    assert session.scalars(select(Finding).where(Finding.audit_id == audit.id)).all() == []
    assert (audit.state, audit.score, audit.is_known_to_agency) == (AuditState.IN_PROGRESS, None, True)
    until = add_working_days(clock.today(), scheme().terms.factual_comment_working_days)
    assert [term.due_on for term in terms(session, audit, DeadlineKind.REPORT_COMMENT)] == [until]


def test_comments_are_answered_before_the_report_and_stand_in_it(session, audit, owner):
    send(session, audit)
    inspector = audit.inspector.actor
    with pytest.raises(RuleError, match="can comment on the draft until"), session.begin_nested():
        services.report_audit(session, inspector, audit.id, summary=SEEN)
    services.comment_draft(session, owner, audit.id, {"1": " It was there. ", "2": "", "99": "x", WHOLE: "Thanks."})
    assert terms(session, audit, DeadlineKind.REPORT_COMMENT) == []
    with pytest.raises(IllegalMoveError):
        services.comment_draft(session, owner, audit.id, {"2": "This too."})
    with pytest.raises(RuleError, match="Answer the comments"), session.begin_nested():
        services.report_audit(session, inspector, audit.id, summary=SEEN)
    with pytest.raises(RuleError) as refusal:
        services.answer_comments(session, inspector, audit.id, {WHOLE: "You too."})
    assert refusal.value.field == "1"
    services.answer_comments(session, inspector, audit.id, {"1": "Seen now.", WHOLE: "You too."})
    services.report_audit(session, inspector, audit.id, summary=SEEN)
    session.flush()
    facts = report_facts(session, audit, body=BODY)
    first = newest_draft(session, audit.id).facts["findings"][0]["title"]
    assert facts["comments"] == [
        {"title": "", "text": "Thanks.", "answer": "You too."},
        {"title": f"1. {first}", "text": "It was there.", "answer": "Seen now."},
    ]


def test_who_has_nothing_to_say_says_so_and_does_not_hold_the_report_up(session, audit, owner):
    send(session, audit)
    services.comment_draft(session, owner, audit.id, {})
    assert services.report_audit(session, audit.inspector.actor, audit.id, summary=SEEN).state is AuditState.REPORTED


def test_after_the_last_day_nobody_waits_for_the_agency(session, audit, owner, monkeypatch):
    draft = send(session, audit)
    after = add_working_days(draft.due_on, 1)
    monkeypatch.setattr(clock, "today", lambda: after)
    with pytest.raises(IllegalMoveError):
        services.comment_draft(session, owner, audit.id, {"1": "Too late."})
    services.report_audit(session, audit.inspector.actor, audit.id, summary=SEEN)
    assert terms(session, audit, DeadlineKind.REPORT_COMMENT) == []


def test_another_draft_follows_when_the_comments_changed_a_verdict(session, audit, owner):
    send(session, audit)
    with pytest.raises(RuleError, match="has a draft already"):
        send(session, audit)
    services.comment_draft(session, owner, audit.id, {"1": "It was there."})
    services.answer_comments(session, audit.inspector.actor, audit.id, {"1": "So it is."})
    now = dict.fromkeys(origins_of(session, audit.id)["personnel_file"], ("conform", ""))
    reasons = {"PAY-05": "The agency showed it."}
    services.record_sheets(session, audit.inspector.actor, audit.id, {"PAY-05": now}, reasons=reasons)
    second = send(session, audit)
    assert (second.number, [each["code"] for each in second.facts["findings"]]) == (2, ["CON-01"])


def test_only_its_own_agency_comments(session, audit):
    send(session, audit)
    stranger = make_person(session, Role.AGENCY_OWNER, make_agency(session)).actor
    with pytest.raises(NotFoundError):
        services.comment_draft(session, stranger, audit.id, {"1": "x"})
    with pytest.raises(NotAllowedError):
        services.comment_draft(session, audit.inspector.actor, audit.id, {"1": "x"})


def test_how_the_visit_went_stands_in_the_report(session, audit):
    texts = {
        "opening": "Director and payroll.",
        "closing": "All findings told.",
        "languages": "nl, pl",
        "deviations": "",
    }
    actor = audit.inspector.actor
    about = {"opened_on": clock.today(), "closed_on": None, "texts": texts}
    services.write_conduct(session, actor, audit.id, version=0, **about)
    services.report_audit(session, actor, audit.id, summary=SEEN)
    session.flush()
    days = {"opened_on": clock.today().isoformat(), "closed_on": None}
    assert report_facts(session, audit, body=BODY)["conduct"] == texts | days
    with pytest.raises(IllegalMoveError):
        services.write_conduct(session, actor, audit.id, version=1, **about)


def test_a_report_that_the_lot_falls_on_is_read_by_somebody_untied(session, audit):
    services.report_audit(session, audit.inspector.actor, audit.id, summary=SEEN, read_again=lambda: True)
    (term,) = terms(session, audit, DeadlineKind.SECOND_READING)
    assert term.owner_role is Role.REVIEWER
    reviewer, reader = (make_person(session, Role.REVIEWER) for _ in range(2))
    services.review_audit(session, reviewer.actor, audit.id, recommendation="Complete.")
    session.flush()
    with pytest.raises(NotAllowedError):
        services.read_again(session, reviewer.actor, audit.id, agrees=True, note="Fine.")
    found = services.read_again(session, reader.actor, audit.id, agrees=False, note="A major one.")
    assert (found.reader_id, found.agrees) == (reader.id, False)
    assert terms(session, audit, DeadlineKind.SECOND_READING) == []
    with pytest.raises(IllegalMoveError):
        services.read_again(session, reader.actor, audit.id, agrees=True, note="Fine.")


def test_a_report_that_was_not_drawn_is_not_read_again(session, audit):
    services.report_audit(session, audit.inspector.actor, audit.id, summary=SEEN)
    with pytest.raises(IllegalMoveError):
        services.read_again(session, make_person(session, Role.REVIEWER).actor, audit.id, agrees=True, note="Fine.")
