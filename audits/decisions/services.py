"""Take the decision on an audit: once, by somebody who took no part in it, with the digest of its basis."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.applications.services import conclude_application
from audits.core import clock, events, outbox
from audits.core.access import Actor
from audits.core.errors import RuleError
from audits.core.events import Digest
from audits.core.letters import check_printable
from audits.core.notices import tell_agency
from audits.decisions import notices
from audits.decisions.basis import basis_digest, standing
from audits.decisions.events import DecisionTaken
from audits.decisions.models import Decision
from audits.decisions.rules import Outcome, possible_outcomes
from audits.inspections.models import Audit
from audits.inspections.queries import findings_of
from audits.inspections.services import conclude_audit
from audits.people import independence
from audits.schemes.queries import scheme_of_version


def decide(
    session: Session, actor: Actor, audit_id: UUID, *, outcome: Outcome, reasons: str, conditions: Sequence[str] = ()
) -> Decision:
    """Decide on an audit (ISO/IEC 17065 clause 7.6); the same commit queues the job that issues the certificate.

    NotAllowedError for a decider who took part or has an interest, RuleError for an outcome that the findings exclude.
    """
    audit = conclude_audit(session, actor, audit_id)  # locks the audit until the commit
    named = [line.strip() for line in conditions if line.strip()]
    _check_outcome(session, audit, outcome)
    _check_words(outcome, reasons, named)
    decision = Decision(
        id=uuid4(),
        audit_id=audit.id,
        agency_id=audit.agency_id,
        decider_id=actor.id,
        outcome=outcome,
        reasons=reasons.strip(),
        conditions=named,
        basis_sha256=basis_digest(session, audit),
        decided_at=clock.now(),
    )
    _store(session, decision, actor)
    conclude_application(session, actor, audit.application_id)
    _enqueue_documents(session, decision, audit)
    return decision


def _check_outcome(session: Session, audit: Audit, outcome: Outcome) -> None:
    scheme = scheme_of_version(audit.scheme_version)
    if outcome not in possible_outcomes(scheme.scoring, **standing(scheme, findings_of(session, audit.id))):
        raise RuleError("The findings of this audit do not allow this outcome.", field="outcome")


def _check_words(outcome: Outcome, reasons: str, conditions: Sequence[str]) -> None:
    if not reasons.strip():
        raise RuleError("Give the reasons for the decision.", field="reasons")
    conditional = outcome is Outcome.GRANT_WITH_CONDITIONS
    if conditional and not conditions:
        raise RuleError("Name at least one condition; the register will show it.", field="conditions")
    if conditions and not conditional:
        raise RuleError(
            "Conditions belong to a grant with conditions only. Choose that, or leave this empty.", field="conditions"
        )
    check_printable(reasons, "reasons")
    check_printable(list(conditions), "conditions")


def _store(session: Session, decision: Decision, actor: Actor) -> None:
    session.add(decision)
    _flush(session)
    told = DecisionTaken(outcome=decision.outcome, basis=Digest(decision.basis_sha256))
    events.record(session, told, subject_id=decision.id, actor=actor, agency_id=decision.agency_id)


def _flush(session: Session) -> None:
    """Flush, so that triggers run now; turn a refusal into the error that the checks above raise."""
    try:
        session.flush()
    except IntegrityError as refusal:
        name = getattr(getattr(refusal.orig, "diag", None), "constraint_name", None)
        if barred := independence.refusal_of(name):
            raise barred from refusal
        if name == "no_grant":
            raise RuleError("The findings of this audit do not allow this outcome.", field="outcome") from refusal
        raise


def _enqueue_documents(session: Session, decision: Decision, audit: Audit) -> None:
    if decision.outcome is not Outcome.REFUSE:
        outbox.enqueue(session, "certificate.number", decision_id=str(decision.id))
    outbox.enqueue(session, "document.decision_letter", decision_id=str(decision.id))
    tell_agency(session, decision.agency_id, notices.DecisionTaken(reference=audit.reference))
