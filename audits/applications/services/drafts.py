"""Terms of drafts: they are closed when nobody worked on them for as long as the scheme says. For the clock."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.applications import events as told
from audits.applications import notices
from audits.applications.models import Answer, Application
from audits.applications.services.course import APPLICATIONS
from audits.applications.workflow import ApplicationState
from audits.core import clock, events, moves, outbox
from audits.core.access import SYSTEM, Role
from audits.core.notices import tell_agency
from audits.deadlines.models import Deadline
from audits.deadlines.queries import is_begun
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline, open_deadline
from audits.schemes.queries import scheme_of_version

DRAFT_DAYS = 92
"""Until a draft that nobody works on is closed, where the scheme names no term."""
SOONEST_DAYS = 28
"""Until a draft that lay when its term began is closed: its agency is always reminded first."""


def begin_draft_terms(session: Session) -> None:
    """Begin the term of every draft that has none: it was started, or sent back, or somebody works on it."""
    drafts = select(Application).where(Application.state == ApplicationState.DRAFT)
    for application in session.scalars(drafts.where(~is_begun(DeadlineKind.DRAFT, Application.id))).all():
        open_deadline(
            session,
            DeadlineKind.DRAFT,
            subject_id=application.id,
            agency_id=application.agency_id,
            due_on=max(_until(session, application), clock.today() + timedelta(days=SOONEST_DAYS)),
            owner_role=Role.AGENCY_OWNER,
        )
    session.flush()


def lapse_drafts(session: Session) -> int:
    """Close the drafts whose term is over, and tell their agencies; return how many. One that grew gets a new term."""
    query = select(Application).join(Deadline, Deadline.subject_id == Application.id)
    query = query.where(Deadline.kind == DeadlineKind.DRAFT, Deadline.done_at.is_(None))
    query = query.where(Deadline.due_on < clock.today(), Application.state == ApplicationState.DRAFT)
    over = session.scalars(query.order_by(Application.id).with_for_update(of=Application, skip_locked=True)).all()
    lapsed = [_lapse(session, application) for application in over]
    if not all(lapsed):
        begin_draft_terms(session)
    return sum(lapsed)


def _lapse(session: Session, application: Application) -> bool:
    lies = _until(session, application) < clock.today()
    if lies:
        moves.make(session, APPLICATIONS, SYSTEM, application, told.ApplicationLapsed)
        outbox.enqueue(session, "register.refresh", agency_id=str(application.agency_id))
        lapsed = notices.ApplicationLapsed(reference=application.reference)
        tell_agency(session, application.agency_id, lapsed)
    else:
        about = {"subject_id": application.id, "agency_id": application.agency_id}
        events.record(session, told.DraftKept(), **about, actor=SYSTEM)
    session.flush()
    for kind in (DeadlineKind.DRAFT, DeadlineKind.RETURNED) if lies else (DeadlineKind.DRAFT,):
        end_deadline(session, kind, application.id)
    return lies


def _until(session: Session, application: Application) -> date:
    """Return the last day of a draft: so many days after somebody began it, answered in it, or sent it back."""
    answered = session.scalar(select(func.max(Answer.answered_at)).where(Answer.application_id == application.id))
    touched = [application.created_at, application.reviewed_at, answered]
    days = scheme_of_version(application.scheme_version).terms.draft_days or DRAFT_DAYS
    return clock.day_of(max(each for each in touched if each)) + timedelta(days=days)
