"""Reads of letters."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, defer, joinedload

from audits.agencies.models import Agency
from audits.core import clock
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import NotFoundError, missing
from audits.core.statements import one_page
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.decisions.models import Decision
from audits.people.models import Person
from audits.worklists.clock import plan
from audits.worklists.letters import OF_STEP, Moment, letters
from audits.worklists.models import DeadlineStep
from certificates.documents.models import Document
from certificates.documents.stages import DocumentKind
from certificates.letters.models import Letter
from certificates.lifecycle.snapshot import decision_letter_facts

PAGE_SIZE = 50
AHEAD = timedelta(days=7)  # of letters that the clock will write


class Written(NamedTuple):
    """A letter with its document, and the decision that it is about; a letter that is being made has no document."""

    letter: Letter
    document: Document | None
    decision: Decision | None


class Coming(NamedTuple):
    """A letter that the clock will write, unless somebody acts before: on which day, and about which deadline."""

    on: date
    kind: DeadlineKind
    moment: Moment
    deadline_id: UUID
    agency_id: UUID
    agency: str


def own_letters(session: Session, actor: Actor, page: int = 1) -> Sequence[Written]:
    """Return one page of the letters to the actor's own agency, newest first, and one more."""
    query = _written().where(Letter.agency_id == actor.agency_id)
    return _page(session, query.order_by(Letter.written_on.desc(), Letter.number.desc()), page)


def list_letters(session: Session, actor: Actor, *, to_post: bool, page: int = 1) -> Sequence[Written]:
    """Return one page of all letters, newest first, or of those that wait to be posted, longest waiting first."""
    authorise(actor, Permission.CASES_VIEW)
    if to_post:
        waiting = _written().where(Letter.by_post, Letter.posted_on.is_(None))
        return _page(session, waiting.order_by(Letter.written_on, Letter.number), page)
    return _page(session, _written().order_by(Letter.written_on.desc(), Letter.number.desc()), page)


def count_to_post(session: Session) -> int:
    """Return how many letters wait to be posted."""
    waiting = select(func.count()).select_from(Letter).where(Letter.by_post, Letter.posted_on.is_(None))
    return session.scalar(waiting) or 0


def get_letter(session: Session, actor: Actor, letter_id: UUID) -> Written:
    """Return one letter, or raise NotFoundError."""
    authorise(actor, Permission.CASES_VIEW)
    row = session.execute(_written().where(Letter.id == letter_id)).first()
    if row is None:
        raise missing(Letter)
    return Written(*row)


def letters_to_come(session: Session, actor: Actor) -> list[Coming]:
    """Return the letters that the clock will write within AHEAD, the earliest first."""
    authorise(actor, Permission.CASES_VIEW)
    today = clock.today()
    query = _deadlines().where(Deadline.done_at.is_(None), Deadline.next_on <= today + AHEAD)
    found = [_next(*row) for row in session.execute(query.where(Deadline.kind.in_({kind for kind, _ in letters()})))]
    return sorted(each for each in found if each and today <= each.on <= today + AHEAD)


def coming_letter(session: Session, actor: Actor, deadline_id: UUID) -> Coming:
    """Return the next letter about a deadline, or raise NotFoundError."""
    authorise(actor, Permission.CASES_VIEW)
    row = session.execute(_deadlines().where(Deadline.id == deadline_id, Deadline.done_at.is_(None))).first()
    coming = _next(*row) if row else None
    if coming is None:
        raise NotFoundError("There is no such page.")
    return coming


def drafts_of(session: Session, *, since: datetime, body: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the content of the letters about the decisions of this transaction since a moment, without numbers."""
    now = (Decision.txid == func.pg_current_xact_id(), Decision.decided_at >= since)
    found = session.scalars(select(Decision).where(*now).order_by(Decision.decided_at, Decision.id))
    return [decision_letter_facts(session, decision, body=body) for decision in found]


def _next(deadline: Deadline, agency: str, done: int) -> Coming | None:
    """Return the next letter that there is a text for."""
    opened_on, agency_id = clock.day_of(deadline.opened_at), deadline.agency_id
    if agency_id is None:
        return None
    steps = plan(deadline.kind, opened_on, deadline.due_on, deadline.from_on)
    ahead = [(step.on, OF_STEP[step.kind]) for step in steps[done:]]
    if deadline.next_on == date.min:  # the clock has not seen it yet
        ahead = [(max(opened_on, clock.today()), Moment.OPEN), *ahead]
    for on, moment in ahead:
        if (deadline.kind, moment) in letters():
            return Coming(on, deadline.kind, moment, deadline.id, agency_id, agency)
    return None


def _deadlines() -> Select[Deadline, str, int]:
    steps = select(func.count()).where(DeadlineStep.deadline_id == Deadline.id).correlate(Deadline).scalar_subquery()
    return select(Deadline, Agency.legal_name, steps).join(Agency, Agency.id == Deadline.agency_id)


def _written() -> Select[Letter, Document, Decision]:
    query = select(Letter, Document, Decision).outerjoin(Document, _is_of_letter())
    query = query.outerjoin(Decision, Decision.id == Letter.decision_id)
    query = query.join(Agency, Agency.id == Letter.agency_id)
    poster = joinedload(Letter.poster).lazyload(Person.role_rows)
    return query.options(contains_eager(Letter.agency), poster, defer(Document.snapshot))


def _is_of_letter() -> ColumnElement[bool]:
    return or_(
        and_(Document.kind == DocumentKind.TERM_LETTER, Document.subject_id == Letter.id),
        and_(Document.kind == DocumentKind.DECISION_LETTER, Document.subject_id == Letter.decision_id),
    )


def _page(session: Session, query: Select[Letter, Document, Decision], page: int) -> Sequence[Written]:
    rows = session.execute(one_page(query, page, PAGE_SIZE))
    return [Written(*row) for row in rows]
