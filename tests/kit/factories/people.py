"""People of agencies and of the certification body."""

from collections.abc import Iterable
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.core import clock
from audits.core.access import Role
from audits.people.models import Person, PersonRole
from portal.doors.account import services
from portal.doors.account.models import PasswordHash
from tests.kit.browser import PASSWORD

_numbers = count(1)


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


def give_password(session: Session, person: Person, password: str = PASSWORD) -> Person:
    """Let somebody sign in through the form."""
    session.add(PasswordHash(person_id=person.id, password_hash=_hash(password), changed_at=clock.now()))
    session.flush()
    return person


@cache
def _hash(password: str) -> str:
    return services.HASHER.hash(password)
