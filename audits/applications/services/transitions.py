"""The course of an application: submitted, returned, accepted, refused, withdrawn, concluded."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.agencies.queries import missing_of
from audits.applications.models import Answer, Application
from audits.applications.rules import same_name, unanswered, unknown_codes
from audits.applications.workflow import APPLICATION_FLOW
from audits.core import clock, events, outbox
from audits.core.access import Actor, authorise
from audits.core.errors import NotAllowedError, NotFoundError, RuleError
from audits.people.models import Interest, Person
from audits.schemes.queries import scheme_of_version


def submit_application(session: Session, actor: Actor, application_id: UUID, *, declared_name: str) -> Application:
    """Declare that all is true and hand the application in. `declared_name` is the signatory's own name, typed."""
    application = _move(session, actor, application_id, "submit")
    _check_complete(session, application)
    person = session.get_one(Person, actor.id)
    if not same_name(declared_name, person.name):
        raise RuleError(
            "Enter your own name as it stands in your account: %(name)s.", "declared_name", name=person.name
        )
    application.submitted_at, application.review_note = clock.now(), ""
    application.declared_by, application.declared_name = person.id, person.name
    _tell(session, application, template="application_submitted")
    return application


def return_application(session: Session, actor: Actor, application_id: UUID, *, reason: str) -> Application:
    """Send it back: the agency completes it and declares it anew."""
    application = _review(session, actor, application_id, "return", reason, must_say=True)
    _tell(session, application, template="application_returned", reason=application.review_note)
    return application


def accept_application(session: Session, actor: Actor, application_id: UUID, *, note: str = "") -> Application:
    """Take it on: an audit can be planned (ISO/IEC 17065 clause 7.3)."""
    application = _review(session, actor, application_id, "accept", note)
    _tell(session, application, template="application_accepted", reason=application.review_note)
    return application


def refuse_application(session: Session, actor: Actor, application_id: UUID, *, reason: str) -> Application:
    """Do not take it on, and say why (ISO/IEC 17065 clause 7.3.3)."""
    application = _review(session, actor, application_id, "refuse", reason, must_say=True)
    _tell(session, application, template="application_refused", reason=application.review_note)
    return application


def withdraw_application(session: Session, actor: Actor, application_id: UUID, *, reason: str = "") -> Application:
    """Take it back, as long as it is not accepted. The agency may say why."""
    return _move(session, actor, application_id, "withdraw", reason=reason.strip())


def conclude_application(session: Session, actor: Actor, application_id: UUID) -> Application:
    """Close it, because a decision was taken."""
    return _move(session, actor, application_id, "conclude")


def _review(
    session: Session, actor: Actor, application_id: UUID, name: str, note: str, *, must_say: bool = False
) -> Application:
    note = note.strip()
    application = _move(session, actor, application_id, name, **({"reason": note} if note else {}))
    interested = select(Interest.id).where(Interest.person_id == actor.id, Interest.agency_id == application.agency_id)
    if session.scalar(interested):
        raise NotAllowedError("You have declared an interest in this agency. Somebody else must do this.")
    if must_say and not note:
        raise RuleError("Give the reason.", "note")
    application.reviewed_at, application.review_note = clock.now(), note
    return application


def _move(session: Session, actor: Actor, application_id: UUID, name: str, **data: Any) -> Application:
    """Load, authorise, and make one move of the flow with its event."""
    step = APPLICATION_FLOW.moves[name]
    authorise(actor, step.permission)
    application = session.get(Application, application_id, with_for_update=True)
    if application is None or not application.is_visible_to(actor):
        raise NotFoundError("There is no such application.")
    before = application.state
    application.state = APPLICATION_FLOW.target(before, name)
    events.record(
        session,
        f"application.{name}",
        subject_id=application.id,
        actor=actor,
        agency_id=application.agency_id,
        before=before.value,
        after=application.state.value,
        **data,
    )
    outbox.enqueue(session, "register.refresh", agency_id=str(application.agency_id))
    return application


def _check_complete(session: Session, application: Application) -> None:
    scheme = scheme_of_version(application.scheme_version)
    answered = session.scalars(select(Answer.requirement_code).where(Answer.application_id == application.id))
    if left := unanswered(scheme, set(answered)):
        raise RuleError("Answer all questions first. Still open: %(count)d.", count=len(left))
    agency = session.get_one(Agency, application.agency_id)
    scope = {"activities": agency.activities, "sectors": agency.sectors}
    if missing_of(agency) or unknown_codes(scheme, scope):
        raise RuleError("Complete the details of your agency first.")


def _tell(session: Session, application: Application, *, template: str, **values: str) -> None:
    outbox.enqueue(
        session,
        "mail.agency",
        template=template,
        agency_id=str(application.agency_id),
        reference=application.reference,
        path="/agency/",
        **values,
    )
