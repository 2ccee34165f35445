"""Rows about plans of audits in the world of statements, and sums of one that was reported."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Role
from audits.correspondence.services import answer_objection, object_to, propose_days, send_plan
from audits.inspections.models import Audit
from audits.people.models import Interest
from audits.teams.rules import TeamRole
from audits.teams.services import join_team
from audits.worklists.models import NoteTally
from audits.worklists.tallying import tally
from tests.kit.factories import make_person


def add_plan(session: Session, audit: Audit) -> dict[str, Any]:
    """An objection that waits and one that was rejected, a day that is proposed and one that was taken back."""
    owner, other = (make_person(session, Role.AGENCY_OWNER, audit.agency_id) for _ in range(2))
    tied, made = make_person(session, Role.PLANNER), {}
    session.add(Interest(person_id=tied.id, agency_id=audit.agency_id, nature="x", declared_at=clock.now()))
    for name in ("open", "answered"):
        person = make_person(session, Role.INSPECTOR)
        join_team(session, audit.planner.actor, audit.id, person_id=person.id, role=TeamRole.EXPERT)
        made[f"{name}_objection"] = object_to(session, owner.actor, audit.id, person_id=person.id, reason="x").id
    answer_objection(
        session, audit.planner.actor, audit.id, made["answered_objection"], upheld=False, answer="No tie is known."
    )
    for name, more in (("dropped", 2), ("proposed", 3)):
        [day] = propose_days(session, owner.actor, audit.id, days=[clock.today() + timedelta(days=more)])
        made[f"{name}_day"] = day.id
    made["sent_plan"] = send_plan(session, audit.planner.actor, audit.id).id
    made |= {"planned_audited_person": owner.id, "planned_audited_other": other.id, "tied_to_plan": tied.id}
    return made


def add_tally(session: Session, audit: Audit) -> None:
    """What a reported audit adds to the figures."""
    tally(session, [audit.id])
    session.add(NoteTally(digest=uuid4().bytes, audit_id=audit.id))
    session.flush()
