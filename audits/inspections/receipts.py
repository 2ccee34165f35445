"""Read the receipts of sealed entries."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.inspections.models import EntryReceipt


def newest_receipt(session: Session, audit_id: UUID) -> str | None:
    """Return the newest receipt of an audit, a signed token. The caller must have access to the audit."""
    query = select(EntryReceipt.token).where(EntryReceipt.audit_id == audit_id)
    return session.scalar(query.order_by(EntryReceipt.id.desc()).limit(1))
