"""Log certificates whose validity ended."""

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from audits.core import clock
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadlines
from certificates.ledger.entries import EntryType
from certificates.ledger.models import LedgerEntry
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.services.recording import log
from certificates.lifecycle.workflow import CURRENT


def log_expired(session: Session) -> int:
    """Log each expiry once; return how many. Nothing else changes: expiry follows from the date."""
    logged = select(LedgerEntry.index).where(
        LedgerEntry.type == EntryType.EXPIRED, LedgerEntry.number == Certificate.number
    )
    query = select(Certificate).where(Certificate.state.in_(CURRENT), Certificate.valid_until < clock.today())
    query = query.where(~logged.exists()).order_by(Certificate.valid_until, Certificate.number)
    expired = session.scalars(query.options(defer(Certificate.snapshot))).all()
    for certificate in expired:
        log(session, certificate, EntryType.EXPIRED)
        end_deadlines(session, DeadlineKind.AGREEMENT, certificate.agency_id)
    return len(expired)
