"""Everything that the portal keeps of the person who is signed in, as one JSON file (GDPR articles 15 and 20)."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.events import Event
from audits.people.models import Absence, Competence, Interest, Person
from portal.doors.account.models import AddressChange, LoginSession

_PERSON = ("id", "agency_id", "name", "email", "language", "invited_at", "retired_at")
_SESSION = ("created_at", "seen_at", "ended_at")
_ADDRESS = ("old_email", "new_email", "asked_at", "taken_at", "ended_at")
_INTEREST = ("agency_id", "kind", "nature", "since", "until", "declared_at", "source")
_ABSENCE = ("person_id", "deputy_id", "first_day", "last_day", "recorded_at", "ended_at")
_COMPETENCE = ("kind", "value", "valid_until", "recorded_at", "ended_at")
_EVENT = ("happened_at", "name", "subject_id", "agency_id", "data")


def own_data(session: Session, person_id: UUID) -> str:
    """Return what is known of a person, and what they did; no secret, and nothing of others."""
    person = session.get_one(Person, person_id)
    found = {
        "taken_at": clock.now(),
        "person": _row(person, _PERSON) | {"roles": sorted(person.roles)},
        "sessions": _rows(session, select(LoginSession).where(LoginSession.person_id == person_id), _SESSION),
        "addresses": _rows(session, select(AddressChange).where(AddressChange.person_id == person_id), _ADDRESS),
        "ties": _rows(session, select(Interest).where(Interest.person_id == person_id), _INTEREST),
        "absences": _rows(session, select(Absence).where(Absence.person_id == person_id), _ABSENCE),
        "competences": _rows(session, select(Competence).where(Competence.person_id == person_id), _COMPETENCE),
        "acts": _rows(session, select(Event).where(Event.actor_id == person_id).order_by(Event.id), _EVENT),
    }
    return json.dumps(found, default=_plain, ensure_ascii=False, indent=1)


def _rows(session: Session, query: Any, names: Iterable[str]) -> list[dict[str, Any]]:
    return [_row(each, names) for each in session.scalars(query)]


def _row(row: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, StrEnum | UUID):
        return str(value)
    raise TypeError(type(value).__name__)
