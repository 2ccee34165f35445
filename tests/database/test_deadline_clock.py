"""The clock works off deadlines: each step once, each person told once, and what was missed follows."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from random import Random
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Role
from audits.core.calendar import add_working_days
from audits.core.outbox import OutboxItem
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline, open_deadline
from audits.inspections import services
from audits.inspections.workflow import AuditState, FindingState
from audits.people.services import record_absence
from audits.worklists.models import DeadlineStep
from audits.worklists.services import work_off
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.findings import make_finding
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person

K = DeadlineKind


def opened(session, kind=K.REPORT, *, days=10, role=Role.DECIDER, owner=None, agency=None, subject_id=None):
    agency = agency or make_agency(session)
    open_deadline(
        session,
        kind,
        subject_id=subject_id or uuid4(),
        agency_id=agency.id,
        due_on=add_working_days(clock.today(), days),
        owner_role=role,
        owner_id=owner.id if owner else None,
    )
    session.flush()
    return session.scalars(select(Deadline).order_by(Deadline.opened_at.desc())).first()


def told(session):
    """Who was told by the clock, with what the message counts."""
    items = session.scalars(select(OutboxItem).where(OutboxItem.kind.in_(("mail", "mail.agency")))).all()
    of_clock = [item.payload for item in items if item.payload["template"] in ("terms", "agency_terms")]
    return Counter((each.get("person_id") or each["agency_id"], each["near"], each["over"]) for each in of_clock)


def steps(session, term):
    query = select(DeadlineStep.kind, DeadlineStep.planned_on).where(DeadlineStep.deadline_id == term.id)
    return [(kind.value, day) for kind, day in session.execute(query.order_by(DeadlineStep.planned_on))]


def run_until(session, last, *, leave_out=frozenset()):
    day, count = clock.today(), 0
    while day <= last:
        if day not in leave_out:
            count += work_off(session, day).steps
        day += timedelta(days=1)
    return count


def test_the_owner_is_reminded_and_who_plans_hears_when_it_is_late(session):
    owner, planner = make_person(session, Role.DECIDER), make_person(session, Role.PLANNER)
    term = opened(session, owner=owner)
    for days, expected in ((4, {}), (5, {(str(owner.id), 1, 0): 1}), (9, {(str(owner.id), 1, 0): 2})):
        work_off(session, add_working_days(clock.today(), days))
        assert told(session) == expected
    work_off(session, add_working_days(clock.today(), 11))
    late = {(str(person.id), 0, 1): 1 for person in (owner, planner)}
    assert told(session) == {(str(owner.id), 1, 0): 2, **late}
    assert [kind for kind, _ in steps(session, term)] == ["remind", "remind", "escalate"]
    session.refresh(term)
    assert term.next_on is None


def test_one_message_a_night_counts_all_tasks_of_a_person(session):
    owner = make_person(session, Role.DECIDER)
    for _ in range(3):
        opened(session, owner=owner)
    opened(session, owner=owner, days=3)
    work_off(session, add_working_days(clock.today(), 5))
    assert told(session)[str(owner.id), 3, 1] == 1


def test_an_agency_is_told_of_its_own_task_and_nobody_of_the_staff(session):
    make_person(session, Role.PLANNER)
    term = opened(session, K.DRAFT, days=30, role=Role.AGENCY_OWNER)
    work_off(session, add_working_days(clock.today(), 6))
    assert not told(session)
    work_off(session, term.due_on - timedelta(days=28))
    assert told(session) == {(str(term.agency_id), 1, 0): 1}


def letters_queued(session):
    items = session.scalars(select(OutboxItem).where(OutboxItem.kind == "document.term_letter"))
    return Counter((item.payload["term"], item.payload["moment"], len(item.payload["deadlines"])) for item in items)


def test_a_letter_tells_an_agency_of_its_terms_of_one_kind_at_once_and_nobody_mails_it_twice(session):
    agency = make_agency(session)
    for _ in range(2):
        opened(session, K.CORRECTIVE_ACTION, days=20, role=Role.AGENCY_OWNER, agency=agency)
    opened(session, K.DECISION, days=3, agency=agency)
    opened(session, K.DRAFT, days=30, role=Role.AGENCY_OWNER, agency=agency)
    for _ in range(2):
        work_off(session, clock.today())
    begun = {("corrective_action", "open", 2): 1, ("decision", "open", 1): 1}
    assert letters_queued(session) == begun
    work_off(session, add_working_days(clock.today(), 6))
    assert letters_queued(session) == begun | {("corrective_action", "remind", 2): 1, ("decision", "late", 1): 1}
    assert not told(session)


def test_a_term_that_is_late_when_the_clock_first_sees_it_has_the_letter_of_its_last_step_alone(session):
    opened(session, K.DECISION, days=3)
    work_off(session, add_working_days(clock.today(), 9))
    assert letters_queued(session) == {("decision", "late", 1): 1}


def test_a_term_that_the_clock_sees_late_is_not_begun_in_silence(session):
    opened(session, K.DECISION, days=8)  # of its reminders no letter tells an agency
    work_off(session, add_working_days(clock.today(), 4))
    assert letters_queued(session) == {("decision", "open", 1): 1}


def test_who_stands_in_is_told_too_and_who_plans_if_both_are_away(session):
    owner, deputy, other = (make_person(session, Role.DECIDER) for _ in range(3))
    planner = make_person(session, Role.PLANNER)
    opened(session, owner=owner)
    day = add_working_days(clock.today(), 5)
    record_absence(session, planner.actor, owner.id, deputy_id=deputy.id, first_day=day, last_day=day)
    work_off(session, day)
    assert told(session) == {(str(person.id), 1, 0): 1 for person in (owner, deputy)}
    later = add_working_days(clock.today(), 9)
    record_absence(session, planner.actor, owner.id, deputy_id=deputy.id, first_day=later, last_day=later)
    record_absence(session, planner.actor, deputy.id, deputy_id=other.id, first_day=later, last_day=later)
    work_off(session, later)
    assert told(session) - Counter({(str(person.id), 1, 0): 1 for person in (owner, deputy)}) == {
        (str(person.id), 1, 0): 1 for person in (owner, planner)
    }


def test_what_was_done_is_not_reminded(session):
    subject = make_audit(session, AuditState.IN_PROGRESS)
    term = opened(session, K.SPECIAL_AUDIT, subject_id=subject.id, agency=subject.agency)
    session.execute(update(Deadline).where(Deadline.id == term.id).values(next_on=date.min))
    end_deadline(session, K.SPECIAL_AUDIT, subject.id)
    run_until(session, add_working_days(clock.today(), 15))
    assert steps(session, term) == []


def test_a_run_twice_on_a_day_does_nothing(session):
    opened(session)
    day = add_working_days(clock.today(), 5)
    assert work_off(session, day).steps == 1
    assert work_off(session, day).steps == 0


def test_after_weeks_without_a_clock_the_steps_are_the_same_and_each_person_hears_once(session):
    random = Random(13)  # noqa: S311  # no secret
    owner = make_person(session, Role.DECIDER)
    lengths = [random.randint(1, 60) for _ in range(12)]
    terms = [[opened(session, owner=owner, days=days) for days in lengths] for _ in range(2)]
    last = add_working_days(clock.today(), 70)
    begins = [clock.today() + timedelta(days=random.randint(0, 90)) for _ in range(10)]
    away = {begin + timedelta(days=days) for begin in begins for days in range(7)}
    mine, others = ({term.id for term in each} for each in terms)
    session.execute(update(Deadline).where(Deadline.id.in_(others)).values(next_on=None))
    run_until(session, last)
    session.execute(update(Deadline).where(Deadline.id.in_(others)).values(next_on=date.min))
    before = sum(told(session).values())
    run_until(session, last, leave_out=away)
    assert [steps(session, term) for term in terms[0]] == [steps(session, term) for term in terms[1]]
    assert mine.isdisjoint(others)
    assert sum(told(session).values()) - before <= len({*_days(last)} - away)


def _days(last):
    return [clock.today() + timedelta(days=days) for days in range((last - clock.today()).days + 1)]


def test_a_late_run_says_how_much_came_late(session):
    opened(session)
    worked = work_off(session, add_working_days(clock.today(), 30))
    assert (worked.steps, worked.late) == (3, 3)


def test_three_clocks_at_once_make_each_step_once(real_db):
    with Session(real_db) as session:
        for _ in range(20):
            opened(session)
        session.commit()
    day, together = add_working_days(clock.today(), 5), Barrier(3)

    def one(_):
        with Session(real_db) as own, own.begin():
            together.wait()
            return work_off(own, day).steps

    with ThreadPoolExecutor(3) as clocks:
        assert sum(clocks.map(one, range(3))) == 20
    with Session(real_db) as session:
        assert session.scalar(select(func.count()).select_from(DeadlineStep)) == 20


def test_a_night_asks_few_statements_however_much_falls_due(session):
    asked = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: asked.append(args[2]))
    counts = []
    for many in (2, 40):
        for _ in range(many):
            opened(session)
        asked.clear()
        assert work_off(session, add_working_days(clock.today(), 5)).steps == many
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


@pytest.mark.parametrize("state", FindingState)
def test_a_finding_to_repair_is_a_task_of_the_agency_until_it_is_answered(session, state):
    finding = make_finding(session, state)
    session.expire_all()
    found = session.scalars(select(Deadline).where(Deadline.subject_id == finding.id, Deadline.done_at.is_(None))).all()
    if state in {FindingState.OPEN, FindingState.PLAN_ACCEPTED}:
        [term] = found
        assert (term.kind, term.due_on, term.owner_role) == (K.CORRECTIVE_ACTION, finding.due_on, Role.AGENCY_OWNER)
        assert term.agency_id == finding.agency_id
    else:
        assert found == []


def test_an_answer_that_was_not_enough_is_a_task_again(session):
    finding = make_finding(session, FindingState.ANSWERED)
    services.return_corrective_action(session, finding.audit.inspector.actor, finding.id, note="Not enough.")
    session.flush()
    terms = session.scalars(select(Deadline).where(Deadline.subject_id == finding.id)).all()
    assert sorted(term.done_at is None for term in terms) == [False, True]
