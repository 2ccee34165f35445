"""Reads of certification cycles."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.certification.models import Certification


def cycle_of_holder(session: Session, agency_id: UUID) -> Certification | None:
    """Return the cycle of an agency that holds a certificate, also while it is suspended; None for others."""
    found = session.scalar(select(func.holder_cycle(agency_id)))
    return session.get(Certification, found) if found else None
