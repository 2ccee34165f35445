"""Moves of an application: submit, return, accept, refuse, withdraw, close, conclude."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.agencies.queries import missing_of
from audits.agencies.rules import PRINTED
from audits.applications import events as told
from audits.applications import notices
from audits.applications.models import Application, Submission
from audits.applications.queries import (
    agreement_of,
    answered_codes,
    answers_of,
    complaints_about,
    self_assessment_of,
    submissions_of,
)
from audits.applications.rules import check_complaints, unanswered, unknown_codes
from audits.applications.services.agreeing import accept_with_application, signing
from audits.applications.services.course import APPLICATIONS
from audits.applications.services.remarking import check_settled, send_remarks
from audits.applications.submission import content_now, digest_of
from audits.applications.workflow import ApplicationState
from audits.core import clock, events, moves, outbox
from audits.core.access import Actor, Permission, Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.events import Event, Moved
from audits.core.letters import check_given, unprintable
from audits.core.notices import tell_agency, tell_person
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline, open_deadline
from audits.people.models import Person
from audits.people.queries import people_with, signatories_of
from audits.schemes.queries import scheme_of_version


def submit_application(
    session: Session, actor: Actor, application_id: UUID, *, declared_name: str, agreement: str | None = None
) -> Application:
    """Declare the self-assessment true and submit it. `declared_name` is the signatory's own name, as typed.

    `agreement` is the digest of the certification agreement that the signatory read and accepts, where the scheme has
    one (ISO/IEC 17065 clause 4.1.2).
    """
    application = _move(session, actor, application_id, told.ApplicationSubmitted)
    with session.no_autoflush:  # a trigger refuses the move itself
        check_settled(session, application)
    session.flush()  # a trigger takes the scope over now, and the check goes by that
    _check_complete(session, application)
    person = signing(session, actor, declared_name)
    application.submitted_at, application.review_note = clock.now(), ""
    for kind in (DeadlineKind.DRAFT, DeadlineKind.RETURNED):
        end_deadline(session, kind, application.id)
    application.declared_by, application.declared_name = person.id, person.name
    accept_with_application(session, actor, application, agreement)
    _keep_submission(session, application)
    tell_agency(session, application.agency_id, notices.ApplicationSubmitted(reference=application.reference))
    term = scheme_of_version(application.scheme_version).terms.application_review_working_days
    open_deadline(
        session,
        DeadlineKind.APPLICATION_REVIEW,
        subject_id=application.id,
        agency_id=application.agency_id,
        due_on=add_working_days(clock.today(), term),
        owner_role=Role.PLANNER,
    )
    outbox.enqueue(session, "links.compare", agency_id=str(application.agency_id))
    return application


def ask_to_sign(session: Session, actor: Actor, application_id: UUID) -> list[Person]:
    """Ask the signatories of the agency by mail to declare a draft; return whom. Each person may ask once a day.

    RuleError where nobody else may sign.
    """
    application = moves.hold(session, APPLICATIONS, actor, application_id, Permission.APPLICATION_EDIT)
    if application.state is not ApplicationState.DRAFT:
        raise IllegalMoveError("This application is submitted and can no longer be changed.")
    asked = select(Event.id).where(Event.subject_id == application.id, Event.name == told.SigningAsked.name)
    if session.scalar(
        asked.where(Event.actor_id == actor.id, Event.happened_at > clock.now() - timedelta(days=1)).limit(1)
    ):
        raise RuleError("You asked today already.")
    others = [each for each in signatories_of(session, application.agency_id) if each.id != actor.id]
    if not others:
        raise RuleError("Nobody else may sign for the agency. The owner of the account can give somebody this role.")
    asker = session.get_one(Person, actor.id)
    for person in others:
        notice = notices.SigningAsked(reference=application.reference, who=asker.name)
        tell_person(session, person.id, notice, subject_id=application.id)
    events.record(session, told.SigningAsked(), subject_id=application.id, actor=actor, agency_id=application.agency_id)
    return others


def return_application(
    session: Session, actor: Actor, application_id: UUID, *, reason: str, due_on: date | None = None
) -> Application:
    """Return it to the agency with the remarks on its questions; it completes it by a day and declares it again.

    Without `due_on` the usual term applies. RuleError at `note` or `due_on`.
    """
    application = _review(session, actor, application_id, told.ApplicationReturned, reason, must_say=True)
    day = send_remarks(session, application, due_on)
    notice = notices.ApplicationReturned(reference=application.reference, reason=application.review_note, day=day)
    tell_agency(session, application.agency_id, notice)
    return application


def accept_application(session: Session, actor: Actor, application_id: UUID, *, note: str = "") -> Application:
    """Accept it, so that an audit can be planned (ISO/IEC 17065 clause 7.3)."""
    application = _review(session, actor, application_id, told.ApplicationAccepted, note)
    return _tell(session, application, notices.ApplicationAccepted)


def refuse_application(session: Session, actor: Actor, application_id: UUID, *, reason: str) -> Application:
    """Refuse it with a reason (ISO/IEC 17065 clause 7.3.3)."""
    application = _review(session, actor, application_id, told.ApplicationRefused, reason, must_say=True)
    return _tell(session, application, notices.ApplicationRefused)


def withdraw_application(session: Session, actor: Actor, application_id: UUID, *, reason: str = "") -> Application:
    """Withdraw it before an audit of it is reported. The agency may give a reason.

    Planners are told of one that was accepted, and cancel its audit. The agency may not know that there is one.
    """
    accepted = moves.load(session, Application, application_id).state is ApplicationState.ACCEPTED
    application = _move(session, actor, application_id, told.ApplicationWithdrawn, reason=reason.strip())
    for kind in (DeadlineKind.APPLICATION_REVIEW, DeadlineKind.DRAFT, DeadlineKind.RETURNED):
        end_deadline(session, kind, application.id)
    if accepted:
        _check_no_audit(session, application)
        for person in people_with(session, Role.PLANNER):
            taken = notices.ApplicationTakenBack(reference=application.reference)
            tell_person(session, person.id, taken, subject_id=application.id)
    return application


def close_application(session: Session, actor: Actor, application_id: UUID, *, reason: str) -> Application:
    """Close an accepted application without a decision, while no audit runs; the register shows it no longer."""
    application = _move(session, actor, application_id, told.ApplicationClosed, reason=reason.strip())
    check_given(reason)
    _check_no_audit(session, application)
    application.review_note = reason.strip()
    return _tell(session, application, notices.ApplicationClosed)


def conclude_application(session: Session, actor: Actor, application_id: UUID) -> Application:
    """Conclude it, because a decision was taken."""
    return _move(session, actor, application_id, told.ApplicationConcluded)


def _review(
    session: Session, actor: Actor, application_id: UUID, move: type[Moved], note: str, *, must_say: bool = False
) -> Application:
    note = note.strip()
    application = _move(session, actor, application_id, move, reason=note)
    if must_say:
        check_given(note, "note")
    application.reviewed_at, application.review_note = clock.now(), note
    end_deadline(session, DeadlineKind.APPLICATION_REVIEW, application.id)
    return application


def _check_no_audit(session: Session, application: Application) -> None:
    """Raise RuleError while an audit of it stands in the way; see walls/ending.sql."""
    session.flush()
    if reference := session.scalar(select(func.audit_in_the_way(application.id))):
        raise RuleError("Audit %(reference)s must be cancelled or decided on first.", reference=reference)


def _move(session: Session, actor: Actor, application_id: UUID, move: type[Moved], *, reason: str = "") -> Application:
    application = moves.make(session, APPLICATIONS, actor, application_id, move, reason=reason)
    outbox.enqueue(session, "register.refresh", agency_id=str(application.agency_id))
    return application


def _keep_submission(session: Session, application: Application) -> None:
    """Keep what is submitted as one text under its digest, and have a receipt printed."""
    accepted, earlier = agreement_of(application), submissions_of(session, application.id)
    content = content_now(session, application, accepted.sha256 if accepted else None)
    submission = Submission(
        id=uuid4(),
        application_id=application.id,
        agency_id=application.agency_id,
        number=len(earlier) + 1,
        content=content,
        sha256=digest_of(content),
        declared_by=application.declared_by,
        declared_name=application.declared_name,
        submitted_at=application.submitted_at,
    )
    session.add(submission)
    outbox.enqueue(session, "document.submission_receipt", submission_id=str(submission.id))


def _check_complete(session: Session, application: Application) -> None:
    scheme = self_assessment_of(session, application)
    if left := unanswered(scheme, answered_codes(session, application)):
        raise RuleError("Answer all questions first. Still open: %(count)d.", count=len(left))
    check_complaints(complaints_about(session, application), answers_of(session, application.id))
    agency = session.get_one(Agency, application.agency_id)
    scope = {"activities": agency.activities, "sectors": agency.sectors}
    if missing_of(session, agency) or unknown_codes(scheme, scope):
        raise RuleError("Complete the details of your agency first.")
    if letters := unprintable([getattr(agency, name) for name in PRINTED]):
        raise RuleError(
            "The details of your agency hold characters that we cannot print on a certificate: %(letters)s."
            " Change them first.",
            letters=letters,
        )


def _tell(session: Session, application: Application, kind: type[notices.Judged]) -> Application:
    """Notify the agency of the result, in the words of the reviewer."""
    notice = kind(reference=application.reference, reason=application.review_note)
    tell_agency(session, application.agency_id, notice)
    return application
