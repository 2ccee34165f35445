"""An act of a person in a life: a transaction of its own, allowed or refused with a message."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from audits.core.access import Actor
from audits.core.errors import DomainError
from audits.people.models import Person
from portal.stores import database
from tests.machines.workers import Workers

REASON = "Five files were looked at."
Act = Callable[[Session, Actor], Any]


class Acts(Workers):
    """What somebody does, by the id of the person."""

    def _do(self, person: UUID, act: Act) -> bool:
        """Return whether the act was allowed."""
        with suppress(DomainError), self.app.app_context(), database.write() as session:
            act(session, session.get_one(Person, person).actor)
            return True
        return False
