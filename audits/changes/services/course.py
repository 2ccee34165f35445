"""The workflow of reported changes, and the independence that its moves require."""

from sqlalchemy.orm import Session

from audits.changes.models import AgencyChange
from audits.changes.workflow import CHANGE_FLOW
from audits.core.access import Actor
from audits.core.flow import Independence
from audits.core.moves import Course
from audits.people import independence


def _check(session: Session, actor: Actor, change: AgencyChange, asks: Independence) -> None:
    match asks:
        case Independence.OUTSIDER:
            independence.check_outsider(session, actor, change.agency_id)
        case Independence.NO_INTEREST:
            independence.check_no_interest(session, actor, change.agency_id)
        case _:
            pass


CHANGES = Course(AgencyChange, CHANGE_FLOW, _check)
