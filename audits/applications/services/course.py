"""The workflow of applications, and the independence that its moves require."""

from uuid import UUID

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from audits.applications.models import Application
from audits.applications.workflow import APPLICATION_FLOW, ApplicationState
from audits.core import moves
from audits.core.access import Actor, Permission
from audits.core.errors import IllegalMoveError, NotFoundError
from audits.core.flow import Independence
from audits.core.moves import Course
from audits.core.statements import built_once, rows
from audits.people import independence
from audits.schemes.text import SchemeText


def _check(session: Session, actor: Actor, application: Application, asks: Independence) -> None:
    if asks is not Independence.NOTHING:
        independence.check_no_interest(session, actor, application.agency_id)


APPLICATIONS = Course(Application, APPLICATION_FLOW, _check)


def load_draft(session: Session, actor: Actor, application_id: UUID) -> Application:
    """Return a draft application, locked so that no answer is saved after its submission."""
    subject = _locked(session, application_id) or application_id
    application = moves.hold(session, APPLICATIONS, actor, subject, Permission.APPLICATION_EDIT)
    if application.state is not ApplicationState.DRAFT:
        raise IllegalMoveError("This application is submitted and can no longer be changed.")
    return application


def _locked(session: Session, application_id: UUID) -> Application | None:
    """Lock an application that this transaction has read; None if it has not, or if the row has changed since.

    Every change counts the version up. This is asked with each answer that is saved.
    """
    known = session.identity_map.get(identity_key(Application, application_id))
    if known is None or "version" in inspect(known).unloaded:
        return None
    query, values = _version(application_id)
    return known if rows(session, query, values).scalar() == known.version else None


@built_once
def _version(application_id: UUID) -> Select[int]:
    return select(Application.version).where(Application.id == application_id).with_for_update()


def check_code(scheme: SchemeText, code: str) -> None:
    """Raise NotFoundError unless the scheme has this requirement."""
    if code not in {item.code for item in scheme.requirements}:
        raise NotFoundError("There is no such question.")
