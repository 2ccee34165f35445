"""Reads of what is asked about findings. The caller must have access to the finding or the audit."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from audits.core.access import Actor
from audits.findings.models import Dispute, Extension, GradeChange, Question, ReviewCheck
from audits.inspections.models import Audit, Finding
from audits.inspections.queries import LIST_LIMIT, visible_findings
from audits.inspections.workflow import GONE
from audits.people.models import Person

AnyQuestion = TypeVar("AnyQuestion", bound=Question)


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything that was asked about one finding."""

    grades: list[GradeChange]
    extensions: list[Extension]
    dispute: Dispute | None


def asked_of_audit(session: Session, audit_id: UUID) -> Callable[[Finding], Asked]:
    """Return a function that gives what was asked about each finding of an audit."""
    grades, extensions = _by_finding(session, GradeChange, audit_id), _by_finding(session, Extension, audit_id)
    disputes = _by_finding(session, Dispute, audit_id)
    return lambda finding: Asked(grades[finding.id], extensions[finding.id], next(iter(disputes[finding.id]), None))


def grade_changes(session: Session, finding_id: UUID) -> list[GradeChange]:
    """Return every proposal about the grade of a finding, newest first."""
    return _on_finding(session, GradeChange, finding_id)


def extensions_of(session: Session, finding_id: UUID) -> list[Extension]:
    """Return every request for more time on a finding, newest first."""
    return _on_finding(session, Extension, finding_id)


def dispute_of(session: Session, finding_id: UUID) -> Dispute | None:
    """Return the dispute of a finding, or None; there is one at most."""
    return next(iter(_on_finding(session, Dispute, finding_id)), None)


def to_repair(session: Session, agency_id: UUID) -> list[Finding]:
    """Return the findings of an agency that asked for corrective action, closed ones too, by their term."""
    query = select(Finding).where(Finding.agency_id == agency_id, Finding.due_on.is_not(None))
    return list(session.scalars(query.where(Finding.state.not_in(sorted(GONE))).order_by(Finding.due_on, Finding.id)))


def checklist_of(session: Session, audit: Audit) -> list[ReviewCheck]:
    """Return the checklist as it was answered with the last review, in the order of the scheme."""
    if audit.reviewed_at is None:
        return []
    query = select(ReviewCheck).where(ReviewCheck.audit_id == audit.id, ReviewCheck.reviewed_at == audit.reviewed_at)
    return list(session.scalars(query.order_by(ReviewCheck.id)))


def open_questions(session: Session, actor: Actor) -> list[Finding]:
    """Return the findings about which a reviewer has to answer something, oldest audit first."""
    waits = _waits(GradeChange, Extension, Dispute)
    query = visible_findings(actor).where(Finding.state.not_in(sorted(GONE)), waits)
    return list(session.scalars(query.order_by(Audit.reported_at, Finding.number).limit(LIST_LIMIT)))


def has_open_questions(session: Session, audit_id: UUID) -> bool:
    """Return whether somebody still has to answer a question about a finding of an audit."""
    waits = _waits(GradeChange, Dispute)
    query = select(Finding.id).where(Finding.audit_id == audit_id, Finding.state.not_in(sorted(GONE)), waits)
    return session.scalar(query.limit(1)) is not None


def _waits(*kinds: type[Question]) -> ColumnElement[bool]:
    return or_(*(exists().where(kind.finding_id == Finding.id, kind.answered_at.is_(None)) for kind in kinds))


def _on_finding(session: Session, kind: type[AnyQuestion], finding_id: UUID) -> list[AnyQuestion]:
    return list(session.scalars(_asked(kind).where(kind.finding_id == finding_id)))


def _by_finding(session: Session, kind: type[AnyQuestion], audit_id: UUID) -> dict[UUID, list[AnyQuestion]]:
    listed: dict[UUID, list[AnyQuestion]] = defaultdict(list)
    for each in session.scalars(_asked(kind).join(kind.finding).where(Finding.audit_id == audit_id)):
        listed[each.finding_id].append(each)
    return listed


def _asked(kind: type[AnyQuestion]) -> Select[AnyQuestion]:
    people = (joinedload(each).lazyload(Person.role_rows) for each in (kind.asker, kind.answerer))
    return select(kind).options(*people).order_by(kind.asked_at.desc(), kind.id)
