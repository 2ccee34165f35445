"""Write letters, and note what was posted. The caller commits."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock, numbering
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import N_, RuleError, missing
from audits.core.events import Code, record
from audits.correspondence.models import SentPlan
from audits.deadlines.rules import DeadlineKind
from audits.decisions.models import Decision
from audits.people.queries import contacts_of
from audits.worklists.letters import Moment
from certificates.letters.events import LetterForPost, LetterPosted
from certificates.letters.models import Letter


def write_decision_letter(session: Session, decision: Decision) -> Letter:
    """Add the letter about a decision, or return the one that is there."""
    there = session.scalar(select(Letter).where(Letter.decision_id == decision.id))
    return there or _write(session, Letter(decision_id=decision.id, agency_id=decision.agency_id))


def write_term_letter(
    session: Session, letter_id: UUID, *, agency_id: UUID, kind: DeadlineKind, moment: Moment
) -> Letter:
    """Add a letter about terms of one kind."""
    return _write(session, Letter(id=letter_id, agency_id=agency_id, kind=kind, moment=moment))


def write_plan_letter(session: Session, plan: SentPlan) -> Letter:
    """Add the letter with a plan, or return the one that is there."""
    there = session.scalar(select(Letter).where(Letter.plan_id == plan.id))
    return there or _write(session, Letter(plan_id=plan.id, agency_id=plan.agency_id))


def send_by_post(session: Session, actor: Actor, letter_id: UUID) -> Letter:
    """Put a letter on the list of what is to be posted, beside what was sent through the portal."""
    letter = _found(session, actor, letter_id)
    if not letter.by_post:
        letter.by_post = True
        record(
            session,
            LetterForPost(number=Code(letter.number)),
            subject_id=letter.id,
            actor=actor,
            agency_id=letter.agency_id,
        )
    return letter


def note_posted(session: Session, actor: Actor, letter_ids: Iterable[UUID], day: date) -> int:
    """Note that letters were posted on a day, and by whom; return how many. Those that were posted before stay."""
    if day > clock.today():
        raise RuleError(N_("This day is still to come."))
    letters = [_found(session, actor, each) for each in dict.fromkeys(letter_ids)]
    waiting = [letter for letter in letters if letter.posted_on is None]
    for letter in waiting:
        if day < letter.written_on:
            raise RuleError(N_("Letter %(number)s was written after that day."), number=letter.number)
        letter.by_post, letter.posted_on, letter.posted_by, letter.noted_at = True, day, actor.id, clock.now()
        told = LetterPosted(number=Code(letter.number), posted_on=day)
        record(session, told, subject_id=letter.id, actor=actor, agency_id=letter.agency_id)
    return len(waiting)


def _write(session: Session, letter: Letter) -> Letter:
    today = clock.today()
    series = f"letter-{today.year}"
    letter.number = f"L-{today.year}-{numbering.next_number(session, series):05d}"
    letter.written_on = today
    letter.only_post = letter.by_post = not contacts_of(session, letter.agency_id)
    session.add(letter)
    session.flush()
    return letter


def _found(session: Session, actor: Actor, letter_id: UUID) -> Letter:
    authorise(actor, Permission.LETTER_POST)
    letter = session.get(Letter, letter_id, with_for_update=True)
    if letter is None:
        raise missing(Letter)
    return letter
