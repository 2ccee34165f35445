"""Reads of files that agencies ask us to take although they look as if they hold personal numbers."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from audits.applications.models import FilePlea
from audits.core.access import Actor, Permission
from audits.core.errors import missing
from audits.people.models import Person

MOST = 50  # that a page shows


def waiting_pleas(session: Session) -> list[FilePlea]:
    """Return what waits for an answer, longest waiting first, for who reviews applications; a policy hides the rest."""
    query = select(FilePlea).where(FilePlea.answered_at.is_(None)).options(joinedload(FilePlea.agency))
    return list(session.scalars(query.order_by(FilePlea.asked_at, FilePlea.id).limit(MOST)))


def get_plea(session: Session, actor: Actor, plea_id: UUID) -> FilePlea:
    """Return what an agency asked, for who reviews applications; NotFoundError for what they may not see."""
    parts = joinedload(FilePlea.agency), joinedload(FilePlea.asker).lazyload(Person.role_rows)
    query = select(FilePlea).where(FilePlea.id == plea_id).options(*parts)
    found = session.scalar(query) if actor.has(Permission.APPLICATION_REVIEW) else None
    if found is None:
        raise missing(FilePlea)
    return found


def plea_about(session: Session, agency_id: UUID, sha256: str, audit_id: UUID | None = None) -> FilePlea | None:
    """Return what an agency asked about a file with this digest, or with `audit_id` who audits it; None: nothing."""
    same = (FilePlea.agency_id == agency_id, FilePlea.sha256 == sha256)
    return session.scalar(select(FilePlea).where(*same, FilePlea.audit_id == audit_id))


def refused_lately(session: Session, agency_id: UUID) -> list[FilePlea]:
    """Return the files that an agency asked for and that wait or were refused, the newest first."""
    asked = (FilePlea.agency_id == agency_id, FilePlea.audit_id.is_(None), FilePlea.granted.is_not(True))
    query = select(FilePlea).where(*asked)
    return list(session.scalars(query.order_by(FilePlea.asked_at.desc()).limit(5)))
