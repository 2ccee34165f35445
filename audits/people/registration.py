"""Self-registration of an agency: its profile, and an account for its first person."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audits.agencies.events import AgencyRegistered
from audits.agencies.models import Agency
from audits.agencies.rules import AgencyDetails
from audits.agencies.services import enter_agency
from audits.core import clock, events
from audits.core.notices import tell_person
from audits.core.typed import clean_email
from audits.people.models import Person
from audits.people.notices import AccountKnown
from audits.people.queries import approach, find_by_email
from audits.people.services import invite_first_owner

JUST_INVITED = timedelta(minutes=10)


def register_agency(
    session: Session, *, details: AgencyDetails, owner_name: str, owner_email: str, language: str
) -> tuple[Agency, Person]:
    """Register an agency with its first account, which gets an invitation by mail. Open to everybody.

    RuleError at `register_number` when the agency is known, at `email` when the address is.
    """
    agency = enter_agency(session, details)
    owner = invite_first_owner(session, agency.id, name=owner_name, email=owner_email, language=language)
    events.record(session, AgencyRegistered(), subject_id=agency.id, actor=owner.actor, agency_id=agency.id)
    return agency, owner


def register_or_remind(
    session: Session, *, details: AgencyDetails, owner_name: str, owner_email: str, language: str
) -> Agency | None:
    """Do the same for a public page, which must not disclose to strangers whose e-mail addresses are known.

    RuleError at `register_number` when the agency is known, whosever the address is: that it exists is public. Else, if
    the address has an account, its holder gets a mail that says so, and no agency is registered: None. Who was
    invited a moment ago has a mail already: they sent the page again. Whose invitation lay longer, and was the first of
    an agency, begins anew.
    """
    email = clean_email(owner_email)
    known = _account_of(session, email)
    if known is None:
        agency, _ = register_agency(
            session, details=details, owner_name=owner_name, owner_email=owner_email, language=language
        )
        return agency
    if known.invited_at < clock.now() - JUST_INVITED:
        _check_unknown(session, details)
        if known.retired_at is None:
            tell_person(session, known.id, AccountKnown())
    return None


def _account_of(session: Session, email: str) -> Person | None:
    """Return the account with this address, after the end of a registration from it that nobody confirmed in time."""
    approach(session, email)
    invited_at = session.scalar(select(Person.invited_at).where(Person.email == email))
    if invited_at and invited_at < clock.now() - JUST_INVITED:
        session.execute(select(func.end_unconfirmed(None, None, email)))
    return find_by_email(session, email)


def _check_unknown(session: Session, details: AgencyDetails) -> None:
    """Raise the RuleError of a known agency. Strangers may read no agency, so one is entered and taken back."""
    trial = session.begin_nested()
    try:
        enter_agency(session, details)
    finally:
        trial.rollback()
