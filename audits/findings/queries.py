"""Reads of what is asked about findings. The caller must have access to the finding or the audit."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from audits.core.access import Actor
from audits.findings.models import Dispute, Extension, GradeChange, ReviewCheck
from audits.inspections.models import Audit, Finding
from audits.inspections.queries import LIST_LIMIT, visible_findings
from audits.inspections.workflow import GONE
from audits.people.models import Person


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything that was asked about one finding."""

    grades: list[GradeChange]
    extensions: list[Extension]
    dispute: Dispute | None


def asked_of_audit(session: Session, audit_id: UUID) -> Callable[[Finding], Asked]:
    """Return a function that gives what was asked about each finding of an audit."""
    grades, extensions = grade_changes_of_audit(session, audit_id), extensions_of_audit(session, audit_id)
    disputes = disputes_of_audit(session, audit_id)
    return lambda finding: Asked(grades[finding.id], extensions[finding.id], disputes.get(finding.id))


def grade_changes(session: Session, finding_id: UUID) -> list[GradeChange]:
    """Return every proposal about the grade of a finding, newest first."""
    return list(session.scalars(_changes().where(GradeChange.finding_id == finding_id)))


def grade_changes_of_audit(session: Session, audit_id: UUID) -> dict[UUID, list[GradeChange]]:
    """Return every proposal about the grades of an audit per finding, newest first."""
    listed: dict[UUID, list[GradeChange]] = defaultdict(list)
    for each in session.scalars(_changes().join(GradeChange.finding).where(Finding.audit_id == audit_id)):
        listed[each.finding_id].append(each)
    return listed


def to_repair(session: Session, agency_id: UUID) -> list[Finding]:
    """Return the findings of an agency that asked for corrective action, closed ones too, by their term."""
    query = select(Finding).where(Finding.agency_id == agency_id, Finding.due_on.is_not(None))
    return list(session.scalars(query.where(Finding.state.not_in(sorted(GONE))).order_by(Finding.due_on, Finding.id)))


def extensions_of(session: Session, finding_id: UUID) -> list[Extension]:
    """Return every request for more time on a finding, newest first."""
    return list(session.scalars(_extensions().where(Extension.finding_id == finding_id)))


def dispute_of(session: Session, finding_id: UUID) -> Dispute | None:
    """Return the dispute of a finding, or None."""
    return session.scalar(_disputes().where(Dispute.finding_id == finding_id))


def disputes_of_audit(session: Session, audit_id: UUID) -> dict[UUID, Dispute]:
    """Return the disputes of an audit by finding."""
    query = _disputes().join(Dispute.finding).where(Finding.audit_id == audit_id)
    return {each.finding_id: each for each in session.scalars(query)}


def extensions_of_audit(session: Session, audit_id: UUID) -> dict[UUID, list[Extension]]:
    """Return every request for more time of an audit per finding, newest first."""
    listed: dict[UUID, list[Extension]] = defaultdict(list)
    for each in session.scalars(_extensions().join(Extension.finding).where(Finding.audit_id == audit_id)):
        listed[each.finding_id].append(each)
    return listed


def checklist_of(session: Session, audit: Audit) -> list[ReviewCheck]:
    """Return the checklist as it was answered with the last review, in the order of the scheme."""
    if audit.reviewed_at is None:
        return []
    query = select(ReviewCheck).where(ReviewCheck.audit_id == audit.id, ReviewCheck.reviewed_at == audit.reviewed_at)
    return list(session.scalars(query.order_by(ReviewCheck.id)))


def open_questions(session: Session, actor: Actor) -> list[Finding]:
    """Return the findings about which a reviewer has to answer something, oldest audit first."""
    asked = [
        exists().where(kind.finding_id == Finding.id, kind.answered_at.is_(None))
        for kind in (GradeChange, Extension, Dispute)
    ]
    query = visible_findings(actor).where(Finding.state.not_in(sorted(GONE)), or_(*asked))
    return list(session.scalars(query.order_by(Audit.reported_at, Finding.number).limit(LIST_LIMIT)))


def has_open_questions(session: Session, audit_id: UUID) -> bool:
    """Return whether somebody still has to answer a question about a finding of an audit."""
    asked = [
        exists().where(kind.finding_id == Finding.id, kind.answered_at.is_(None)) for kind in (GradeChange, Dispute)
    ]
    query = select(Finding.id).where(Finding.audit_id == audit_id, Finding.state.not_in(sorted(GONE)), or_(*asked))
    return session.scalar(query.limit(1)) is not None


def _disputes() -> Select[Dispute]:
    people = (joinedload(each).lazyload(Person.role_rows) for each in (Dispute.asker, Dispute.answerer))
    return select(Dispute).options(*people)


def _extensions() -> Select[Extension]:
    people = (joinedload(each).lazyload(Person.role_rows) for each in (Extension.asker, Extension.answerer))
    return select(Extension).options(*people).order_by(Extension.asked_at.desc(), Extension.id)


def _changes() -> Select[GradeChange]:
    people = (joinedload(each).lazyload(Person.role_rows) for each in (GradeChange.asker, GradeChange.answerer))
    return select(GradeChange).options(*people).order_by(GradeChange.asked_at.desc(), GradeChange.id)
