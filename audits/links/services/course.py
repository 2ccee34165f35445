"""The workflow of link reports, and the independence that its moves require."""

from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.core import clock, events
from audits.core.access import Actor, Role
from audits.core.calendar import add_working_days
from audits.core.flow import Independence
from audits.core.moves import Course
from audits.core.notices import tell_person
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import open_deadline
from audits.links import notices
from audits.links.models import LinkReport
from audits.links.workflow import LINK_FLOW
from audits.people import independence
from audits.people.queries import people_with

JUDGE_WORKING_DAYS = 10


def _check(session: Session, actor: Actor, report: LinkReport, asks: Independence) -> None:
    if asks is Independence.NO_INTEREST:
        independence.check_no_interest(session, actor, report.agency_id)


LINKS = Course(LinkReport, LINK_FLOW, _check)


def record(session: Session, actor: Actor, report: LinkReport, event: events.EventData) -> None:
    """Record an event about a report."""
    events.record(session, event, subject_id=report.id, actor=actor, agency_id=report.agency_id)


def open_task(session: Session, report: LinkReport) -> None:
    """Make it a task of the planners to judge a report, and tell them."""
    day = add_working_days(clock.today(), JUDGE_WORKING_DAYS)
    kind, owner = DeadlineKind.LINK_REPORT, Role.PLANNER
    open_deadline(session, kind, subject_id=report.id, agency_id=report.agency_id, due_on=day, owner_role=owner)
    agency = session.get_one(Agency, report.agency_id)
    for person in people_with(session, owner):
        tell_person(session, person.id, notices.LinksFound(agency=agency.legal_name, day=day), subject_id=report.id)
