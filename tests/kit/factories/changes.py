"""Reported changes, made by the services."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.agencies.queries import details_of
from audits.agencies.rules import ProfileSection
from audits.changes.models import AgencyChange
from audits.changes.services import report_details
from audits.core import clock
from audits.core.access import Role
from audits.core.files import StoredFile
from audits.people.models import Person
from tests.kit.factories.people import make_person

EXTRACT = StoredFile("e" * 64, 9, "application/pdf", "extract.pdf")
SECTIONS = {
    "city": ProfileSection.SEAT,
    "legal_name": ProfileSection.SEAT,
    "trade_names": ProfileSection.SEAT,
    "street": ProfileSection.SEAT,
    "sectors": ProfileSection.SCOPE,
    "activities": ProfileSection.SCOPE,
    "own_housing": ProfileSection.WORKERS,
    "housing_places": ProfileSection.WORKERS,
    "iban": ProfileSection.BANK,
    "account_holder": ProfileSection.BANK,
}


def report(session: Session, agency: Agency, person: Person | None = None, **changes: Any) -> AgencyChange:
    """An agency reports these fields, which hold since today; the first one says of which section."""
    person = person or make_person(session, Role.AGENCY_EDITOR, agency)
    said: dict[str, Any] = {"effective_on": clock.today(), "explanation": "", "files": [EXTRACT]}
    said |= {name: changes.pop(name) for name in said.keys() & changes.keys()}
    details = replace(details_of(agency), **changes)
    section = SECTIONS[next(iter(changes))]
    version = agency.version
    change = report_details(session, person.actor, agency.id, section, details, version=version, **said)
    assert change is not None
    session.flush()
    return change
