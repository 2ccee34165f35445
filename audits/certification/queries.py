"""Reads of certification cycles."""

from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import String, Uuid, column, exists, func, select, table
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.certification.models import Certification
from audits.core.access import Actor, Permission, authorise
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.schemes.cycle import AuditKind

PLAN_AHEAD = timedelta(days=56)
MOST_VISITS = 200
_AUDIT = table("audit", column("certification_id", Uuid), column("kind", String), column("state", String))
_OVER = ("concluded", "cancelled")


class VisitToPlan(NamedTuple):
    """A surveillance audit of a holder that nobody has planned yet, with the certificate."""

    deadline: Deadline
    agency: Agency
    certificate_id: UUID


def cycle_of_holder(session: Session, agency_id: UUID) -> Certification | None:
    """Return the cycle of an agency that holds a certificate, also while it is suspended; None for others."""
    found = session.scalar(select(func.holder_cycle(agency_id)))
    return session.get(Certification, found) if found else None


def visits_to_plan(session: Session, actor: Actor, on: date) -> list[VisitToPlan]:
    """Return the surveillance audits whose window has begun or begins soon, earliest term first, without planned ones.

    Only those of a certificate that still lives, in the cycle of its newest grant.
    """
    authorise(actor, Permission.CASES_VIEW)
    planned = exists().where(
        _AUDIT.c.certification_id == Deadline.subject_id,
        _AUDIT.c.kind == AuditKind.SURVEILLANCE.value,
        _AUDIT.c.state.not_in(_OVER),
    )
    held = func.living_certificate(Deadline.agency_id, on)
    query = select(Deadline, Agency, held).join(Agency, Agency.id == Deadline.agency_id)
    query = query.where(Deadline.kind == DeadlineKind.SURVEILLANCE, Deadline.done_at.is_(None))
    query = query.where(Deadline.from_on <= on + PLAN_AHEAD, held.is_not(None), ~planned)
    query = query.where(func.holder_cycle(Deadline.agency_id) == Deadline.subject_id)
    query = query.order_by(Deadline.due_on, Agency.legal_name).limit(MOST_VISITS)
    return [VisitToPlan(*row) for row in session.execute(query)]
