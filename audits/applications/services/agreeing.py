"""Accept the certification agreement (ISO/IEC 17065 clause 4.1.2): with an application, and anew when it changed."""

from sqlalchemy.orm import Session

from audits.applications import events as told
from audits.applications.models import AgreementAcceptance, Application
from audits.applications.queries import asked_agreement, unaccepted_agreement
from audits.applications.rules import same_name
from audits.core import clock, events
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.events import Code, Digest
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline
from audits.people.models import Person
from audits.schemes.cycle import Agreement

_READ_IT = "Read the certification agreement, and accept it."


def accept_with_application(session: Session, actor: Actor, application: Application, seen: str | None) -> None:
    """Accept the agreement of the scheme of an application that is declared, if it has one; `seen` is its digest."""
    agreement = unaccepted_agreement(session, application)
    if agreement is None:
        return
    if seen != agreement.sha256:
        raise RuleError(_READ_IT, "agreement")
    _accept(session, actor, application, agreement, application.declared_name)


def accept_changed_agreement(session: Session, actor: Actor, *, declared_name: str, seen: str) -> None:
    """Accept the agreement that changed since the holder accepted one; `seen` is the digest of the text that was shown.

    RuleError at `declared_name` or `agreement`; IllegalMoveError if nothing is asked, or if it was accepted already.
    """
    authorise(actor, Permission.APPLICATION_SIGN)
    asked = asked_agreement(session, actor)
    if asked is None:
        raise IllegalMoveError("There is no agreement to accept now.")
    person = signing(session, actor, declared_name)
    if seen != asked.agreement.sha256:
        raise RuleError(_READ_IT, "agreement")
    _accept(session, actor, asked.application, asked.agreement, person.name)


def signing(session: Session, actor: Actor, declared_name: str) -> Person:
    """Return the actor, who typed the own name to sign; RuleError at `declared_name` for another name."""
    person = session.get_one(Person, actor.id)
    if not same_name(declared_name, person.name):
        raise RuleError(
            "Enter your own name as it stands in your account: %(name)s.", "declared_name", name=person.name
        )
    return person


def _accept(session: Session, actor: Actor, application: Application, agreement: Agreement, name: str) -> None:
    acceptance = AgreementAcceptance(
        application_id=application.id,
        version=agreement.version,
        sha256=agreement.sha256,
        accepted_by=actor.id,
        accepted_name=name,
        accepted_at=clock.now(),
    )
    session.add(acceptance)
    accepted = told.AgreementAccepted(version=Code(agreement.version), sha256=Digest(agreement.sha256))
    events.record(session, accepted, subject_id=application.id, actor=actor, agency_id=application.agency_id)
    session.flush()  # a trigger asks for the acceptance before the task ends
    asked = asked_agreement(session, actor)
    if asked and asked.agreement.sha256 == agreement.sha256:
        end_deadline(session, DeadlineKind.AGREEMENT, asked.application.id)
