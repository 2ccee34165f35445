"""Reads of certificates for people who are signed in. The public reads the register."""

from uuid import UUID

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from audits.agencies.models import Agency
from audits.core.access import Actor, Permission
from audits.core.errors import missing
from audits.decisions.basis import Basis, Part, agency_parts
from certificates.lifecycle.models import Certificate, CertificateChange
from certificates.lifecycle.workflow import CertificateState

PAGE_SIZE = 50


def visible_certificates(actor: Actor) -> Select[Certificate]:
    """Select what the actor may see: an agency its own, staff with cases all; everybody else uses the register."""
    query = select(Certificate)
    if actor.agency_id is not None:
        return query.where(Certificate.agency_id == actor.agency_id)
    return query if actor.has(Permission.CASES_VIEW) else query.where(false())


def get_certificate(session: Session, actor: Actor, certificate_id: UUID) -> Certificate:
    """Return one certificate with its agency, version and decision, or raise NotFoundError."""
    query = visible_certificates(actor).where(Certificate.id == certificate_id)
    certificate = session.scalar(
        query.options(
            joinedload(Certificate.agency), joinedload(Certificate.scheme_version), joinedload(Certificate.decision)
        )
    )
    if certificate is None:
        raise missing(Certificate)
    return certificate


def list_certificates(
    session: Session, actor: Actor, *, states: frozenset[CertificateState] | None = None, limit: int = 100
) -> list[Certificate]:
    """Return the newest certificates with their agencies."""
    return list(session.scalars(_newest(actor, states).limit(limit)))


def search_certificates(
    session: Session, actor: Actor, text: str = "", page: int = 1, *, states: frozenset[CertificateState] | None = None
) -> list[Certificate]:
    """Return a page of certificates, plus one; `text` matches their number, or the agency's name or number."""
    query = _newest(actor, states)
    if text.strip():
        names = (Agency.legal_name, Agency.register_number, Certificate.number)
        query = query.where(or_(*(name.icontains(text.strip(), autoescape=True) for name in names)))
    return list(session.scalars(query.limit(PAGE_SIZE + 1).offset((max(page, 1) - 1) * PAGE_SIZE)))


def changes_of(session: Session, certificate_id: UUID) -> list[CertificateChange]:
    """Return the public history of one certificate, newest first."""
    query = select(CertificateChange).where(CertificateChange.certificate_id == certificate_id)
    return list(session.scalars(query.order_by(CertificateChange.id.desc())))


def basis_of(session: Session, certificate: Certificate) -> Basis:
    """Return the basis of a decision about a certificate: the certificate, its history, and the case of its holder."""
    history = select(CertificateChange.move, CertificateChange.changed_at)
    history = history.where(CertificateChange.certificate_id == certificate.id).order_by(CertificateChange.id)
    printed = {
        "number": certificate.number,
        "state": certificate.state.value,
        "conditions": list(certificate.conditions),
        "valid_from": certificate.valid_from.isoformat(),
        "valid_until": certificate.valid_until.isoformat(),
        "scope": certificate.scope,
        "history": [[move, changed_at.isoformat()] for move, changed_at in session.execute(history)],
    }
    common = agency_parts(session, certificate.agency_id)
    return Basis({Part.SCHEME: certificate.scheme_version.sha256, Part.CERTIFICATE: printed} | common)


def _newest(actor: Actor, states: frozenset[CertificateState] | None) -> Select[Certificate]:
    query = visible_certificates(actor).join(Certificate.agency).options(contains_eager(Certificate.agency))
    query = query.where(Certificate.state.in_(states)) if states else query
    return query.order_by(Certificate.numbered_at.desc(), Certificate.number.desc())
