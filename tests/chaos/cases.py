"""Cases up to the decision, and who takes part in them, for a portal that runs elsewhere."""

from dataclasses import dataclass
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from audits.applications.models import Application
from audits.core.access import Role
from audits.inspections.models import Audit
from audits.people.models import Person
from audits.people.rules import SECOND_PERSON
from audits.people.services.roles import ask_for, confirm_role, open_requests
from audits.schemes.queries import scheme_of_version
from portal.stores import database
from tests.kit.factories import make_person, make_scheme
from tests.kit.factories.links import make_lonely_agency
from tests.kit.factories.people import give_password
from tests.machines.norm import short
from tests.machines.office import Office


@dataclass(frozen=True)
class Member:
    """Somebody with an account and a password."""

    id: UUID
    email: str


class Cases:
    """Makes cases by the same services as the pages, each step in a transaction of its own."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._office = Office(app)
        with app.app_context(), database.write() as session:
            make_scheme(session, short())
            self._administrators = [make_person(session, Role.ADMINISTRATOR).actor for _ in range(2)]
        roles = (Role.PLANNER, Role.INSPECTOR, Role.REVIEWER, Role.DECIDER)
        self._planner, self._inspector, self._reviewer, self.decider = (self.somebody({role}) for role in roles)

    def somebody(self, roles: set[Role], agency: UUID | None = None) -> Member:
        """Somebody with these roles; those that need a second person are asked for and confirmed."""
        with self.app.app_context(), database.write() as session:
            person = give_password(session, make_person(session, roles - SECOND_PERSON, agency))
            asking, confirming = self._administrators
            ask_for(session, asking, person, roles & SECOND_PERSON)
            session.flush()
            for request in open_requests(session, person.id):
                confirm_role(session, confirming, request.id)
            return Member(person.id, person.email)

    def draft(self) -> tuple[Member, UUID, list[str]]:
        """An application that its agency fills in: who does, its id, and the codes of the questions."""
        with self.app.app_context(), database.write() as session:
            agency = make_lonely_agency(session).id
        owner = self.somebody({Role.AGENCY_SIGNATORY, Role.AGENCY_EDITOR}, agency)
        assert self._office.start(owner.id)
        with self.app.app_context():
            query = select(Application).join(Person, Person.agency_id == Application.agency_id)
            application = database.read().scalars(query.where(Person.id == owner.id)).one()
            codes = [item.code for item in scheme_of_version(application.scheme_version).requirements]
            return owner, application.id, codes

    def reviewed(self) -> UUID:
        """An audit that waits for its decision."""
        owner, application, _ = self.draft()
        office = self._office
        assert office.submit(owner.id, application)
        assert office.accept_application(self._planner.id, application)
        assert office.plan(self._planner.id, application, self._inspector.id)
        with self.app.app_context():
            audit = database.read().scalars(select(Audit.id).where(Audit.application_id == application)).one()
        assert office.begin(self._inspector.id, audit)
        assert office.report(self._inspector.id, audit)
        assert office.review(self._reviewer.id, audit)
        return audit
