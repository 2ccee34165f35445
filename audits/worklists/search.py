"""Find cases, people and findings by what somebody remembers of them: a few of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Text, and_, cast, or_, select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.applications.models import Application
from audits.core.access import Actor, Permission, authorise
from audits.inspections.models import Audit, Finding
from audits.people.models import Person

MOST = 10  # of each kind
SHORTEST = 2  # letters


class Hit(NamedTuple):
    """Something that was found: its id, what it is called, and the agency or the address that belongs to it."""

    id: UUID
    name: str
    about: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of each kind, at most MOST and one more."""

    agencies: Sequence[Hit] = ()
    applications: Sequence[Hit] = ()
    audits: Sequence[Hit] = ()
    findings: Sequence[Hit] = ()
    people: Sequence[Hit] = ()


def find(session: Session, actor: Actor, words: str) -> Found:
    """Return what holds every word in any of its texts; nothing for fewer than two letters."""
    authorise(actor, Permission.CASES_VIEW)
    asked = words.replace("\0", "").split()
    if sum(map(len, asked)) < SHORTEST:
        return Found()
    name = Agency.legal_name
    agencies = select(Agency.id, name, Agency.city)
    applications = select(Application.id, Application.reference, name).join(Agency, Agency.id == Application.agency_id)
    audits = select(Audit.id, Audit.reference, name).join(Agency, Agency.id == Audit.agency_id)
    findings = select(Finding.id, Finding.requirement_code, name).join(Agency, Agency.id == Finding.agency_id)
    people = select(Person.id, Person.name, name).outerjoin(Agency, Agency.id == Person.agency_id)
    return Found(
        agencies=_hits(session, agencies, asked, name, Agency.trade_names, Agency.register_number, Agency.city),
        applications=_hits(
            session, applications.where(Application.submitted_at.is_not(None)), asked, Application.reference, name
        ),
        audits=_hits(session, audits, asked, Audit.reference, name),
        findings=_hits(session, findings, asked, Finding.requirement_code, Finding.observed, Finding.agency_text, name),
        people=_hits(session, people.where(Person.retired_at.is_(None)), asked, Person.name, Person.email, name),
    )


def _hits(session: Session, query: Select[UUID, str, str], asked: Sequence[str], *texts: Any) -> list[Hit]:
    fits = and_(*(or_(*(cast(each, Text).icontains(word, autoescape=True) for each in texts)) for word in asked))
    columns = list(query.selected_columns)
    rows = session.execute(query.where(fits).order_by(columns[1], columns[0]).limit(MOST + 1))
    return [Hit(*row) for row in rows]
