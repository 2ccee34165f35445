"""Reads of complaints about us, and of how signals are handled."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import column, func, select
from sqlalchemy.orm import Session, joinedload

from audits.complaints.models import Complaint, Handling
from audits.complaints.rules import Verdict
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import missing
from audits.core.statements import one_page

PAGE_SIZE = 50


def list_complaints(session: Session, actor: Actor, page: int = 1) -> list[tuple[Complaint, Handling | None]]:
    """Return one page of complaints, those without an answer first, and one more if there is another page."""
    authorise(actor, Permission.DISPUTE_HANDLE)
    query = select(Complaint, Handling).outerjoin(Handling, Handling.subject_id == Complaint.id)
    query = query.options(joinedload(Handling.handler))
    query = query.order_by(Handling.answered_at.is_(None).desc(), Complaint.received_at.desc(), Complaint.id)
    rows = session.execute(one_page(query, page, PAGE_SIZE))
    return [(row[0], row[1]) for row in rows]


def get_complaint(session: Session, actor: Actor, complaint_id: UUID) -> tuple[Complaint, Handling | None]:
    """Return one complaint with how it is handled, or raise NotFoundError."""
    authorise(actor, Permission.DISPUTE_HANDLE)
    found = session.get(Complaint, complaint_id)
    if found is None:
        raise missing(Complaint)
    return found, find_handling(session, complaint_id)


def find_handling(session: Session, subject_id: UUID) -> Handling | None:
    """Return how a complaint or a signal is handled; None until somebody took it up."""
    query = select(Handling).where(Handling.subject_id == subject_id).options(joinedload(Handling.handler))
    return session.scalar(query)


def handlings_of(session: Session, subject_ids: Collection[UUID]) -> dict[UUID, Handling]:
    """Return how each of these is handled, by its id."""
    query = select(Handling).where(Handling.subject_id.in_(subject_ids)).options(joinedload(Handling.handler))
    return {each.subject_id: each for each in session.scalars(query)}


class ComplaintState(NamedTuple):
    """What whoever complained reads of it; no name of ours, and not what it says."""

    received_at: datetime
    taken_at: datetime | None
    verdict: Verdict | None
    answer: str
    answered_at: datetime | None


def complaint_state(session: Session, complaint_id: UUID) -> ComplaintState:
    """Return how far a complaint is, to whoever knows its id; NotFoundError for any other."""
    names = ("received_at", "taken_at", "verdict", "answer", "answered_at")
    known = func.complaint_state(complaint_id).table_valued(*(column(name) for name in names))
    row = session.execute(select(known)).one_or_none()
    if row is None:
        raise missing(Complaint)
    verdict = Verdict(row.verdict) if row.verdict else None
    return ComplaintState(row.received_at, row.taken_at, verdict, row.answer or "", row.answered_at)
