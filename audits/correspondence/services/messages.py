"""Write in the thread of a case, from either side. The caller commits."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.applications.models import Application
from audits.core import clock, events
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.errors import IllegalMoveError, RuleError, missing
from audits.core.letters import check_length
from audits.core.notices import tell_agency, tell_person
from audits.correspondence import notices
from audits.correspondence.events import MessageWritten
from audits.correspondence.models import CaseMessage
from audits.correspondence.queries import unknown_audits
from audits.correspondence.rules import LONGEST_MESSAGE, days_in
from audits.inspections.models import Audit
from audits.inspections.services.confidentiality import check_names_nobody
from audits.people import independence
from audits.people.queries import people_with


def write_message(session: Session, actor: Actor, application_id: UUID, *, message_id: UUID, text: str) -> CaseMessage:
    """Add a message to the thread of a case that was submitted, and tell the other side that there is one.

    `message_id` comes from the page: who sends it twice writes once. The office tells nothing that the agency must not
    know: no audit that is not revealed to it, and nobody who was spoken to in confidence.
    """
    application = session.get(Application, application_id, with_for_update=True)
    if application is None or not application.is_visible_to(actor):
        raise missing(Application)
    authorise(actor, Permission.AGENCY_VIEW if actor.agency_id else Permission.APPLICATION_REVIEW)
    if written := session.get(CaseMessage, message_id):
        return _same(written, actor, application)
    if application.submitted_at is None:
        raise IllegalMoveError("You can write to us here once you have submitted your application.")
    said = text.strip()
    if not said:
        raise RuleError("Write your message.", "text")
    check_length(said, LONGEST_MESSAGE, "text")
    if actor.agency_id is None:
        independence.check_no_interest(session, actor, application.agency_id)
        _check_tells_nothing(session, application.agency_id, said)
    message = CaseMessage(
        id=message_id,
        application_id=application.id,
        agency_id=application.agency_id,
        from_agency=actor.agency_id is not None,
        author_id=actor.id,
        text=said,
        sent_at=clock.now(),
    )
    session.add(message)
    session.flush()
    events.record(session, MessageWritten(), subject_id=message.id, actor=actor, agency_id=application.agency_id)
    _tell(session, application, message)
    return message


def _same(written: CaseMessage, actor: Actor, application: Application) -> CaseMessage:
    if (written.author_id, written.application_id) != (actor.id, application.id):
        raise missing(Application)
    return written


def _check_tells_nothing(session: Session, agency_id: UUID, text: str) -> None:
    for audit in session.scalars(select(Audit).where(Audit.agency_id == agency_id)):
        check_names_nobody(session, audit, text, "text")
    for audit in unknown_audits(session, agency_id):
        if audit.reference in text or audit.planned_on in days_in(text):
            raise RuleError("This tells of an audit that the agency does not know of.", "text")


def _tell(session: Session, application: Application, message: CaseMessage) -> None:
    if not message.from_agency:
        notice = notices.OfficeWrote(reference=application.reference)
        tell_agency(session, application.agency_id, notice, subject_id=application.id)
        return
    for person in people_with(session, Role.PLANNER):
        told = notices.AgencyWrote(reference=application.reference)
        tell_person(session, person.id, told, subject_id=application.id)
