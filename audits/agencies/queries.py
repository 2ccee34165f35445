"""Reads of agencies. Every list starts from what the actor may see."""

from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, Uuid, column, false, func, select, table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from audits.agencies.events import BranchRemoved, ContactRemoved, ControllingPersonRemoved
from audits.agencies.models import Agency, Branch, Contact, ControllingPerson, GroupStatement, facts
from audits.agencies.rules import AgencyDetails, ProfileSection, Scope, missing_sections
from audits.agencies.trade_registers import clean_register_number
from audits.core.access import Actor, Permission
from audits.core.errors import RuleError, missing
from audits.core.events import Event
from audits.core.statements import built_once, rows


def visible_agencies(actor: Actor) -> Select[Agency]:
    """Select what the actor may see: an agency itself, staff with access to cases all, others none."""
    query = select(Agency)
    if not actor.has(Permission.AGENCY_VIEW):
        return query.where(false())
    return query if actor.agency_id is None else query.where(Agency.id == actor.agency_id)


def get_agency(session: Session, actor: Actor, agency_id: UUID, *, whole: bool = False) -> Agency:
    """Return one agency, or raise NotFoundError; `whole` also loads branches, people in control and contacts."""
    query, values = _agency(actor, agency_id)
    agency = session.scalar(query, values)
    if agency is None:
        raise missing(Agency)
    if whole:
        load_lists(session, agency, *_LISTS)
    return agency


def row_was_removed(session: Session, actor: Actor, row_id: UUID) -> bool:
    """Return whether somebody took this branch, person in control or contact out of the lists of the own agency."""
    names = [event.name for event in (BranchRemoved, ControllingPersonRemoved, ContactRemoved)]
    found = select(Event.id).where(
        Event.subject_id == row_id, Event.agency_id == actor.agency_id, Event.name.in_(names)
    )
    return actor.has(Permission.AGENCY_EDIT) and session.scalar(found.limit(1)) is not None


def living_certificate(session: Session, agency_id: UUID, on: date) -> UUID | None:
    """Return the certificate of an agency that counts or is suspended on a day; see walls/deadline.sql."""
    return session.scalar(select(func.living_certificate(agency_id, on)))


def covered_scope(session: Session, agency_id: UUID, on: date) -> Scope | None:
    """Return what the certificate of an agency covers that counts or is suspended on a day; None without one."""
    living = func.living_certificate(agency_id, on)
    scope = session.scalar(select(_CERTIFICATE.c.scope).where(_CERTIFICATE.c.id == living))
    return Scope.of(scope) if scope else None


def awaits_certificate(session: Session, agency_id: UUID) -> bool:
    """Return whether a certificate of an agency is decided and not issued yet; see walls/changes.sql."""
    return bool(session.scalar(select(func.awaits_certificate(agency_id))))


def fixed_sections(session: Session, agency_id: UUID) -> frozenset[ProfileSection]:
    """Return the sections that change by a reported change only, since somebody relies on them; walls/changes.sql."""
    return frozenset(ProfileSection(part) for part in session.scalar(select(func.fixed_parts(agency_id))) or ())


def load_lists(session: Session, agency: Agency, *names: str, empty: bool = False) -> None:
    """Load these lists of an agency, one statement each, or none if they are known to be empty.

    The caller must have access to the agency.
    """
    for name in names:
        query, values = _LISTS[name](agency.id)
        set_committed_value(agency, name, [] if empty else session.scalars(query, values).all())


def details_of(agency: Agency) -> AgencyDetails:
    """Return the stored fields as `AgencyDetails`, the value that the services take."""
    return AgencyDetails.of(facts(agency))


def missing_of(session: Session, agency: Agency) -> list[ProfileSection]:
    """Return the profile sections that an application still needs; the caller must have access to the agency."""
    query, values = _listed(agency.id)
    return missing_with(agency, *rows(session, query, values).one())


def missing_with(agency: Agency, controlling_persons: int, contacts: int) -> list[ProfileSection]:
    """Return the profile sections that are still needed, for who has read `counted_lists` with the agency."""
    return missing_sections(details_of(agency), controlling_persons=controlling_persons, contacts=contacts)


def counted_lists(agency_id: Any) -> tuple[ScalarSelect[int], ScalarSelect[int]]:
    """Count the controlling persons and the contacts of an agency; its id may be a column of the query around it."""
    controlling_persons = select(func.count()).where(ControllingPerson.agency_id == agency_id).scalar_subquery()
    contacts = select(func.count()).where(Contact.agency_id == agency_id).scalar_subquery()
    return controlling_persons, contacts


def doubles(session: Session) -> list[tuple[str, list[str]]]:
    """Find register numbers that are stored in several spellings for what is one business.

    Shape: [(number, spellings)].
    """
    spellings: dict[tuple[str, str], list[str]] = {}
    for country, number in session.execute(select(Agency.country, Agency.register_number).order_by(Agency.created_at)):
        with suppress(RuleError):  # stored under an older rule, and the only one in that spelling
            spellings.setdefault((country, clean_register_number(country, number)), []).append(number)
    return [(country, numbers) for (country, _), numbers in spellings.items() if len(numbers) > 1]


def group_of(session: Session, agency_id: UUID) -> tuple[GroupStatement | None, list[Agency]]:
    """Return what the office stated last about the group of an agency, and the other agencies of that group."""
    query = select(GroupStatement).where(GroupStatement.agency_id == agency_id).order_by(GroupStatement.id.desc())
    stated = session.scalar(query.limit(1))
    if stated is None or not stated.name:
        return stated, []
    ids = session.scalar(select(func.group_of(agency_id))) or []
    others = select(Agency).where(Agency.id.in_(ids), Agency.id != agency_id).order_by(Agency.legal_name)
    return stated, list(session.scalars(others))


def group_names(session: Session) -> list[str]:
    """Return the names of groups that the office used before."""
    return list(session.scalars(select(GroupStatement.name).where(GroupStatement.name != "").distinct()))


# Named and not imported: certificates stand above all of this.
_CERTIFICATE = table("certificate", column("id", Uuid), column("scope", JSONB))


@built_once
def _agency(actor: Actor, agency_id: UUID) -> Select[Agency]:
    return visible_agencies(actor).where(Agency.id == agency_id)


@built_once
def _branches(agency_id: UUID) -> Select[Branch]:
    return select(Branch).where(Branch.agency_id == agency_id).order_by(Branch.name)


@built_once
def _controllers(agency_id: UUID) -> Select[ControllingPerson]:
    return select(ControllingPerson).where(ControllingPerson.agency_id == agency_id).order_by(ControllingPerson.name)


@built_once
def _contacts(agency_id: UUID) -> Select[Contact]:
    return select(Contact).where(Contact.agency_id == agency_id).order_by(Contact.name)


@built_once
def _listed(agency_id: UUID) -> Select[int, int]:
    return select(*counted_lists(agency_id))


_LISTS: dict[str, Any] = {"branches": _branches, "controlling_persons": _controllers, "contacts": _contacts}
