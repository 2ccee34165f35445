"""The inspectors whom a planner can choose for an agency."""

from uuid import UUID

from audits.core.access import Role
from audits.people.queries import interests_in, people_with
from portal.doors.office.forms import PlanForm
from portal.stores import database
from portal.web.access import current_actor


def offer_inspectors(form: PlanForm, agency_id: UUID) -> None:
    """Offer everybody who may inspect it: without a declared interest, and not the planner."""
    session, actor = database.read(), current_actor()
    interested = {interest.person_id for interest in interests_in(session, agency_id)}
    free = [
        person
        for person in people_with(session, Role.INSPECTOR)
        if person.id not in interested and person.id != actor.id
    ]
    form.offer([(str(person.id), person.name) for person in free])
