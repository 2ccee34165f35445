"""Reads of sealed documents for people who are signed in."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, defer

from audits.core import clock
from audits.core.access import Actor, Permission
from audits.core.errors import missing
from audits.core.statements import ONE, built_once, rows
from audits.decisions.models import Decision
from audits.decisions.queries import visible_decisions
from audits.inspections.models import Audit, ReportDraft
from audits.inspections.queries import visible_audits
from certificates.documents.models import Document
from certificates.documents.stages import DocumentKind
from certificates.letters.models import Letter


def visible_documents(actor: Actor) -> Select[Document]:
    """Select what the actor may see: an agency its own, an inspector those of own audits, staff with cases all."""
    query = select(Document)
    if actor.agency_id is not None:
        return query.where(Document.agency_id == actor.agency_id)
    if actor.has(Permission.CASES_VIEW):
        return query
    audits = visible_audits(actor).with_only_columns(Audit.id)
    decisions = visible_decisions(actor).with_only_columns(Decision.id)
    drafts = select(ReportDraft.id).where(ReportDraft.audit_id.in_(audits))
    return query.where(or_(*(Document.subject_id.in_(each) for each in (audits, decisions, drafts))))


def find_document(session: Session, actor: Actor, kind: DocumentKind, subject_id: UUID) -> Document | None:
    """Return the newest sealed document of one kind about one subject, without its facts, or None."""
    query, values = _newest_document(actor, kind, subject_id)
    return session.scalar(query, values)


def find_document_id(session: Session, actor: Actor, kind: DocumentKind, subject_id: UUID) -> UUID | None:
    """Return the id of that document, for a link to it."""
    query, values = _newest_id(actor, kind, subject_id)
    return rows(session, query, values).scalar()


def documents_of_agency(session: Session, actor: Actor, agency_id: UUID) -> dict[UUID, Document]:
    """Return the newest sealed document about each subject, without its facts; extracts are not about a case."""
    query = visible_documents(actor).where(Document.agency_id == agency_id)
    query = query.where(Document.kind != DocumentKind.REGISTER_EXTRACT).options(defer(Document.snapshot))
    return {each.subject_id: each for each in session.scalars(query.order_by(Document.created_at))}


def get_document(session: Session, actor: Actor, document_id: UUID) -> Document:
    """Return one document, or raise NotFoundError."""
    document = session.scalar(visible_documents(actor).where(Document.id == document_id))
    if document is None:
        raise missing(Document)
    return document


def reports_of(session: Session, actor: Actor, audit_id: UUID) -> list[Document]:
    """Return every draft and report of an audit as it was issued, the first one first."""
    drafts = select(ReportDraft.id).where(ReportDraft.audit_id == audit_id)
    kinds = Document.kind.in_([DocumentKind.AUDIT_REPORT, DocumentKind.REPORT_DRAFT])
    about = or_(Document.subject_id == audit_id, Document.subject_id.in_(drafts))
    query = visible_documents(actor).where(kinds, about)
    return list(session.scalars(query.order_by(Document.created_at)))


def sent_on(session: Session, decision_id: UUID) -> date | None:
    """Return the day on which the letter about a decision was first ready and sent, or None.

    One that goes by post alone was not sent before it was posted: until then the term of an appeal does not run.
    """
    on_paper = select(Letter.only_post, Letter.posted_on).where(Letter.decision_id == decision_id, Letter.only_post)
    if row := session.execute(on_paper).first():
        return row.posted_on or clock.today()
    letters = (Document.kind == DocumentKind.DECISION_LETTER, Document.subject_id == decision_id)
    first = session.scalar(select(func.min(Document.created_at)).where(*letters))
    return clock.day_of(first) if first else None


def newest_id(actor: Actor, kind: str, subject_id: UUID) -> Select[UUID]:
    """Select the id of the newest sealed document of one kind about one subject, in a query of more too."""
    query = visible_documents(actor).where(Document.kind == kind, Document.subject_id == subject_id)
    return query.order_by(Document.created_at.desc()).limit(ONE).with_only_columns(Document.id)


_newest_id = built_once(newest_id)


@built_once
def _newest_document(actor: Actor, kind: str, subject_id: UUID) -> Select[Document]:
    query = visible_documents(actor).where(Document.kind == kind, Document.subject_id == subject_id)
    return query.options(defer(Document.snapshot)).order_by(Document.created_at.desc()).limit(1)
