"""An audit in progress in a running portal, for tests in a browser that look at what was stored of it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.inspections.models import Verdict
from audits.inspections.queries import sample_of
from audits.inspections.services import record_sheets
from audits.people.models import Person
from tests.kit.factories import give_password, make_application, make_audit, make_person, make_scheme
from tests.kit.inspecting import FILES
from tests.kit.scheme import SECOND, source


def _counting(session):
    """An application under version 1.1 of the norm, which counts at houses."""
    version = make_scheme(session, source(SECOND))
    return make_application(session, state=ApplicationState.ACCEPTED, version=version)


class KnownAudit:
    """What a test knows of an audit: its id, its inspector's address, and its files."""

    def __init__(self, portal, *, houses=()):
        self.portal = portal
        drawn = {"housing_location": list(houses)} if houses else {"personnel_file": FILES, "interview": FILES}
        with Session(portal.tables) as session, session.begin():
            inspector = give_password(session, make_person(session, Role.INSPECTOR))
            application = _counting(session) if houses else None
            audit = make_audit(session, application=application, inspector=inspector, populations=drawn)
            self.id, self.email = audit.id, inspector.email
            self.files = sample_of(session, audit.id).get("personnel_file", [])

    def path(self, rest):
        return f"/inspector/audits/{self.id}/{rest}"

    def rows(self, query):
        with Session(self.portal.tables) as session:
            return session.execute(query).all()

    @property
    def stored(self):
        """Every verdict and note, by requirement and file."""
        query = select(Verdict.requirement_code, Verdict.reference, Verdict.value, Verdict.note)
        found = self.rows(query.where(Verdict.audit_id == self.id))
        return {(code, unit): (value, note) for code, unit, value, note in found}

    def store(self, code, value, note="", reason=""):
        """Store a verdict on the first file, as a colleague does elsewhere."""
        with Session(self.portal.tables) as session, session.begin():
            inspector = session.scalars(select(Person).filter_by(email=self.email)).one()
            said = {code: {self.files[0]: (value, note)}}
            record_sheets(session, inspector.actor, self.id, said, reasons={code: reason})
