"""Take a signal. The caller commits."""

from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.core import clock
from audits.signals.rules import About, reference


def receive_signal(
    session: Session, agency_id: UUID, *, about: About, message: str, contact: str, language: str
) -> str:
    """Keep what a visitor of the register told about an agency; return the number to keep. Nobody is recorded."""
    signal_id = uuid4()
    kept = func.keep_signal(signal_id, agency_id, about.value, language, message, contact, clock.now())
    session.execute(select(kept))
    return reference(signal_id)
