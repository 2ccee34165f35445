"""Reads of what is asked about findings. The caller must have access to the finding or the audit."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from audits.applications.models import Evidence
from audits.core.access import Actor
from audits.core.statements import built_once, one_page
from audits.findings.models import Dispute, Extension, GradeChange, Question, ReviewCheck
from audits.inspections.models import Audit, CorrectiveAction, Finding, VerdictChange
from audits.inspections.queries import (
    LIST_LIMIT,
    changed_verdicts,
    files_of_audit,
    rounds_of_audit,
    visible_findings,
)
from audits.inspections.workflow import GONE
from audits.people.models import Person

AnyQuestion = TypeVar("AnyQuestion", bound=Question)
_OF_FINDING = (CorrectiveAction, Evidence, GradeChange, Extension, Dispute)
_OF_AUDIT = (VerdictChange, ReviewCheck)
_ABOUT = (*_OF_FINDING, *_OF_AUDIT)


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything that was asked about one finding."""

    grades: list[GradeChange]
    extensions: list[Extension]
    dispute: Dispute | None


@dataclass(frozen=True, slots=True)
class File:
    """The findings of an audit, those that no longer count too, with everything that was written about them."""

    findings: list[Finding]
    replaced: list[Finding]
    rounds: dict[UUID, list[CorrectiveAction]]
    files: dict[UUID, list[Evidence]]
    changes: list[VerdictChange]
    checklist: list[ReviewCheck]
    grades: dict[UUID, list[GradeChange]]
    extensions: dict[UUID, list[Extension]]
    disputes: dict[UUID, list[Dispute]]

    def asked(self, finding: Finding) -> Asked:
        """Return what was asked about a finding."""
        dispute = next(iter(self.disputes[finding.id]), None)
        return Asked(self.grades[finding.id], self.extensions[finding.id], dispute)


def file_of(session: Session, audit: Audit) -> File:
    """Return the file of an audit. The caller must have access to it.

    The statement that reads the findings also says in which tables there is more about them, since most are empty.
    """
    query, values = _findings_and_tables(audit.id)
    rows = session.execute(query, values).all()
    listed = [row[0] for row in rows]
    filled = {kind for place, kind in enumerate(_ABOUT, start=1) if not rows or any(row[place] for row in rows)}
    return File(
        findings=[each for each in listed if each.stands],
        replaced=[each for each in listed if not each.stands],
        rounds=rounds_of_audit(session, audit.id) if CorrectiveAction in filled else defaultdict(list),
        files=files_of_audit(session, audit.id) if Evidence in filled else defaultdict(list),
        changes=changed_verdicts(session, audit.id) if VerdictChange in filled else [],
        checklist=checklist_of(session, audit) if ReviewCheck in filled else [],
        grades=_by_finding(session, GradeChange, audit.id) if GradeChange in filled else defaultdict(list),
        extensions=_by_finding(session, Extension, audit.id) if Extension in filled else defaultdict(list),
        disputes=_by_finding(session, Dispute, audit.id) if Dispute in filled else defaultdict(list),
    )


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
    query, values = _checklist(audit.id, audit.reviewed_at)
    return list(session.scalars(query, values))


def list_findings(session: Session, actor: Actor, page: int = 1) -> list[Finding]:
    """Return one page of the findings that the actor may see, with their audits, newest audit first, and one more."""
    query = visible_findings(actor).order_by(Audit.reported_at.desc(), Finding.audit_id, Finding.number)
    return list(session.scalars(one_page(query, page, LIST_LIMIT)))


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


@built_once
def _findings_and_tables(audit_id: UUID) -> Select[*tuple[Any, ...]]:
    of_finding = (exists().where(kind.finding_id == Finding.id) for kind in _OF_FINDING)
    of_audit = (exists().where(kind.audit_id == audit_id).correlate(None) for kind in _OF_AUDIT)
    query = select(Finding, *of_finding, *of_audit).where(Finding.audit_id == audit_id)
    return query.order_by(Finding.number)


@built_once
def _checklist(audit_id: UUID, reviewed_at: datetime) -> Select[ReviewCheck]:
    query = select(ReviewCheck).where(ReviewCheck.audit_id == audit_id, ReviewCheck.reviewed_at == reviewed_at)
    return query.order_by(ReviewCheck.id)


def _asked(kind: type[AnyQuestion]) -> Select[AnyQuestion]:
    people = (joinedload(each).lazyload(Person.role_rows) for each in (kind.asker, kind.answerer))
    return select(kind).options(*people).order_by(kind.asked_at.desc(), kind.id)
