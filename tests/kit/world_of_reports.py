"""Rows of reports in the world of statements: drafts, how a visit went, second readings."""

from typing import Any

from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Role
from audits.inspections.models import Audit, AuditConduct, ReportDraft, SecondReading
from audits.inspections.workflow import AuditState
from tests.kit.factories.people import make_person

S = AuditState


def add_reports(session: Session, state: AuditState, audit: Audit) -> dict[str, Any]:
    """What an audit in this state may have of them."""
    if state in {S.IN_PROGRESS, S.REPORTED}:
        texts = dict.fromkeys(("opening", "closing", "languages", "deviations"), "x")
        session.add(AuditConduct(audit_id=audit.id, **texts, written_by=audit.inspector_id, written_at=clock.now()))
    made: dict[str, Any] = {}
    if state is S.IN_PROGRESS:
        person = make_person(session, Role.AGENCY_OWNER, audit.agency_id)
        said = {"comments": {"1": "x"}, "commented_by": person.id, "commented_at": clock.now()}
        drafts = [_draft(audit, 1), _draft(audit, 2, **said)]
        session.add_all(drafts)
        made["in_progress_audited_person"] = person.id
        made["open_draft"], made["said_draft"] = (each.id for each in _flushed(session, drafts))
    if state in {S.REPORTED, S.REVIEWED, S.CONCLUDED}:
        read = {"reader_id": audit.planner_id, "read_at": clock.now(), "agrees": True}
        about = {"audit_id": audit.id, "agency_id": audit.agency_id, "drawn_at": clock.now()}
        session.add(SecondReading(**about, **(read if state is S.CONCLUDED else {})))
        made[f"{state}_reviewer"] = audit.reviewer_id
    return made


def _draft(audit: Audit, number: int, **said: Any) -> ReportDraft:
    about = {"audit_id": audit.id, "agency_id": audit.agency_id, "number": number, "facts": {"findings": []}}
    return ReportDraft(**about, **said, due_on=clock.today(), sent_by=audit.inspector_id, sent_at=clock.now())


def _flushed(session: Session, rows: list[ReportDraft]) -> list[ReportDraft]:
    session.flush()
    return rows
