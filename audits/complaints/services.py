"""Take a complaint about us, and handle complaints and signals. The caller commits."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from audits.complaints.events import ComplaintAnswered, ComplaintTaken
from audits.complaints.models import Complaint, Handling
from audits.complaints.rules import LONGEST_ANSWER, Subject, Told, Verdict, answer_by, take_by
from audits.core import clock, events
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.errors import NotAllowedError, RuleError, missing
from audits.core.flow import moved_on
from audits.core.letters import check_length, check_reason
from audits.deadlines.queries import is_begun
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline, give_deadline, open_deadline
from audits.signals.models import Signal
from audits.signals.queries import get_signal

TERMS = {
    Told.COMPLAINT: (DeadlineKind.COMPLAINT_RECEIPT, DeadlineKind.COMPLAINT_ANSWER),
    Told.SIGNAL: (DeadlineKind.SIGNAL_RECEIPT, DeadlineKind.SIGNAL_ANSWER),
}
"""The terms to take each up, and to answer it."""


def receive_complaint(
    session: Session, *, complaint_id: UUID, about: Subject, message: str, contact: str, language: str
) -> UUID:
    """Keep a complaint about us; return its id, by which the sender reads the answer. Nobody is recorded.

    A complaint with an id that is there already is not kept again.
    """
    kept = func.keep_complaint(complaint_id, about.value, language, message, contact, clock.now())
    session.execute(select(kept))
    return complaint_id


def begin_terms(session: Session) -> None:
    """Begin the terms of what came in, from that day on: to take it up, and to answer it.

    For the clock, as the register may add what it is told and nothing else.
    """
    for table, told in ((Complaint, Told.COMPLAINT), (Signal, Told.SIGNAL)):
        query = select(table.id, table.received_at).outerjoin(Handling, Handling.subject_id == table.id)
        unanswered = query.where(Handling.answered_at.is_(None))
        receipt, outcome = TERMS[told]
        not_taken = unanswered.where(Handling.subject_id.is_(None))
        _begin(session, receipt, take_by, not_taken.where(~is_begun(receipt, table.id)))
        _begin(session, outcome, answer_by, unanswered.where(~is_begun(outcome, table.id)))
    session.flush()


def _begin(session: Session, kind: DeadlineKind, until: Callable[[date], date], came: Select[UUID, datetime]) -> None:
    for subject_id, received_at in session.execute(came).all():
        due_on = until(clock.day_of(received_at))
        open_deadline(
            session,
            kind,
            subject_id=subject_id,
            agency_id=None,
            due_on=due_on,
            owner_role=Role.PLANNER,
            since=received_at,  # also after a night without a clock: its reminders are those of that day
        )


def take_up(session: Session, actor: Actor, told: Told, subject_id: UUID, *, untied: bool) -> Handling:
    """Take up a complaint or a signal, also from somebody else who is away.

    `untied` says that the actor has no part in what it is about (ISO/IEC 17065, 7.13.5); RuleError without.
    """
    agency_id = _about(session, actor, told, subject_id)
    if not untied:
        raise RuleError("Only somebody who has no part in it takes it up.", "untied")
    handling = session.get(Handling, subject_id, with_for_update=True)
    if handling is None:
        handling = Handling(subject_id=subject_id, told=told, agency_id=agency_id, handler_id=actor.id)
        session.add(handling)
    if handling.answered_at is not None:
        raise moved_on()
    handling.handler_id, handling.taken_at = actor.id, clock.now()
    events.record(session, ComplaintTaken(), subject_id=subject_id, actor=actor, agency_id=agency_id)
    session.flush()
    end_deadline(session, TERMS[told][0], subject_id)
    give_deadline(session, TERMS[told][1], subject_id, actor.id)
    return handling


def answer(session: Session, actor: Actor, told: Told, subject_id: UUID, *, verdict: Verdict, words: str) -> Handling:
    """Say what became of a complaint or a signal, and what the sender reads or was told. It stays as it is."""
    agency_id = _about(session, actor, told, subject_id)
    handling = session.get(Handling, subject_id, with_for_update=True)
    if handling is None or handling.answered_at is not None:
        raise moved_on()
    if handling.handler_id != actor.id:
        raise NotAllowedError("Somebody else handles this. Take it up first.")
    check_reason(words, "words")
    check_length(words, LONGEST_ANSWER, "words")
    handling.verdict, handling.answer, handling.answered_at = verdict, words.strip(), clock.now()
    told_of = ComplaintAnswered(verdict=verdict)
    events.record(session, told_of, subject_id=subject_id, actor=actor, agency_id=agency_id)
    session.flush()
    end_deadline(session, TERMS[told][1], subject_id)
    return handling


def _about(session: Session, actor: Actor, told: Told, subject_id: UUID) -> UUID | None:
    """Return the agency that a signal is about, None for a complaint; NotFoundError for what the actor may not see."""
    if told is Told.SIGNAL:
        return get_signal(session, actor, subject_id).agency_id
    authorise(actor, Permission.DISPUTE_HANDLE)
    if session.get(Complaint, subject_id) is None:
        raise missing(Complaint)
    return None
