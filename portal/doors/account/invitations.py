"""Invitations that nobody took up: a new link once, then the account is ended. For the clock."""

from contextlib import suppress

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session

from audits.core import clock, events
from audits.core.access import SYSTEM
from audits.core.errors import RuleError
from audits.core.events import Event
from audits.core.notices import tell_person
from audits.people.events import InvitationRepeated
from audits.people.models import Person
from audits.people.notices import Invitation
from audits.people.services import end_unused
from portal.doors.account.models import PasswordHash
from portal.doors.account.rules import INVITATION_ENDS, TOKEN_LIFETIME, Purpose


def remind_or_close(session: Session) -> None:
    """Send a new link to whoever did not use the first in time; end the account of whoever used neither.

    Whoever alone manages people keeps it, as nobody could invite them again, and so does whoever waits for a role.
    """
    now = clock.now()
    for person in session.scalars(_unused().where(Person.invited_at <= now - INVITATION_ENDS)).all():
        with suppress(RuleError):
            end_unused(session, person)
    waiting = _unused().where(
        Person.invited_at.between(now - INVITATION_ENDS, now - TOKEN_LIFETIME[Purpose.INVITATION])
    )
    for person in session.scalars(waiting.where(~_repeated())).all():
        tell_person(session, person.id, Invitation())
        events.record(session, InvitationRepeated(), subject_id=person.id, actor=SYSTEM, agency_id=person.agency_id)


def _unused() -> Select[Person]:
    query = select(Person).where(Person.retired_at.is_(None), ~exists().where(PasswordHash.person_id == Person.id))
    return query.order_by(Person.id).with_for_update(of=Person, skip_locked=True)


def _repeated() -> ColumnElement[bool]:
    again = and_(Event.subject_id == Person.id, Event.happened_at >= Person.invited_at)
    return exists().where(again, Event.name == InvitationRepeated.name)
