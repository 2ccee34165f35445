"""Agencies that nothing links, and what an agency is asked about links, made by the services."""

from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.core.access import Actor
from audits.links.models import LinkHit, LinkReport
from audits.links.services import ask_agency
from tests.kit.factories.agencies import make_agency

_numbers = count(1)
# A number in a street would be that of a house, and doubled letters are one.
_SYLLABLES = ("ba", "de", "fa", "ke", "la", "me", "na", "pe", "ra", "ve")
_LETTERS = str.maketrans({str(digit): syllable for digit, syllable in enumerate(_SYLLABLES)})


def make_lonely_agency(session: Session, **values: Any) -> Agency:
    """Return a complete agency of which nothing is like that of any other, but what `values` say."""
    number = next(_numbers)
    own = f"{number:05}".translate(_LETTERS)
    lonely = {
        "legal_name": f"Ooqx{own} B.V.",
        "trade_names": [],
        "street": f"Vreemdweg{own} 1",
        "city": f"Ver{own}",
        "phone": f"+31 6 {number:08}",
        "website": f"https://{own}.example",
        "iban": f"NL00TEST{number:010}",
    }
    agency = make_agency(session, **{**lonely, **values})
    agency.branches = []
    agency.controlling_persons[0].name = f"Ymke Wolters{own}"
    [contact] = agency.contacts
    contact.name, contact.email, contact.phone = f"Ilse Wiarda{own}", f"ilse@{own}.example", f"+31 6 {number:08}"
    session.flush()
    return agency


def hits_of(session: Session, report: LinkReport) -> list[LinkHit]:
    """Return the hits of a report, by sign."""
    return list(session.scalars(select(LinkHit).where(LinkHit.report_id == report.id).order_by(LinkHit.sign)))


def asked(session: Session, planner: Actor, report: LinkReport) -> list[LinkHit]:
    """Ask the agency about all hits, and return them."""
    hits = hits_of(session, report)
    ask_agency(session, planner, report.id, [hit.id for hit in hits])
    session.flush()
    return hits
