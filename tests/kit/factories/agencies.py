"""Agencies, complete unless told otherwise."""

from datetime import date
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from audits.agencies.models import Agency, Branch, Contact, ControllingPerson
from audits.agencies.rules import AgencyDetails
from audits.core import clock

_numbers = count(10_000_001)

DETAILS = AgencyDetails(
    legal_name="Oosterlicht Flex B.V.",
    country="NL",
    register_number="12345678",
    street="Havenstraat 1",
    postcode="5911 AB",
    city="Venlo",
    trade_names=("Oosterlicht",),
    phone="077 123 4567",
    website="https://www.oosterlicht.example",
    activities=("temporary_agency_work",),
    sectors=("logistics", "food_processing"),
    recruitment_countries=("NL", "PL"),
    headcount=140,
    own_housing=True,
    housing_places=60,
    iban="NL91ABNA0417164300",
    account_holder="Oosterlicht Flex B.V.",
)


def make_agency(session: Session, *, complete: bool = True, **values: Any) -> Agency:
    """Return an agency with a register number of its own; unless `complete`, as right after registration."""
    details = DETAILS.plain()
    if not complete:
        kept = ("legal_name", "country", "street", "postcode", "city")
        details = AgencyDetails(register_number="", **{name: details[name] for name in kept}).plain()
    number = {"register_number": str(next(_numbers))}
    agency = Agency(id=uuid4(), created_at=clock.now(), former_names=[], **(details | number | values))
    if complete:
        agency.controlling_persons = [
            ControllingPerson(id=uuid4(), name="Ada Bos", function="director", since=date(2015, 3, 1))
        ]
        agency.contacts = [
            Contact(id=uuid4(), name="Bo Vos", function="manager", email="bo@oosterlicht.example", phone="06 12345678")
        ]
        agency.branches = [
            Branch(id=uuid4(), name="Roermond", street="Markt 2", postcode="6041 EL", city="Roermond", country="NL")
        ]
    session.add(agency)
    session.flush()
    return agency
