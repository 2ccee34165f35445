"""Taking the decision on a reviewed audit: once, by somebody who took no part, on a basis fixed by its digest."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.applications.services import conclude_application
from audits.core import clock, events, outbox
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import NotAllowedError, NotFoundError, RuleError
from audits.decisions.basis import barriers, basis_digest
from audits.decisions.models import Decision
from audits.decisions.rules import Outcome, possible_outcomes
from audits.inspections.models import Audit, Participant
from audits.inspections.queries import findings_of
from audits.inspections.services import conclude_audit
from audits.people.models import Tie
from audits.schemes.queries import norm_of


def decide(
    session: Session, actor: Actor, audit_id: UUID, *, outcome: Outcome, reasons: str, conditions: Sequence[str] = ()
) -> Decision:
    """Decide on an audit (ISO/IEC 17065 clause 7.6); the certificate follows from the outbox of the same commit.

    Raises NotAllowedError for a decider who took part or has a tie, RuleError for an outcome that the findings exclude.
    """
    audit = session.get(Audit, audit_id)
    if audit is None:
        raise NotFoundError("There is no such audit.")
    authorise(actor, Permission.DECISION_TAKE, audit)
    _check_independence(session, actor, audit)
    conclude_audit(session, actor, audit_id)
    _check_outcome(session, audit, outcome, conditions)
    if not reasons.strip():
        raise RuleError("Give the reasons for the decision.", field="reasons")
    decision = Decision(
        id=uuid4(),
        audit_id=audit.id,
        agency_id=audit.agency_id,
        decider_id=actor.id,
        outcome=outcome,
        reasons=reasons.strip(),
        conditions=[line.strip() for line in conditions if line.strip()],
        basis_sha256=basis_digest(session, audit),
        decided_at=clock.now(),
    )
    session.add(decision)
    _flush(session)
    conclude_application(session, actor, audit.application_id)
    events.record(
        session,
        "decision.decide",
        subject_id=decision.id,
        actor=actor,
        agency_id=audit.agency_id,
        outcome=outcome.value,
        basis=decision.basis_sha256,
    )
    _promise(session, decision)
    return decision


def _check_independence(session: Session, actor: Actor, audit: Audit) -> None:
    took_part = session.get(Participant, (audit.id, actor.id)) or actor.id in {audit.planner_id, audit.inspector_id}
    if took_part:
        raise NotAllowedError("You took part in this audit. Somebody else must decide.")
    if session.scalar(select(Tie.id).where(Tie.person_id == actor.id, Tie.agency_id == audit.agency_id)):
        raise NotAllowedError("You have declared a tie with this agency. Somebody else must decide.")


def _check_outcome(session: Session, audit: Audit, outcome: Outcome, conditions: Sequence[str]) -> None:
    norm = norm_of(audit.scheme_version)
    stand = barriers(norm, findings_of(session, audit.id))
    allowed = possible_outcomes(norm.scoring, audit.score or 0, **stand)
    if outcome not in allowed:
        raise RuleError("The findings of this audit do not allow this outcome.", field="outcome")
    if outcome is Outcome.GRANT_WITH_CONDITIONS and not any(line.strip() for line in conditions):
        raise RuleError("Name at least one condition; the register will show it.", field="conditions")


def _flush(session: Session) -> None:
    """Let the triggers speak now, and answer in words if they refuse what the rules above let through."""
    try:
        session.flush()
    except IntegrityError as refusal:
        name = getattr(getattr(refusal.orig, "diag", None), "constraint_name", None)
        if name in {"four_eyes", "no_tie"}:
            raise NotAllowedError("You took part in this audit. Somebody else must decide.") from refusal
        raise RuleError("The findings of this audit do not allow this outcome.", field="outcome") from refusal


def _promise(session: Session, decision: Decision) -> None:
    agency = session.get_one(Agency, decision.agency_id)
    if decision.outcome is not Outcome.REFUSE:
        outbox.put(session, "certificate.number", decision_id=str(decision.id))
    outbox.put(session, "document.decision_letter", decision_id=str(decision.id))
    outbox.put(session, "register.refresh", agency_id=str(agency.id))
    outbox.put(session, "mail.agency", template="decision_taken", agency_id=str(agency.id), path="/agency/")
