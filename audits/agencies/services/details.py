"""The facts about an agency: entered once, edited by its own people."""

from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.agencies.models import Agency, facts
from audits.agencies.rules import LISTED, AgencyDetails, clean_details, names_after
from audits.core import clock, events, outbox
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import IllegalMoveError, NotFoundError, RuleError


def enter_agency(session: Session, details: AgencyDetails) -> Agency:
    """Add an agency without any account. RuleError at `register_number` when its number is known already.

    That says no more than the trade register and our own register say: an agency is no secret, a person is.
    """
    details = clean_details(details)
    same = (Agency.country == details.country, Agency.register_number == details.register_number)
    if session.scalar(select(Agency.id).where(*same)):
        raise _known()
    agency = Agency(id=uuid4(), created_at=clock.now(), former_names=[], **details.plain())
    session.execute(select(func.begin_registration(agency.id)))  # from here on this transaction acts for it
    session.add(agency)
    try:
        session.flush()
    except IntegrityError as refusal:  # the same agency registered a moment ago
        raise _known() from refusal
    return agency


def edit_agency(session: Session, actor: Actor, agency_id: UUID, details: AgencyDetails, *, version: int) -> Agency:
    """Replace the details. `version` is the row version that the person saw.

    A new legal name pushes the old one to the former names. Country and register number say which legal entity this
    is; they never change, as a certificate can never move to another entity.
    """
    agency = load_own(session, actor, agency_id)
    if agency.version != version:
        raise IllegalMoveError("Somebody changed this in the meantime. Reload the page and look again.")
    details = clean_details(details)
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
    events.record(session, "agency.edit", subject_id=agency.id, actor=actor, agency_id=agency.id, changes=changed)
    if LISTED & changed.keys():
        outbox.enqueue(session, "register.refresh", agency_id=str(agency.id))
    session.flush()
    return agency


def load_own(session: Session, actor: Actor, agency_id: UUID) -> Agency:
    """The agency, locked, for somebody who may edit it; NotFoundError for people of another agency."""
    authorise(actor, Permission.AGENCY_EDIT)
    agency = session.get(Agency, agency_id, with_for_update=True)
    if agency is None or not agency.is_visible_to(actor):
        raise NotFoundError("There is no such agency.")
    return agency


def _known() -> RuleError:
    return RuleError(
        "An agency with this number is registered already. Ask the owner of its account to invite you, or call us.",
        "register_number",
    )
