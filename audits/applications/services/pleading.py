"""Ask the office to take a file in which several kinds of personal numbers seem to be, and answer that.

The file is not kept before it is let in: the office judges the reason, and asks the agency if that is not enough.
"""

from collections.abc import Collection
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from audits.applications import events as told
from audits.applications import notices
from audits.applications.models import FilePlea
from audits.applications.personal import Personal
from audits.applications.pleas import plea_about
from audits.core import clock, events
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.errors import IllegalMoveError, NotAllowedError, missing
from audits.core.events import codes
from audits.core.letters import check_given, check_length
from audits.core.notices import tell_agency, tell_person
from audits.core.typed import tidy
from audits.people import independence
from audits.people.queries import people_with

LONGEST_REASON = 500


def plead_file(
    session: Session,
    actor: Actor,
    agency_id: UUID,
    *,
    sha256: str,
    filename: str,
    kinds: Collection[Personal],
    reason: str,
    audit_id: UUID | None = None,
) -> FilePlea:
    """Ask for a file of the actor's own agency, or with `audit_id` for one beside a verdict of this audit.

    The database holds that the actor audits it. Of a file with the same bytes what was asked already is returned.
    """
    authorise(actor, Permission.AUDIT_CONDUCT if audit_id else Permission.APPLICATION_EDIT)
    if actor.agency_id != (None if audit_id else agency_id):
        raise NotAllowedError("You may not do this.")
    if asked := plea_about(session, agency_id, sha256, audit_id):
        return asked
    words = tidy(reason)
    check_given(words, "false_alarm")
    check_length(words, LONGEST_REASON, "false_alarm")
    plea = FilePlea(
        id=uuid4(),
        agency_id=agency_id,
        audit_id=audit_id,
        sha256=sha256,
        filename=filename,
        kinds=[each.value for each in kinds],
        reason=words,
        asked_by=actor.id,
        asked_at=clock.now(),
    )
    session.add(plea)
    event = told.FilePleaded(kinds=codes(plea.kinds), sha256=sha256, text=words)
    events.record(session, event, subject_id=plea.id, actor=actor, agency_id=plea.agency_id)
    for person in people_with(session, Role.PLANNER):
        tell_person(session, person.id, notices.FilePleaded(), subject_id=plea.id)
    session.flush()
    return plea


def answer_plea(session: Session, actor: Actor, plea_id: UUID, *, granted: bool, answer: str = "") -> FilePlea:
    """Let a file in, or refuse it with a reason at `answer`; who asked is told. Answered once, by somebody else."""
    authorise(actor, Permission.APPLICATION_REVIEW)
    plea = session.get(FilePlea, plea_id, with_for_update=True)
    if plea is None:
        raise missing(FilePlea)
    independence.check_no_interest(session, actor, plea.agency_id)
    if plea.asked_by == actor.id:
        raise NotAllowedError("Somebody else must answer this.")
    if plea.answered_at is not None:
        raise IllegalMoveError("This is answered already.")
    words = tidy(answer)
    check_length(words, LONGEST_REASON, "answer")
    if not granted:
        check_given(words, "answer")
    plea.granted, plea.answer, plea.answered_by, plea.answered_at = granted, words, actor.id, clock.now()
    event = told.PleaAnswered(granted=granted, text=words)
    events.record(session, event, subject_id=plea.id, actor=actor, agency_id=plea.agency_id)
    notice = notices.PleaAnswered(granted=granted)
    if plea.audit_id:
        tell_person(session, plea.asked_by, notice, subject_id=plea.id)
    else:
        tell_agency(session, plea.agency_id, notice)
    session.flush()
    return plea
