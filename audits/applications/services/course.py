"""The workflow of applications, and the independence that its moves require."""

from sqlalchemy.orm import Session

from audits.applications.models import Application
from audits.applications.workflow import APPLICATION_FLOW
from audits.core.access import Actor
from audits.core.flow import Independence
from audits.core.moves import Course
from audits.people import independence


def _check(session: Session, actor: Actor, application: Application, asks: Independence) -> None:
    if asks is not Independence.NOTHING:
        independence.check_no_interest(session, actor, application.agency_id)


APPLICATIONS = Course(Application, APPLICATION_FLOW, _check)
