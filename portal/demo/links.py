"""What is each agency's own, and what planners do with links that are none."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.rules import AgencyDetails
from audits.core.access import Actor
from audits.links.models import LinkHit, LinkReport
from audits.links.services import dismiss_links, judge_link
from audits.links.workflow import LinkState, LinkVerdict
from portal.demo.cast import VLIETLAND

_FIRST = ("Willem", "Marijke", "Arend", "Hanneke", "Sietse", "Trudy", "Jelle", "Wilma", "Evert", "Gonnie")
_FAMILY = (
    "van den Berg", "Hogendoorn", "Wiersma", "Kuipers", "Slotboom", "Terpstra", "Ouwehand", "Zwart", "Roelofs",
    "Brandsma", "Coolen", "Dijkhuizen", "Elzinga", "Feenstra", "Gijsbers", "Heemskerk", "IJzerman", "Jongsma",
)  # fmt: skip


def own(details: AgencyDetails, serial: int) -> AgencyDetails:
    """Return details with a telephone number and, unless they name one, an account that no other agency has."""
    if not serial:
        return details
    account = _account(serial) if details.iban == VLIETLAND.iban else details.iban
    return replace(details, iban=account, phone=f"+31 71 5{serial:06}")


def director(serial: int) -> str:
    """Return the name of the director of an agency."""
    return f"{_FIRST[serial % len(_FIRST)]} {_FAMILY[serial % len(_FAMILY)]}"


def manager(serial: int) -> str:
    """Return the name of its contact."""
    return f"{_FIRST[(serial + 5) % len(_FIRST)]} {_FAMILY[(serial + 7) % len(_FAMILY)]}"


def dismiss_all(session: Session, planner: Actor, agency_id: UUID) -> None:
    """Find that the agency of an open report is no comeback, as planner."""
    wanted = select(LinkReport).where(LinkReport.agency_id == agency_id, LinkReport.state == LinkState.OPEN)
    report = session.scalar(wanted)
    if report is None:
        return
    reason = "Andere mensen, ander bedrijf."
    for hit_id in session.scalars(select(LinkHit.id).where(LinkHit.report_id == report.id)):
        judge_link(session, planner, report.id, hit_id, verdict=LinkVerdict.COUNTS_NOT, reason=reason)
    dismiss_links(session, planner, report.id, reason=reason)


def _account(serial: int) -> str:
    """Return a Dutch account number with its check digits (ISO 13616)."""
    number = f"RABO{serial:010}"
    digits = "".join(str(int(sign, 36)) for sign in f"{number}NL00")
    return f"NL{98 - int(digits) % 97:02}{number}"
