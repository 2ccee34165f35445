"""How an agency comes in from the street: it registers itself, and its first person gets an account."""

from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.agencies.rules import AgencyDetails
from audits.agencies.services import enter_agency
from audits.core import events, outbox
from audits.people.models import Person
from audits.people.queries import approach, find_by_email
from audits.people.services import invite_first_owner


def register_agency(
    session: Session, *, details: AgencyDetails, owner_name: str, owner_email: str, language: str
) -> tuple[Agency, Person]:
    """Register an agency with its first account, which gets an invitation by mail. Open to everybody.

    RuleError at `register_number` when the agency is known, at `email` when the address is.
    """
    agency = enter_agency(session, details)
    owner = invite_first_owner(session, agency.id, name=owner_name, email=owner_email, language=language)
    events.record(session, "agency.register", subject_id=agency.id, actor=owner.actor, agency_id=agency.id)
    return agency, owner


def register_or_remind(
    session: Session, *, details: AgencyDetails, owner_name: str, owner_email: str, language: str
) -> None:
    """The same for a public page, which may not tell a stranger whose e-mail addresses are known here.

    Somebody who has an account gets a mail that says so, and no agency is registered.
    """
    approach(session, owner_email.strip())
    known = find_by_email(session, owner_email.strip())
    if known is None:
        register_agency(session, details=details, owner_name=owner_name, owner_email=owner_email, language=language)
    elif known.retired_at is None:
        outbox.enqueue(session, "mail", template="account_known", person_id=str(known.id), path="/login")
