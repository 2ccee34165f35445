"""Agencies with what the table asks for."""

from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.core import clock

_numbers = count(10000001)


def make_agency(session: Session, **values: Any) -> Agency:
    """An agency that has registered itself."""
    number = str(next(_numbers))
    agency = Agency(
        **{
            "id": uuid4(),
            "legal_name": f"Uitzendbureau {number} B.V.",
            "country": "NL",
            "register_number": number,
            "street": "Kade 1",
            "postcode": "3011 AA",
            "city": "Rotterdam",
            "created_at": clock.now(),
        }
        | values
    )
    session.add(agency)
    session.flush()
    return agency
