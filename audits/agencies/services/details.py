"""Enter and edit the profile of an agency."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.agencies.events import AgencyEdited, TradeRegisterAsked
from audits.agencies.models import Agency, facts
from audits.agencies.queries import details_of, fixed_sections
from audits.agencies.rules import FIXED_FIELDS, LISTED, AgencyDetails, ProfileSection, clean_details, names_after
from audits.core import clock, events, outbox
from audits.core.access import Actor, Permission, authorise
from audits.core.db import seen
from audits.core.errors import IllegalMoveError, RuleError, missing
from audits.core.events import Event

MOST_ASKED = 10  # times in 24 hours that the trade register is asked about one agency: each is paid for


def enter_agency(session: Session, details: AgencyDetails) -> Agency:
    """Add an agency without any account. RuleError at `register_number` when the number is known already.

    A registration of the same number that nobody confirmed ends: else whoever mistypes an address, or takes the number
    of another, keeps the agency out. The error discloses nothing new: which agencies exist is public in the trade
    register and in our own.
    """
    details = clean_details(details)
    number = (details.country, details.register_number)
    session.execute(select(func.end_unconfirmed(*number, None)))
    if session.scalar(select(Agency.id).where(tuple_(Agency.country, Agency.register_number) == number)):
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
    is; they never change, as a certificate can never move to another entity. IllegalMoveError for a field that can
    only be reported, because somebody relies on it.
    """
    agency = load_own(session, actor, agency_id)
    seen(agency, version)
    details = checked(agency, details)
    changed = {name: after for name, (_, after) in events.changes(facts(agency), details.plain()).items()}
    for part in fixed_sections(session, agency_id) if changed else ():
        if changed.keys() & set(FIXED_FIELDS.get(part, ())):
            raise only_reported()
    return write_details(session, actor, agency, changed)


def checked(agency: Agency, details: AgencyDetails) -> AgencyDetails:
    """Return the details checked and normalised; RuleError also if they name another legal entity."""
    details = clean_details(details, details_of(agency))
    if (details.country, details.register_number) != (agency.country, agency.register_number):
        raise RuleError(
            "The number in the trade register cannot change. Another legal entity needs a registration of its own.",
            "register_number",
        )
    return details


def write_details(session: Session, actor: Actor, agency: Agency, changed: Mapping[str, Any]) -> Agency:
    """Store changed fields of an agency that is locked, with their event. The caller has checked who may do this."""
    if not changed:
        return agency
    told = AgencyEdited(fields=events.codes(changed), changes=events.changes(facts(agency), changed))
    if "legal_name" in changed:
        agency.former_names = names_after(agency.former_names, agency.legal_name, changed["legal_name"])
    for name, value in changed.items():
        setattr(agency, name, value)
    events.record(session, told, subject_id=agency.id, actor=actor, agency_id=agency.id)
    if LISTED & changed.keys():
        outbox.enqueue(session, "register.refresh", agency_id=str(agency.id))
    session.flush()
    return agency


def note_asking(session: Session, actor: Actor, agency_id: UUID) -> None:
    """Note that somebody is about to ask the trade register; RuleError after `MOST_ASKED` times in a day.

    People of the agency, and who checks the changes that it reports; `load_own` and `authorise` refuse all others.
    """
    if actor.agency_id is None:
        authorise(actor, Permission.CHANGE_CHECK)
    else:
        load_own(session, actor, agency_id)
    asked = select(func.count()).where(Event.subject_id == agency_id, Event.name == TradeRegisterAsked.name)
    if (session.scalar(asked.where(Event.happened_at > clock.now() - timedelta(days=1))) or 0) >= MOST_ASKED:
        raise RuleError("The trade register was asked %(max)d times today. Try again tomorrow.", max=MOST_ASKED)
    events.record(session, TradeRegisterAsked(), subject_id=agency_id, actor=actor, agency_id=agency_id)


def check_free(session: Session, agency_id: UUID, section: ProfileSection) -> None:
    """Raise IllegalMoveError for a list that changes by reported changes only."""
    if section in fixed_sections(session, agency_id):
        raise only_reported()


def only_reported() -> IllegalMoveError:
    """Return the error for a direct edit of what somebody relies on."""
    return IllegalMoveError("This can no longer be edited. Report the change, and we check it.")


def load_own(session: Session, actor: Actor, agency_id: UUID) -> Agency:
    """Return the agency, locked, for somebody who may edit it; NotFoundError for people of another agency."""
    authorise(actor, Permission.AGENCY_EDIT)
    agency = session.get(Agency, agency_id, with_for_update=True)
    if agency is None or not agency.is_visible_to(actor):
        raise missing(Agency)
    return agency


def _known() -> RuleError:
    return RuleError(
        "An agency with this number is registered already. Ask the owner of its account to invite you, or write to us.",
        "register_number",
    )
