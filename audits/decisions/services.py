"""Taking the decision on a reviewed audit: once, by somebody who took no part, on a basis fixed by its digest."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.applications.services import conclude_application
from audits.core import clock, events, outbox
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import N_, NotAllowedError, NotFoundError, RuleError
from audits.decisions.basis import basis_digest, standing
from audits.decisions.independence import Bar, bar_of
from audits.decisions.models import Decision
from audits.decisions.rules import Outcome, possible_outcomes
from audits.inspections.models import Audit
from audits.inspections.queries import findings_of
from audits.inspections.services import conclude_audit
from audits.schemes.queries import scheme_of_version

BARRED = {
    Bar.TOOK_PART: N_("You took part in this audit. Somebody else must decide."),
    Bar.INTEREST: N_("You have declared an interest in this agency. Somebody else must decide."),
}
_BAR_OF_TRIGGER = {"four_eyes": Bar.TOOK_PART, "no_tie": Bar.INTEREST}


def decide(
    session: Session, actor: Actor, audit_id: UUID, *, outcome: Outcome, reasons: str, conditions: Sequence[str] = ()
) -> Decision:
    """Decide on an audit (ISO/IEC 17065 clause 7.6); the certificate follows from the outbox of the same commit.

    Raises NotAllowedError for a decider who took part or has a tie, RuleError for an outcome that the findings exclude.
    """
    audit = session.get(Audit, audit_id, with_for_update=True)  # what is weighed below stays as it is
    if audit is None:
        raise NotFoundError("There is no such audit.")
    authorise(actor, Permission.DECISION_TAKE, audit)
    if bar := bar_of(session, audit, actor.id):
        raise NotAllowedError(BARRED[bar])
    conclude_audit(session, actor, audit_id)
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
    _promise(session, decision, audit)
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


def _store(session: Session, decision: Decision, actor: Actor) -> None:
    session.add(decision)
    _flush(session)
    events.record(
        session,
        "decision.decide",
        subject_id=decision.id,
        actor=actor,
        agency_id=decision.agency_id,
        outcome=decision.outcome.value,
        basis=decision.basis_sha256,
    )


def _flush(session: Session) -> None:
    """Let the triggers speak now, and answer in words if they refuse what the rules above let through."""
    try:
        session.flush()
    except IntegrityError as refusal:
        name = getattr(getattr(refusal.orig, "diag", None), "constraint_name", None)
        if name in _BAR_OF_TRIGGER:
            raise NotAllowedError(BARRED[_BAR_OF_TRIGGER[name]]) from refusal
        if name == "no_grant":
            raise RuleError("The findings of this audit do not allow this outcome.", field="outcome") from refusal
        raise


def _promise(session: Session, decision: Decision, audit: Audit) -> None:
    if decision.outcome is not Outcome.REFUSE:
        outbox.enqueue(session, "certificate.number", decision_id=str(decision.id))
    outbox.enqueue(session, "document.decision_letter", decision_id=str(decision.id))
    outbox.enqueue(
        session,
        "mail.agency",
        template="decision_taken",
        agency_id=str(decision.agency_id),
        reference=audit.reference,
        path="/agency/",
    )
