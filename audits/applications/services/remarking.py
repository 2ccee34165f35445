"""Remarks on single questions: the office writes them and sends them back with the application, the agency replies."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.applications import events as told
from audits.applications.models import Application, QuestionRemark
from audits.applications.queries import remarks_on, remarks_sent, submissions_of, touched_since
from audits.applications.rules import LONGEST_EXPLANATION, check_no_citizen_number, unsettled
from audits.applications.services.course import APPLICATIONS, check_code, load_draft
from audits.applications.workflow import ApplicationState
from audits.core import clock, events, moves
from audits.core.access import Actor, Permission, Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.events import Code
from audits.core.flow import Independence
from audits.core.letters import check_length
from audits.core.typed import tidy
from audits.deadlines.rules import RETURNED_WORKING_DAYS, DeadlineKind, check_day
from audits.deadlines.services import open_deadline
from audits.schemes.queries import scheme_of_version


def remark_on(session: Session, actor: Actor, application_id: UUID, code: str, *, text: str) -> None:
    """Write what the agency must do about one question, before the application is sent back; no text takes it back."""
    asked = Permission.APPLICATION_REVIEW
    application = moves.hold(session, APPLICATIONS, actor, application_id, asked, asks=Independence.NO_INTEREST)
    submissions = submissions_of(session, application.id)
    if application.state is not ApplicationState.SUBMITTED or not submissions:  # a release of long ago kept none
        raise IllegalMoveError("This application does not wait for a review now.")
    check_code(scheme_of_version(application.scheme_version), code)
    said = _checked(text, "text")
    remark = _remark_of(session, application, submissions[0].id, code)
    if said == remark.text:
        return
    remark.text, remark.written_by, remark.written_at = said, actor.id, clock.now()
    session.add(remark)
    event = told.RemarkWritten(code=Code(code), text=said)
    events.record(session, event, subject_id=remark.id, actor=actor, agency_id=application.agency_id)
    session.flush()


def send_remarks(session: Session, application: Application, due_on: date | None) -> date:
    """Send all remarks with an application that goes back, and give the agency its last day; return that."""
    today = clock.today()
    if due_on is not None:
        check_day(due_on, today)
    due_on = due_on or add_working_days(today, RETURNED_WORKING_DAYS)
    session.flush()
    for submission in submissions_of(session, application.id)[:1]:
        for remark in remarks_on(session, submission).values():
            remark.sent_at = clock.now()
    open_deadline(
        session,
        DeadlineKind.RETURNED,
        subject_id=application.id,
        agency_id=application.agency_id,
        due_on=due_on,
        owner_role=Role.AGENCY_OWNER,
    )
    return due_on


def reply_to_remarks(session: Session, actor: Actor, application_id: UUID, replies: Mapping[str, str]) -> None:
    """Say by requirement code what was done about a remark, or why the answer stays; no text takes a reply back."""
    application = load_draft(session, actor, application_id)
    remarks = remarks_sent(session, application)
    for code, text in replies.items():
        remark, said = remarks.get(code), _checked(text, code)
        if remark is None or said == remark.reply:
            continue
        remark.reply, remark.replied_by, remark.replied_at = said, actor.id, clock.now()
        event = told.RemarkReplied(code=Code(code), text=said)
        events.record(session, event, subject_id=remark.id, actor=actor, agency_id=application.agency_id)
    session.flush()


def check_settled(session: Session, application: Application) -> None:
    """Raise RuleError while a question that came back has neither another answer, another file, nor a reply."""
    remarks = remarks_sent(session, application)
    if not remarks:
        return
    sent = min(each.sent_at for each in remarks.values() if each.sent_at)
    if left := unsettled(list(remarks.values()), touched_since(session, application.id, sent)):
        raise RuleError(
            "Questions that we sent back and that are not dealt with yet: %(codes)s.", codes=", ".join(left)
        )


def _remark_of(session: Session, application: Application, submission_id: UUID, code: str) -> QuestionRemark:
    """Return the remark on a question of a submission, or a new one without text."""
    same = (QuestionRemark.submission_id == submission_id, QuestionRemark.requirement_code == code)
    return session.scalar(select(QuestionRemark).where(*same)) or QuestionRemark(
        id=uuid4(),
        submission_id=submission_id,
        application_id=application.id,
        scheme_version_id=application.scheme_version_id,
        requirement_code=code,
        text="",
    )


def _checked(text: str, field: str) -> str:
    said = tidy(text)
    check_length(said, LONGEST_EXPLANATION, field)
    check_no_citizen_number(said, field)
    return said
