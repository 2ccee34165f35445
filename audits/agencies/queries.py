"""Reads of agencies. Every list starts from what the actor may see."""

from contextlib import suppress
from uuid import UUID

from sqlalchemy import Select, false, select
from sqlalchemy.orm import Session, selectinload

from audits.agencies.models import Agency, facts
from audits.agencies.rules import AgencyDetails, ProfileSection, missing_sections
from audits.agencies.trade_registers import clean_register_number
from audits.core.access import Actor, Permission
from audits.core.errors import NotFoundError, RuleError


def visible_agencies(actor: Actor) -> Select[Agency]:
    """An agency sees itself, staff with cases see all, others none."""
    query = select(Agency)
    if not actor.has(Permission.AGENCY_VIEW):
        return query.where(false())
    return query if actor.agency_id is None else query.where(Agency.id == actor.agency_id)


def get_agency(session: Session, actor: Actor, agency_id: UUID, *, whole: bool = False) -> Agency:
    """One agency, `whole` with its branches, people in control and contacts; or NotFoundError."""
    query = visible_agencies(actor).where(Agency.id == agency_id)
    if whole:
        lists = (Agency.branches, Agency.controlling_persons, Agency.contacts)
        query = query.options(*(selectinload(each) for each in lists))
    agency = session.scalar(query)
    if agency is None:
        raise NotFoundError("There is no such agency.")
    return agency


def details_of(agency: Agency) -> AgencyDetails:
    """What is stored, as the value that the services take."""
    return AgencyDetails.of(facts(agency))


def missing_of(agency: Agency) -> list[ProfileSection]:
    """Which parts of the details an application still needs."""
    return missing_sections(
        details_of(agency), controlling_persons=len(agency.controlling_persons), contacts=len(agency.contacts)
    )


def doubles(session: Session) -> list[tuple[str, list[str]]]:
    """Numbers that one country gave to one business and that are registered in several spellings."""
    spellings: dict[tuple[str, str], list[str]] = {}
    for country, number in session.execute(select(Agency.country, Agency.register_number).order_by(Agency.created_at)):
        with suppress(RuleError):  # stored under an older rule, and alone in being so
            spellings.setdefault((country, clean_register_number(country, number)), []).append(number)
    return [(country, numbers) for (country, _), numbers in spellings.items() if len(numbers) > 1]
