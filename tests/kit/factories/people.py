"""People of agencies and of the certification body."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.core import clock
from audits.core.access import Role
from audits.people.models import Competence, Person, PersonRole
from audits.people.rules import CompetenceKind
from portal.doors.account import services
from portal.doors.account.models import PasswordHash
from tests.kit.browser import PASSWORD

_numbers = count(1)
_POLISH = CompetenceKind.LANGUAGE, "pl"


def make_person(
    session: Session, roles: Role | Iterable[Role], agency: Agency | UUID | None = None, **values: Any
) -> Person:
    """Return a person with an account and no password yet; of the staff unless an agency is given."""
    number = next(_numbers)
    person = Person(
        **{
            "id": uuid4(),
            "agency_id": agency.id if isinstance(agency, Agency) else agency,
            "name": f"Sam Tester {number}",
            "email": f"sam{number}-{uuid4().hex[:6]}@example.nl",
            "language": "en",
            "invited_at": clock.now(),
        }
        | values
    )
    person.role_rows = [PersonRole(role=role) for role in ([roles] if isinstance(roles, Role) else roles)]
    session.add(person)
    session.flush()
    return person


def add_competence(
    session: Session, person_id: UUID, by: UUID, what: tuple[CompetenceKind, str] = _POLISH, until: date | None = None
) -> Competence:
    """Return a competence that somebody else recorded: Polish, unless `what` is something else."""
    said = {"person_id": person_id, "kind": what[0], "value": what[1], "valid_until": until}
    competence = Competence(id=uuid4(), recorded_by=by, recorded_at=clock.now(), **said)
    session.add(competence)
    session.flush()
    return competence


def give_password(session: Session, person: Person, password: str = PASSWORD) -> Person:
    """Let somebody sign in through the form."""
    session.add(PasswordHash(person_id=person.id, password_hash=_hash(password), changed_at=clock.now()))
    session.flush()
    return person


@cache
def _hash(password: str) -> str:
    return services.HASHER.hash(password)
