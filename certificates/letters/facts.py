"""The content of a letter about terms: plain values, in the language of the agency."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.agencies.wording import holder_facts
from audits.applications.models import Application
from audits.changes.models import AgencyChange
from audits.conditions.models import Condition
from audits.core import clock
from audits.core.languages import DEFAULT
from audits.correspondence.models import EvidenceRequest
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.disputes.models import Appeal
from audits.inspections.models import Audit, Finding
from audits.people.models import Person
from audits.schemes.queries import scheme_of_version
from audits.worklists.letters import Moment, letter_text
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.workflow import CURRENT

Named = tuple[str, str | None]
"""What a term is about in words, and the day that tells it from others of its kind."""


def term_letter_facts(
    session: Session,
    agency_id: UUID,
    kind: DeadlineKind,
    moment: Moment,
    deadline_ids: Sequence[UUID],
    *,
    number: str,
    body: Mapping[str, str],
) -> dict[str, Any] | None:
    """Return the content of a letter, with the fields of `certificates.press.documents.TermLetterFacts`.

    None if nothing is left to write about: all was done meanwhile, or the agency must not learn of it.
    """
    language = language_of_agency(session, agency_id)
    query = select(Deadline).where(Deadline.id.in_(deadline_ids), Deadline.done_at.is_(None))
    query = query.where(Deadline.agency_id == agency_id, Deadline.kind == kind).order_by(Deadline.due_on, Deadline.id)
    items = [item for term in session.scalars(query) if (item := _item(session, term, language))]
    if not items:
        return None
    said = letter_text(kind, moment, language)
    return {
        "language": language,
        "number": number,
        "agency": holder_facts(session.get_one(Agency, agency_id), language),
        "kind": kind.value,
        "moment": moment.value,
        "written_on": clock.today().isoformat(),
        "title": said.title,
        "text": list(said.text),
        "items": items,
        "plan": None,
        "after": list(said.after),
        "body": dict(body),
    }


def language_of_agency(session: Session, agency_id: UUID) -> str:
    """Return the language of letters to an agency: that of whoever declared its newest application."""
    query = select(Person.language).join(Application, Application.declared_by == Person.id)
    query = query.where(Application.agency_id == agency_id).order_by(Application.submitted_at.desc().nulls_last())
    return session.scalar(query.limit(1)) or DEFAULT


def _item(session: Session, term: Deadline, language: str) -> dict[str, Any] | None:
    named = NAMES[term.kind](session, term, language)
    return {"what": named[0], "day": named[1], "due_on": term.due_on.isoformat()} if named else None


def _application(session: Session, term: Deadline, _: str) -> Named:
    return session.get_one(Application, term.subject_id).reference, None


def _audit(session: Session, term: Deadline, _: str) -> Named | None:
    """Return the audit, unless the agency does not know of it yet."""
    audit = session.get_one(Audit, term.subject_id)
    return (audit.reference, None) if audit.is_known_to_agency else None


def _drafted(session: Session, term: Deadline, _: str) -> Named:
    return session.get_one(Audit, term.subject_id).reference, None


def _asked(session: Session, term: Deadline, language: str) -> Named:
    """Return the requirement that an inspector asked about, and nothing of what was asked."""
    asked = session.get_one(EvidenceRequest, term.subject_id)
    return _requirement(session, asked.audit_id, asked.requirement_code, language)


def _finding(session: Session, term: Deadline, language: str) -> Named:
    finding = session.get_one(Finding, term.subject_id)
    return _requirement(session, finding.audit_id, finding.requirement_code, language)


def _requirement(session: Session, audit_id: UUID, code: str, language: str) -> Named:
    scheme = scheme_of_version(session.get_one(Audit, audit_id).scheme_version)
    return f"{code} {scheme.requirement(code).title.in_(language)}", None


def _condition(session: Session, term: Deadline, _: str) -> Named:
    return session.get_one(Condition, term.subject_id).text, None


def _certificate(session: Session, term: Deadline, _: str) -> Named:
    return session.get_one(Certificate, term.subject_id).number, None


def _held(session: Session, term: Deadline, _: str) -> Named | None:
    held = select(Certificate.number).where(Certificate.agency_id == term.agency_id, Certificate.state.in_(CURRENT))
    number = session.scalar(held.limit(1))
    return (number, None) if number else None


def _change(session: Session, term: Deadline, _: str) -> Named:
    return "", clock.day_of(session.get_one(AgencyChange, term.subject_id).reported_at).isoformat()


def _appeal(session: Session, term: Deadline, _: str) -> Named:
    return "", session.get_one(Appeal, term.subject_id).received_on.isoformat()


NAMES: Mapping[DeadlineKind, Callable[[Session, Deadline, str], Named | None]] = {
    DeadlineKind.APPLICATION_REVIEW: _application,
    DeadlineKind.AGREEMENT: _application,
    DeadlineKind.RETURNED: _application,
    DeadlineKind.REPORT: _audit,
    DeadlineKind.DECISION: _audit,
    DeadlineKind.REPORT_COMMENT: _drafted,
    DeadlineKind.EVIDENCE_REQUEST: _asked,
    DeadlineKind.CORRECTIVE_ACTION: _finding,
    DeadlineKind.CONDITION: _condition,
    DeadlineKind.CONDITION_PROOF: _condition,
    DeadlineKind.SUSPENSION: _certificate,
    DeadlineKind.RENEWAL: _certificate,
    DeadlineKind.SURVEILLANCE: _held,
    DeadlineKind.REPORTED_CHANGE: _change,
    DeadlineKind.CHANGE_DECISION: _change,
    DeadlineKind.APPEAL_RECEIPT: _appeal,
    DeadlineKind.APPEAL_OUTCOME: _appeal,
    DeadlineKind.APPEAL_FOLLOW_UP: _appeal,
}
