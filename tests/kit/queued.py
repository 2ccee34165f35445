"""What waits in the outbox."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core.outbox import OutboxItem


def enqueued(session: Session, kind: str, template: str | None = None) -> list[dict[str, Any]]:
    """Return the payloads of a kind, or those of mails with a template."""
    rows = session.scalars(select(OutboxItem).where(OutboxItem.kind == kind)).all()
    return [item.payload for item in rows if template is None or item.payload["template"] == template]


def mails(session: Session, template: str, subject: Any) -> list[str]:
    """Return the ids of the people who get this message about a row."""
    return [each["person_id"] for each in enqueued(session, "mail", template) if each["subject_id"] == str(subject.id)]
