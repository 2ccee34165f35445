"""The agency's own work on an application: start it, answer it, put evidence to it."""

from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.applications.models import Answer, Application, Evidence
from audits.applications.rules import check_answer, check_file_name
from audits.applications.workflow import APPLICATION_FLOW, OPEN_STATES, ApplicationState
from audits.core import clock, events, numbering
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.schemes.queries import scheme_of_version, version_for
from audits.schemes.text import SchemeText

MOST_FILES = 10  # per requirement


def start_application(session: Session, actor: Actor) -> Application:
    """Begin an application of the actor's own agency, held to the norm of today until it is decided."""
    authorise(actor, Permission.APPLICATION_EDIT)
    if actor.agency_id is None:
        raise NotAllowedError("You may not do this.")
    agency = session.get_one(Agency, actor.agency_id, with_for_update=True)
    running = select(Application.id).where(Application.agency_id == agency.id, Application.state.in_(OPEN_STATES))
    if session.scalar(running):
        raise _one_at_a_time()
    application = Application(
        id=uuid4(),
        reference=_reference(session),
        agency=agency,
        scheme_version=version_for(session, clock.today()),
        state=APPLICATION_FLOW.initial,
        created_at=clock.now(),
    )
    session.add(application)
    try:
        session.flush()
    except IntegrityError as refusal:  # the index that allows one open application is the last wall
        raise _one_at_a_time() from refusal
    events.record(
        session,
        "application.start",
        subject_id=application.id,
        actor=actor,
        agency_id=agency.id,
        scheme_version=str(application.scheme_version_id),
    )
    return application


def save_answer(
    session: Session,
    actor: Actor,
    application_id: UUID,
    code: str,
    *,
    value: str,
    explanation: str = "",
    version: int | None = None,
) -> Answer:
    """Answer one requirement, for the first time or again.

    `version` is the row version that the person saw, 0 if there was no answer yet; None overwrites whatever is there.
    The very same answer sent twice is no conflict.
    """
    application = load_draft(session, actor, application_id)
    _check_code(scheme_of_version(application.scheme_version), code)
    explanation = explanation.strip().replace("\r\n", "\n")
    check_answer(scheme_of_version(application.scheme_version), value, explanation)
    answer = session.get(Answer, (application.id, code))
    before = (answer.value, answer.explanation) if answer else ("", "")
    if answer is not None and before == (value, explanation):
        return answer
    if version is not None and version != (answer.version if answer else 0):
        raise IllegalMoveError("Somebody changed this in the meantime. Reload the page and look again.")
    if answer is None:
        answer = Answer(
            application_id=application.id, requirement_code=code, scheme_version_id=application.scheme_version_id
        )
        session.add(answer)
    answer.value, answer.explanation = value, explanation
    answer.answered_by, answer.answered_at = actor.id, clock.now()
    said = events.changes({"value": before[0]}, {"value": value})
    _record_answer(session, actor, answer, application.agency_id, **said, explained=explanation != before[1])
    session.flush()
    return answer


def add_evidence(
    session: Session,
    actor: Actor,
    application_id: UUID,
    code: str,
    *,
    filename: str,
    media_type: str,
    size: int,
    sha256: str,
) -> Evidence:
    """Put a stored file to a requirement. The same bytes once more are not added again."""
    application = load_draft(session, actor, application_id)
    _check_code(scheme_of_version(application.scheme_version), code)
    check_file_name(filename)
    kept = select(Evidence).where(
        Evidence.application_id == application.id, Evidence.requirement_code == code, Evidence.removed_at.is_(None)
    )
    if known := session.scalar(kept.where(Evidence.sha256 == sha256).limit(1)):
        return known
    if (session.scalar(kept.with_only_columns(func.count())) or 0) >= MOST_FILES:
        raise RuleError("You can add at most %(max)d files to one question.", "files", max=MOST_FILES)
    evidence = Evidence(
        id=uuid4(),
        application_id=application.id,
        requirement_code=code,
        scheme_version_id=application.scheme_version_id,
        filename=filename,
        media_type=media_type,
        size=size,
        sha256=sha256,
        uploaded_by=actor.id,
        uploaded_at=clock.now(),
    )
    session.add(evidence)
    _record_file(session, actor, application, evidence, "add")
    session.flush()
    return evidence


def remove_evidence(session: Session, actor: Actor, evidence_id: UUID) -> None:
    """Take a file away again; the trail keeps that it was there. A second time changes nothing."""
    evidence = session.get(Evidence, evidence_id)
    if evidence is None:
        raise NotFoundError("There is no such file.")
    application = load_draft(session, actor, evidence.application_id)
    session.refresh(evidence)  # what another tab did while we waited for the lock
    if evidence.removed_at is None:
        evidence.removed_at = clock.now()
        _record_file(session, actor, application, evidence, "remove")
        session.flush()


def load_draft(session: Session, actor: Actor, application_id: UUID) -> Application:
    """An application that the agency has in hand, locked so that no answer slips in behind its submission."""
    authorise(actor, Permission.APPLICATION_EDIT)
    application = session.get(Application, application_id, with_for_update=True)
    if application is None or not application.is_visible_to(actor):
        raise NotFoundError("There is no such application.")
    if application.state is not ApplicationState.DRAFT:
        raise IllegalMoveError("This application is submitted and can no longer be changed.")
    return application


def _check_code(scheme: SchemeText, code: str) -> None:
    if code not in {item.code for item in scheme.requirements}:
        raise NotFoundError("There is no such question.")


def _reference(session: Session) -> str:
    year = clock.today().year
    return f"A-{year}-{numbering.next_number(session, f'application-{year}'):05}"


def _record_answer(session: Session, actor: Actor, answer: Answer, agency_id: UUID, **data: Any) -> None:
    # An answer has no id of its own; this one is always the same for the same question of the same application.
    subject = uuid5(answer.application_id, answer.requirement_code)
    data["code"] = answer.requirement_code
    events.record(session, "answer.save", subject_id=subject, actor=actor, agency_id=agency_id, **data)


def _record_file(session: Session, actor: Actor, application: Application, evidence: Evidence, verb: str) -> None:
    events.record(
        session,
        f"evidence.{verb}",
        subject_id=evidence.id,
        actor=actor,
        agency_id=application.agency_id,
        code=evidence.requirement_code,
        sha256=evidence.sha256,
    )


def _one_at_a_time() -> RuleError:
    return RuleError("Your agency has an application that is not finished yet.")
