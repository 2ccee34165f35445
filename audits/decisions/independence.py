"""Who may not decide on an audit: ISO/IEC 17065 clause 7.6.2. A trigger holds the same wall in the database."""

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from sqlalchemy import exists, or_, select, union
from sqlalchemy.orm import Session

from audits.inspections.models import Audit, Participant, Verdict
from audits.people.models import Interest


class Bar(StrEnum):
    """What keeps a person from deciding; the page puts it in words."""

    TOOK_PART = "took_part"
    INTEREST = "tie"


def bar_of(session: Session, audit: Audit, person_id: UUID) -> Bar | None:
    """Why this person may not decide on this audit, or None if nothing stands in the way."""
    shared = exists().where(Participant.audit_id == audit.id, Participant.person_id == person_id)
    judged = exists().where(Verdict.audit_id == audit.id, Verdict.recorded_by == person_id)
    interested = exists().where(Interest.agency_id == audit.agency_id, Interest.person_id == person_id)
    took_part, has_tie = session.execute(select(or_(shared, judged), interested)).one()
    if took_part or person_id in {audit.planner_id, audit.inspector_id}:
        return Bar.TOOK_PART
    return Bar.INTEREST if has_tie else None


def barred_from(session: Session, person_id: UUID, audits: Iterable[Audit]) -> set[UUID]:
    """On which of these audits this person may not decide."""
    ids = [audit.id for audit in audits]
    shared = select(Participant.audit_id).where(Participant.person_id == person_id, Participant.audit_id.in_(ids))
    judged = select(Verdict.audit_id).where(Verdict.recorded_by == person_id, Verdict.audit_id.in_(ids))
    interested = select(Audit.id).join(Interest, Interest.agency_id == Audit.agency_id)
    interested = interested.where(Interest.person_id == person_id, Audit.id.in_(ids))
    return set(session.scalars(union(shared, judged, interested)))
