"""Lay down the surveillance of a cycle with the grant. The caller commits."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from audits.certification.rules import visits
from audits.core.access import Role
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadlines, open_deadline
from audits.schemes.cycle import Cycle


def lay_down_surveillance(
    session: Session, cycle: Cycle | None, *, certification_id: UUID, agency_id: UUID, granted_on: date, months: int
) -> None:
    """Add a deadline for each surveillance audit of a certificate that is valid for so many months.

    What was left of an earlier cycle of the agency ends. The decision must be flushed, because a trigger asks for it.
    """
    end_deadlines(session, DeadlineKind.SURVEILLANCE, agency_id)
    for visit in visits(cycle.surveillance if cycle else (), granted_on, months):
        open_deadline(
            session,
            DeadlineKind.SURVEILLANCE,
            subject_id=certification_id,
            agency_id=agency_id,
            from_on=visit.from_on,
            due_on=visit.due_on,
            owner_role=Role.PLANNER,
        )
