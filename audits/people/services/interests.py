"""Declare interests in agencies; record and correct those of others. No row is changed or deleted."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.core import clock, events
from audits.core.access import Actor, Permission, Role, authorise
from audits.core.errors import IllegalMoveError, RuleError, missing
from audits.core.notices import tell_person
from audits.people import independence, notices
from audits.people.events import InterestCorrected, InterestDeclared, InterestRecorded
from audits.people.models import Interest, Person
from audits.people.queries import agencies_of_group, people_with
from audits.people.rules import InterestKind, check_period


def declare_interest(
    session: Session,
    actor: Actor,
    agency_id: UUID,
    nature: str,
    *,
    kind: InterestKind = InterestKind.OTHER,
    since: date | None = None,
    until: date | None = None,
) -> Interest:
    """Declare an interest in an agency (ISO/IEC 17065 clause 4.2). Only the office can correct it.

    Who has a part in its audits can do no more in them, and planners are told.
    """
    authorise(actor, Permission.INTEREST_DECLARE)
    interest = _of(actor.id, agency_id, nature, kind=kind, since=since, until=until)
    _add(session, interest)
    events.record(session, InterestDeclared(), subject_id=interest.id, actor=actor, agency_id=agency_id)
    tell_planners(session, actor, interest)
    return interest


def record_interest(
    session: Session,
    actor: Actor,
    person_id: UUID,
    agency_id: UUID,
    *,
    nature: str,
    source: str,
    kind: InterestKind = InterestKind.OTHER,
    since: date | None = None,
    until: date | None = None,
) -> Interest:
    """Record an interest of somebody else of the staff, and where the office knows it from; they are told."""
    authorise(actor, Permission.AUDIT_PLAN)
    person = session.get(Person, person_id)
    if person is None or person.agency_id is not None:
        raise RuleError("This person is not one of the staff.", field="person")
    if person_id == actor.id:
        raise RuleError("Declare an interest of your own on your own page.", field="person")
    interest = _of(person_id, agency_id, nature, kind=kind, since=since, until=until)
    _say_source(interest, actor, source)
    _add(session, interest)
    told = InterestRecorded(person=person_id)
    events.record(session, told, subject_id=interest.id, actor=actor, agency_id=agency_id)
    tell_person(session, person_id, notices.InterestRecorded())
    tell_planners(session, actor, interest)
    return interest


def correct_interest(
    session: Session,
    actor: Actor,
    interest_id: UUID,
    *,
    nature: str,
    source: str,
    kind: InterestKind,
    since: date | None = None,
    until: date | None = None,
) -> Interest:
    """Put another row in the place of an interest of somebody else, with its source; they are told.

    NotAllowedError for an own interest, and for an actor with an interest in the same agency or its group.
    """
    authorise(actor, Permission.AUDIT_PLAN)
    wrong = session.get(Interest, interest_id)
    if wrong is None:
        raise missing(Interest)
    independence.check_no_interest(session, actor, wrong.agency_id)
    session.get_one(Person, wrong.person_id, with_for_update=True)
    if session.scalar(select(Interest.id).where(Interest.supersedes_id == wrong.id)):
        raise IllegalMoveError("This interest was corrected already.")
    interest = _of(wrong.person_id, wrong.agency_id, nature, kind=kind, since=since, until=until)
    interest.supersedes_id = wrong.id
    _say_source(interest, actor, source)
    _add(session, interest)
    told = InterestCorrected(person=wrong.person_id, supersedes=wrong.id)
    events.record(session, told, subject_id=interest.id, actor=actor, agency_id=wrong.agency_id)
    tell_person(session, wrong.person_id, notices.InterestRecorded())
    tell_planners(session, actor, interest)
    return interest


def tell_planners(session: Session, actor: Actor, interest: Interest) -> None:
    """Tell who planned the audits that an interest touches, of the agency and of its group."""
    session.flush()
    if interest.kind is InterestKind.NONE:
        return
    planners = {person.id for person in people_with(session, Role.PLANNER)} - {actor.id, interest.person_id}
    for agency_id in agencies_of_group(session, interest.agency_id):
        for audit_id, reference, planner_id in independence.shared_audits(session, interest.person_id, agency_id):
            for person_id in sorted({planner_id} & planners or planners):
                tell_person(session, person_id, notices.InterestInAudit(reference=reference), subject_id=audit_id)


def _of(
    person_id: UUID, agency_id: UUID, nature: str, *, kind: InterestKind, since: date | None, until: date | None
) -> Interest:
    if not nature.strip():
        raise RuleError("Describe the tie.", field="nature")
    check_period(since, until, clock.today())
    return Interest(
        id=uuid4(),
        person_id=person_id,
        agency_id=agency_id,
        kind=kind,
        nature=nature.strip(),
        since=since,
        until=until,
        declared_at=clock.now(),
        source="",
    )


def _say_source(interest: Interest, actor: Actor, source: str) -> None:
    if not source.strip():
        raise RuleError("Say where the office knows this from.", field="source")
    interest.source, interest.recorded_by = source.strip(), actor.id


def _add(session: Session, interest: Interest) -> None:
    """Store an interest. RuleError at `agency` if the same is on record."""
    if session.get(Agency, interest.agency_id) is None:
        raise missing(Agency)
    session.get_one(Person, interest.person_id, with_for_update=True)
    same = select(Interest).where(Interest.person_id == interest.person_id, Interest.agency_id == interest.agency_id)
    said = (interest.kind, interest.since, interest.until, interest.supersedes_id)
    if any((each.kind, each.since, each.until, each.supersedes_id) == said for each in session.scalars(same)):
        raise RuleError("This interest is on record already.", field="agency")
    session.add(interest)
