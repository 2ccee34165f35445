"""Keep the public register equal to its sources. The caller commits."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from audits.agencies.models import Agency
from audits.applications.models import Application
from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.decisions.models import Decision
from audits.decisions.rules import GRANTS
from audits.inspections.models import Audit
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.register.models import RegisterEntry
from certificates.register.projection import entry_values


def refresh_entry(session: Session, agency_id: UUID) -> None:
    """Compute the public row of one agency again; idempotent.

    Locks the agency, so that of two concurrent refreshes the later one reads what the earlier one's transaction
    committed. An agency that was never public gets no row.
    """
    session.flush()
    agency = session.scalar(
        select(Agency)
        .where(Agency.id == agency_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if agency is None:
        return
    certificates = _certificates(session, agency_id)
    applications = _public_applications(session, agency_id)
    if not certificates and not applications and session.get(RegisterEntry, agency_id) is None:
        return
    changes = list(
        session.scalars(
            select(CertificateChange).where(CertificateChange.agency_id == agency_id).order_by(CertificateChange.id)
        )
    )
    _store(session, agency_id, entry_values(agency, certificates, changes, _applied_on(session, applications)))


def rebuild_all(session: Session) -> int:
    """Compute the whole register again from its sources; return the number of entries."""
    for agency_id in session.scalars(select(Agency.id).order_by(Agency.id)).all():
        refresh_entry(session, agency_id)
        session.flush()
    return len(session.scalars(select(RegisterEntry.agency_id)).all())


def _store(session: Session, agency_id: UUID, values: dict[str, Any]) -> None:
    entry = session.get(RegisterEntry, agency_id, populate_existing=True)
    if entry is None:
        session.add(RegisterEntry(agency_id=agency_id, updated_at=clock.now(), **values))
    elif changed := {name: value for name, value in values.items() if getattr(entry, name) != value}:
        for name, value in changed.items():
            setattr(entry, name, value)
        entry.updated_at = clock.now()
    session.flush()


def _certificates(session: Session, agency_id: UUID) -> list[Certificate]:
    """Return the issued certificates, newest first; numbered ones that are not sealed yet are not public."""
    query = select(Certificate).where(Certificate.agency_id == agency_id, Certificate.issued_at.is_not(None))
    query = query.options(joinedload(Certificate.scheme_version)).order_by(Certificate.issued_at.desc())
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _public_applications(session: Session, agency_id: UUID) -> list[Application]:
    """Return the applications that were ever accepted, newest first; these are public."""
    accepted = (ApplicationState.ACCEPTED, ApplicationState.CONCLUDED)
    query = select(Application).where(Application.agency_id == agency_id, Application.state.in_(accepted))
    return list(
        session.scalars(query.order_by(Application.reviewed_at.desc()).execution_options(populate_existing=True))
    )


def _applied_on(session: Session, applications: list[Application]) -> date | None:
    """Return when the running application was accepted: undecided, or granted and not yet issued."""
    for application in applications:
        if application.reviewed_at and (
            application.state is ApplicationState.ACCEPTED or _is_being_issued(session, application.id)
        ):
            return clock.day_of(application.reviewed_at)
    return None


def _is_being_issued(session: Session, application_id: UUID) -> bool:
    query = (
        select(Decision.id)
        .join(Audit, Audit.id == Decision.audit_id)
        .outerjoin(Certificate, Certificate.decision_id == Decision.id)
        .where(
            Audit.application_id == application_id,
            Decision.kind.in_(sorted(GRANTS)),
            Certificate.issued_at.is_(None),
        )
    )
    return session.scalar(query.limit(1)) is not None
