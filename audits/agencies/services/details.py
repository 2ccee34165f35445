"""Enter and edit the profile of an agency."""

from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.agencies.events import AgencyEdited
from audits.agencies.models import Agency, facts
from audits.agencies.queries import details_of
from audits.agencies.rules import LISTED, AgencyDetails, clean_details, names_after
from audits.core import clock, events, outbox
from audits.core.access import Actor, Permission, authorise
from audits.core.db import seen
from audits.core.errors import RuleError, missing


def enter_agency(session: Session, details: AgencyDetails) -> Agency:
    """Add an agency without any account. RuleError at `register_number` when the number is known already.

    This discloses nothing new: which agencies exist is public in the trade register and in our own.
    """
    details = clean_details(details)
    same = (Agency.country == details.country, Agency.register_number == details.register_number)
    if session.scalar(select(Agency.id).where(*same)):
        raise _known()
    agency = Agency(id=uuid4(), created_at=clock.now(), former_names=[], **details.plain())
    session.execute(select(func.begin_registration(agency.id)))  # this transaction now acts for the new agency
    session.add(agency)
    try:
        session.flush()
    except IntegrityError as refusal:  # a concurrent request registered the same number
        raise _known() from refusal
    return agency


def edit_agency(session: Session, actor: Actor, agency_id: UUID, details: AgencyDetails, *, version: int) -> Agency:
    """Replace the details. `version` is the row version that the person saw.

    A new legal name pushes the old one to the former names. Country and register number say which legal entity this
    is; they never change, as a certificate can never move to another entity.
    """
    agency = load_own(session, actor, agency_id)
    seen(agency, version)
    details = clean_details(details, details_of(agency))
    if (details.country, details.register_number) != (agency.country, agency.register_number):
        raise RuleError(
            "The number in the trade register cannot change. Another legal entity needs a registration of its own.",
            "register_number",
        )
    changed = events.changes(facts(agency), details.plain())
    if not changed:
        return agency
    if "legal_name" in changed:
        agency.former_names = names_after(agency.former_names, agency.legal_name, details.legal_name)
    for name, (_, value) in changed.items():
        setattr(agency, name, value)
    told = AgencyEdited(fields=events.codes(changed), changes=changed)
    events.record(session, told, subject_id=agency.id, actor=actor, agency_id=agency.id)
    if LISTED & changed.keys():
        outbox.enqueue(session, "register.refresh", agency_id=str(agency.id))
    session.flush()
    return agency


def load_own(session: Session, actor: Actor, agency_id: UUID) -> Agency:
    """Return the agency, locked, for somebody who may edit it; NotFoundError for people of another agency."""
    authorise(actor, Permission.AGENCY_EDIT)
    agency = session.get(Agency, agency_id, with_for_update=True)
    if agency is None or not agency.is_visible_to(actor):
        raise missing(Agency)
    return agency


def _known() -> RuleError:
    return RuleError(
        "An agency with this number is registered already. Ask the owner of its account to invite you, or call us.",
        "register_number",
    )
