"""Applications in every state, with the shipped scheme."""

from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from audits.agencies.models import Agency, facts
from audits.agencies.rules import StatedScope
from audits.applications.models import AgreementAcceptance, Answer, Application
from audits.applications.queries import agreement_of
from audits.applications.workflow import ApplicationState
from audits.core import clock, numbering
from audits.core.access import Actor, Role
from audits.people.models import Person
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import scheme_of_version
from audits.schemes.services import publish_scheme
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.people import make_person
from tests.kit.scheme import source, values


def make_scheme(session: Session, text: str | None = None) -> SchemeVersion:
    """The norm that is shipped, or another; published once however often it is asked for."""
    text = text or source()
    version = publish_scheme(session, Actor(uuid4(), frozenset({Role.SCHEME_MANAGER})), text, values(text))
    session.flush()
    return version


def make_application(
    session: Session,
    *,
    state: ApplicationState = ApplicationState.DRAFT,
    answers: bool | None = None,
    agency: Agency | None = None,
    signatory: Person | None = None,
    version: SchemeVersion | None = None,
    **values: Any,
) -> Application:
    """An application with every question answered, unless it is a draft; `answers` decides otherwise."""
    version, agency = version or make_scheme(session), agency or make_agency(session)
    signatory = signatory or make_person(session, Role.AGENCY_SIGNATORY, agency)
    application = Application(
        id=uuid4(),
        reference=f"A-{clock.today().year}-{numbering.next_number(session, 'test'):05}-T",
        agency=agency,
        scheme_version=version,
        state=state,
        created_at=clock.now(),
        scope=None if state is ApplicationState.DRAFT else stated(agency),
        **_submission(signatory, state) | values,
    )
    session.add(application)
    session.flush()
    if state is not ApplicationState.DRAFT:
        accept_agreement(session, application, signatory)
    if answers if answers is not None else state is not ApplicationState.DRAFT:
        answer_all(session, application, signatory)
    return application


def stated(agency: Agency) -> dict[str, Any]:
    """The scope that an application states when it is submitted now."""
    return StatedScope.of(facts(agency)).plain()


def accept_agreement(session: Session, application: Application, signatory: Person) -> None:
    """What the signatory accepts with the declaration, where the scheme has an agreement."""
    if agreement := agreement_of(application):
        session.add(
            AgreementAcceptance(
                application_id=application.id,
                version=agreement.version,
                sha256=agreement.sha256,
                accepted_by=signatory.id,
                accepted_name=signatory.name,
                accepted_at=clock.now(),
            )
        )
        session.flush()


def answer_all(session: Session, application: Application, person: Person, value: str = "conform") -> None:
    """The same answer to every question."""
    session.add_all(
        Answer(
            application_id=application.id,
            requirement_code=item.code,
            scheme_version_id=application.scheme_version_id,
            value=value,
            answered_by=person.id,
            answered_at=clock.now(),
        )
        for item in scheme_of_version(application.scheme_version).requirements
    )
    session.flush()


def _submission(signatory: Person, state: ApplicationState) -> dict[str, Any]:
    if state is ApplicationState.DRAFT:
        return {}
    return {"submitted_at": clock.now(), "declared_by": signatory.id, "declared_name": signatory.name}
