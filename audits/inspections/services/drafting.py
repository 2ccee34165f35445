"""A draft of the report: sent to the agency, commented on once, answered by the inspector; and how the visit went."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock, outbox
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.calendar import add_working_days
from audits.core.db import seen
from audits.core.errors import IllegalMoveError, NotFoundError, RuleError
from audits.core.letters import check_length, check_printable
from audits.core.notices import tell_agency, tell_person
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline, open_deadline
from audits.inspections import events as told
from audits.inspections import notices
from audits.inspections.drafts import CONDUCT_TEXTS, WHOLE, AuditConduct, ReportDraft, conduct_of, newest_draft
from audits.inspections.judging import NOTE_LIMIT
from audits.inspections.models import Audit
from audits.inspections.queries import get_audit
from audits.inspections.report import draft_facts
from audits.inspections.services.confidentiality import check_names_nobody
from audits.inspections.services.course import load_fieldwork, record
from audits.inspections.services.reporting import prepare_report
from audits.inspections.workflow import AuditState
from audits.schemes.queries import scheme_of_version


def send_draft(session: Session, actor: Actor, audit_id: UUID, *, summary: str) -> ReportDraft:
    """Give the agency the report as it would be now, to comment on within the days of the scheme."""
    audit = load_fieldwork(session, actor, audit_id)
    before = newest_draft(session, audit.id)
    if before and before.waits:
        raise RuleError("The agency has a draft already. Wait for its comments, and answer them.", "summary")
    report = prepare_report(session, audit, summary)
    number = before.number + 1 if before else 1
    for place, finding in enumerate(report.findings, 1):
        finding.number, finding.due_on, finding.plan_due_on = place, None, None  # a term begins with the report
    due_on = add_working_days(clock.today(), scheme_of_version(audit.scheme_version).terms.factual_comment_working_days)
    facts = draft_facts(session, audit, report.findings, report.summary, report.strengths)
    facts |= {"draft": number, "comment_until": due_on.isoformat(), "comments": []}
    draft = ReportDraft(audit_id=audit.id, agency_id=audit.agency_id, number=number, facts=facts, due_on=due_on)
    draft.sent_by, draft.sent_at = actor.id, clock.now()
    audit.summary = report.summary
    audit.revealed_at = audit.revealed_at or (None if audit.is_known_to_agency else clock.now())
    session.add(draft)
    record(session, actor, audit, told.ReportDrafted(after=audit.state, draft=number, until=due_on))
    session.flush()
    about: dict[str, Any] = {"subject_id": audit.id, "agency_id": audit.agency_id}
    end_deadline(session, DeadlineKind.REPORT_COMMENT, audit.id)
    open_deadline(session, DeadlineKind.REPORT_COMMENT, **about, due_on=due_on, owner_role=Role.AGENCY_OWNER)
    outbox.enqueue(session, "document.report_draft", draft_id=str(draft.id))
    notice = notices.ReportDrafted(reference=audit.reference, day=due_on)
    tell_agency(session, audit.agency_id, notice, subject_id=audit.id)
    return draft


def comment_draft(session: Session, actor: Actor, audit_id: UUID, comments: Mapping[str, str]) -> ReportDraft:
    """Say once, for an agency, what it comments on: by number of the finding, `WHOLE` for the rest; or nothing."""
    authorise(actor, Permission.FINDING_ANSWER)
    audit = get_audit(session, actor, audit_id)  # an agency cannot lock it; the database holds it still
    # The database hides a draft from this lock once somebody else of the agency commented on it.
    locked = select(ReportDraft).where(ReportDraft.id == _newest(session, audit).id).with_for_update()
    draft = session.scalar(locked.execution_options(populate_existing=True))
    if draft is None or audit.state is not AuditState.IN_PROGRESS or not draft.is_open:
        raise IllegalMoveError("The time to comment on this draft is over.")
    draft.comments = _said(comments, draft)
    draft.commented_by, draft.commented_at = actor.id, clock.now()
    numbers = tuple(sorted(int(each) for each in draft.comments))
    record(session, actor, audit, told.DraftCommented(after=audit.state, draft=draft.number, findings=numbers))
    session.flush()
    end_deadline(session, DeadlineKind.REPORT_COMMENT, audit.id)
    notice = notices.DraftCommented(reference=audit.reference)
    tell_person(session, audit.inspector_id, notice, subject_id=audit.id)
    return draft


def answer_comments(session: Session, actor: Actor, audit_id: UUID, answers: Mapping[str, str]) -> ReportDraft:
    """Answer every comment of the agency on the newest draft; RuleError at the number of one that has none."""
    audit = load_fieldwork(session, actor, audit_id)
    draft = _newest(session, audit)
    if not draft.is_unanswered:
        raise IllegalMoveError("There is no comment that waits for an answer.")
    given = _said(answers, draft)
    for number in draft.comments or {}:
        if number not in given:
            raise RuleError("Say what you did with this comment.", number)
        check_names_nobody(session, audit, given[number], number)
    draft.answers, draft.answered_by, draft.answered_at = given, actor.id, clock.now()
    record(session, actor, audit, told.CommentsAnswered(after=audit.state, draft=draft.number))
    session.flush()
    return draft


def write_conduct(
    session: Session,
    actor: Actor,
    audit_id: UUID,
    *,
    opened_on: date | None,
    closed_on: date | None,
    texts: Mapping[str, str],
    version: int,
) -> AuditConduct:
    """Write down how the visit went; `texts` has each of `CONDUCT_TEXTS`."""
    audit = load_fieldwork(session, actor, audit_id)
    for field, text in texts.items():
        check_length(text, NOTE_LIMIT, field)
        check_printable(text, field)
        check_names_nobody(session, audit, text, field)
    if opened_on and closed_on and closed_on < opened_on:
        raise RuleError("The closing meeting is not before the opening meeting.", "closed_on")
    conduct = conduct_of(session, audit.id)
    if conduct is None:
        conduct = AuditConduct(audit_id=audit.id)
        session.add(conduct)
    else:
        seen(conduct, version)
    conduct.opened_on, conduct.closed_on = opened_on, closed_on
    for field in CONDUCT_TEXTS:
        setattr(conduct, field, texts[field].strip())
    conduct.written_by, conduct.written_at = actor.id, clock.now()
    record(session, actor, audit, told.ConductWritten(after=audit.state))
    session.flush()
    return conduct


def _newest(session: Session, audit: Audit) -> ReportDraft:
    draft = newest_draft(session, audit.id)
    if draft is None:
        raise NotFoundError("There is no draft of this report.")
    return draft


def _said(texts: Mapping[str, str], draft: ReportDraft) -> dict[str, str]:
    """Return the texts that are not empty, of the draft as a whole and of its findings; the others are not there."""
    known = {WHOLE, *draft.titles}
    said = {number: text.strip() for number, text in texts.items() if number in known and text.strip()}
    for number, text in said.items():
        check_length(text, NOTE_LIMIT, number)
        check_printable(text, number)
    return said
