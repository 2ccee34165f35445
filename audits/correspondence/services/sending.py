"""Send the plan of an announced audit to its agency, with a letter. The caller commits."""

from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from audits.core import clock, events, moves, outbox
from audits.core.access import Actor, Permission
from audits.core.errors import IllegalMoveError
from audits.core.flow import Independence
from audits.correspondence.events import PlanSent
from audits.correspondence.models import SentPlan
from audits.correspondence.plans import last_sent, plain, plan_of
from audits.correspondence.queries import may_plan_with
from audits.inspections.services.course import AUDITS
from audits.inspections.workflow import AuditState


def send_plan(session: Session, actor: Actor, audit_id: UUID) -> SentPlan:
    """Keep the plan as it is and have a letter written; IllegalMoveError if it was sent like this before.

    Never of an audit that was not announced: the database refuses that too.
    """
    asks, within = Independence.NO_INTEREST, {AuditState.PLANNED}
    audit = moves.hold(session, AUDITS, actor, audit_id, Permission.AUDIT_PLAN, asks=asks, within=within)
    if not may_plan_with(audit):
        raise IllegalMoveError("The agency must not know of this audit. Its plan is not sent.")
    before, content = last_sent(session, audit), plain(plan_of(session, audit))
    if before is not None and before.content == content:
        raise IllegalMoveError("The agency has this plan already.")
    sent = SentPlan(
        id=uuid4(),
        audit_id=audit.id,
        agency_id=audit.agency_id,
        number=before.number + 1 if before else 1,
        content=content,
        sent_by=actor.id,
        sent_at=clock.now(),
    )
    session.add(sent)
    session.flush()
    told = PlanSent(audit=audit.id, number=sent.number)
    events.record(session, told, subject_id=sent.id, actor=actor, agency_id=audit.agency_id)
    outbox.enqueue(session, "document.plan_letter", plan_id=str(sent.id))
    return sent
