"""Reads of certificates and documents for people who are signed in. The public reads the register."""

from uuid import UUID

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from audits.agencies.models import Agency
from audits.core.access import Actor, Permission
from audits.core.errors import missing
from audits.core.statements import built_once
from audits.decisions.models import Decision
from audits.decisions.queries import visible_decisions
from audits.inspections.models import Audit
from audits.inspections.queries import visible_audits
from certificates.documents.stages import DocumentKind
from certificates.lifecycle.models import Certificate, CertificateChange, Document
from certificates.lifecycle.workflow import CertificateState

PAGE_SIZE = 50


def visible_certificates(actor: Actor) -> Select[Certificate]:
    """An agency sees its own, staff with cases all; everybody else reads the register."""
    query = select(Certificate)
    if actor.agency_id is not None:
        return query.where(Certificate.agency_id == actor.agency_id)
    return query if actor.has(Permission.CASES_VIEW) else query.where(false())


def get_certificate(session: Session, actor: Actor, certificate_id: UUID) -> Certificate:
    """One certificate with its agency, version and decision, or NotFoundError."""
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
    """The newest certificates with their agencies."""
    return list(session.scalars(_newest(actor, states).limit(limit)))


def search_certificates(
    session: Session, actor: Actor, text: str = "", page: int = 1, *, states: frozenset[CertificateState] | None = None
) -> list[Certificate]:
    """One page of them, and one more; those whose number or agency's name or number has `text` in it."""
    query = _newest(actor, states)
    if text.strip():
        names = (Agency.legal_name, Agency.register_number, Certificate.number)
        query = query.where(or_(*(name.icontains(text.strip(), autoescape=True) for name in names)))
    return list(session.scalars(query.limit(PAGE_SIZE + 1).offset((max(page, 1) - 1) * PAGE_SIZE)))


def changes_of(session: Session, certificate_id: UUID) -> list[CertificateChange]:
    """The public history of one certificate, newest first."""
    query = select(CertificateChange).where(CertificateChange.certificate_id == certificate_id)
    return list(session.scalars(query.order_by(CertificateChange.id.desc())))


def visible_documents(actor: Actor) -> Select[Document]:
    """An agency sees its own, an inspector those of own audits, staff with cases all."""
    query = select(Document)
    if actor.agency_id is not None:
        return query.where(Document.agency_id == actor.agency_id)
    if actor.has(Permission.CASES_VIEW):
        return query
    audits = visible_audits(actor).with_only_columns(Audit.id)
    decisions = visible_decisions(actor).with_only_columns(Decision.id)
    return query.where(or_(Document.subject_id.in_(audits), Document.subject_id.in_(decisions)))


def find_document(session: Session, actor: Actor, kind: DocumentKind, subject_id: UUID) -> Document | None:
    """The newest sealed document of one kind about one thing, if one was made."""
    query, values = _newest_document(actor, kind, subject_id)
    return session.scalar(query, values)


def get_document(session: Session, actor: Actor, document_id: UUID) -> Document:
    """One document, or NotFoundError."""
    document = session.scalar(visible_documents(actor).where(Document.id == document_id))
    if document is None:
        raise missing(Document)
    return document


@built_once
def _newest_document(actor: Actor, kind: str, subject_id: UUID) -> Select[Document]:
    query = visible_documents(actor).where(Document.kind == kind, Document.subject_id == subject_id)
    return query.order_by(Document.created_at.desc()).limit(1)


def _newest(actor: Actor, states: frozenset[CertificateState] | None) -> Select[Certificate]:
    query = visible_certificates(actor).join(Certificate.agency).options(contains_eager(Certificate.agency))
    query = query.where(Certificate.state.in_(states)) if states else query
    return query.order_by(Certificate.numbered_at.desc(), Certificate.number.desc())
