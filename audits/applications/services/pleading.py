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
    session: Session, actor: Actor, *, sha256: str, filename: str, kinds: Collection[Personal], reason: str
) -> FilePlea:
    """Ask for a file of the actor's own agency; of one with the same bytes what was asked already is returned."""
    authorise(actor, Permission.APPLICATION_EDIT)
    if actor.agency_id is None:
        raise NotAllowedError("You may not do this.")
    if asked := plea_about(session, actor.agency_id, sha256):
        return asked
    words = tidy(reason)
    check_given(words, "false_alarm")
    check_length(words, LONGEST_REASON, "false_alarm")
    plea = FilePlea(
        id=uuid4(),
        agency_id=actor.agency_id,
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
    """Let a file in, or refuse it with a reason at `answer`; the agency is told. Answered once."""
    authorise(actor, Permission.APPLICATION_REVIEW)
    plea = session.get(FilePlea, plea_id, with_for_update=True)
    if plea is None:
        raise missing(FilePlea)
    independence.check_no_interest(session, actor, plea.agency_id)
    if plea.answered_at is not None:
        raise IllegalMoveError("This is answered already.")
    words = tidy(answer)
    check_length(words, LONGEST_REASON, "answer")
    if not granted:
        check_given(words, "answer")
    plea.granted, plea.answer, plea.answered_by, plea.answered_at = granted, words, actor.id, clock.now()
    event = told.PleaAnswered(granted=granted, text=words)
    events.record(session, event, subject_id=plea.id, actor=actor, agency_id=plea.agency_id)
    tell_agency(session, plea.agency_id, notices.PleaAnswered(granted=granted))
    session.flush()
    return plea
