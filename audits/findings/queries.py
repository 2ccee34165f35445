"""Reads of what is asked about findings. The caller must have access to the finding or the audit."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, joinedload

from audits.findings.models import GradeChange
from audits.inspections.models import Finding
from audits.inspections.workflow import GONE
from audits.people.models import Person


def grade_changes(session: Session, finding_id: UUID) -> list[GradeChange]:
    """Return every proposal about the grade of a finding, newest first."""
    return list(session.scalars(_changes().where(GradeChange.finding_id == finding_id)))


def grade_changes_of_audit(session: Session, audit_id: UUID) -> dict[UUID, list[GradeChange]]:
    """Return every proposal about the grades of an audit per finding, newest first."""
    listed: dict[UUID, list[GradeChange]] = defaultdict(list)
    for each in session.scalars(_changes().join(GradeChange.finding).where(Finding.audit_id == audit_id)):
        listed[each.finding_id].append(each)
    return listed


def has_open_questions(session: Session, audit_id: UUID) -> bool:
    """Return whether somebody still has to answer a question about a finding of an audit."""
    open_change = exists().where(GradeChange.finding_id == Finding.id, GradeChange.answered_at.is_(None))
    query = select(Finding.id).where(Finding.audit_id == audit_id, Finding.state.not_in(sorted(GONE)), open_change)
    return session.scalar(query.limit(1)) is not None


def _changes() -> Select[GradeChange]:
    people = (joinedload(each).lazyload(Person.role_rows) for each in (GradeChange.asker, GradeChange.answerer))
    return select(GradeChange).options(*people).order_by(GradeChange.asked_at.desc(), GradeChange.id)
