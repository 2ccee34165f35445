"""The workflow of applications, and the independence that its moves require."""

from uuid import UUID

from sqlalchemy.orm import Session

from audits.applications.models import Application
from audits.applications.workflow import APPLICATION_FLOW, ApplicationState
from audits.core import moves
from audits.core.access import Actor, Permission
from audits.core.errors import IllegalMoveError, NotFoundError
from audits.core.flow import Independence
from audits.core.moves import Course
from audits.people import independence
from audits.schemes.text import SchemeText


def _check(session: Session, actor: Actor, application: Application, asks: Independence) -> None:
    if asks is not Independence.NOTHING:
        independence.check_no_interest(session, actor, application.agency_id)


APPLICATIONS = Course(Application, APPLICATION_FLOW, _check)


def load_draft(session: Session, actor: Actor, application_id: UUID) -> Application:
    """Return a draft application, locked so that no answer is saved after its submission."""
    application = moves.hold(session, APPLICATIONS, actor, application_id, Permission.APPLICATION_EDIT)
    if application.state is not ApplicationState.DRAFT:
        raise IllegalMoveError("This application is submitted and can no longer be changed.")
    return application


def check_code(scheme: SchemeText, code: str) -> None:
    """Raise NotFoundError unless the scheme has this requirement."""
    if code not in {item.code for item in scheme.requirements}:
        raise NotFoundError("There is no such question.")
