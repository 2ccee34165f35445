"""Take decisions about agencies: by somebody independent, with reasons, and with the basis kept. The caller commits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.applications.services import conclude_application
from audits.certification.services import lay_down_surveillance
from audits.conditions.rules import StatedCondition, stated_conditions
from audits.conditions.services import impose_conditions
from audits.core import clock, events, outbox
from audits.core.access import Actor
from audits.core.calendar import months_after
from audits.core.db import broken_constraint
from audits.core.errors import IllegalMoveError, NotAllowedError, RuleError
from audits.core.events import Digest
from audits.core.letters import check_printable
from audits.core.notices import tell_agency
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline, end_deadlines
from audits.decisions import notices
from audits.decisions.basis import Basis, Part, audit_basis, standing
from audits.decisions.events import DecisionTaken
from audits.decisions.models import Decision, DecisionBasis, DecisionGround
from audits.decisions.proposals import check_second, overtake
from audits.decisions.queries import provisional_suspension, to_decide_anew
from audits.decisions.rules import (
    ENDS_PROVISION,
    GRANTS,
    Grounds,
    Outcome,
    chosen_grounds,
    explained,
    possible_outcomes,
)
from audits.decisions.scope import granted_scope
from audits.inspections.models import Audit
from audits.inspections.queries import findings_of
from audits.inspections.services import conclude_audit
from audits.links.queries import is_judging
from audits.people import independence
from audits.schemes.cycle import DecisionKind, Ground
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import grounds_for, scheme_of_version, transition_from, with_cycle


def decide(
    session: Session,
    actor: Actor,
    audit_id: UUID,
    *,
    outcome: Outcome,
    reasons: str,
    conditions: Sequence[str | Mapping[str, Any]] = (),
    grounds: Grounds = (),
    scope: Collection[str] | None = None,
    shown: str | None = None,
    also: Mapping[Part, Any] | None = None,
    proposal_id: UUID | None = None,
) -> Decision:
    """Decide on an audit (ISO/IEC 17065 clause 7.6); the same commit queues the job that issues the certificate.

    `scope` are the items that a grant covers (`StatedScope.items`), None is all that was stated and audited;
    `conditions` are as in `stated_conditions`; `shown` is `Basis.shown` of the page of the decider, `also` are parts
    of the basis that only the caller knows; `proposal_id` is the proposal of another decider, which a serious ground
    needs. A refusal of a holder needs a second decision in this transaction:
    `certificates.lifecycle.services.decide_on_audit`.
    NotAllowedError for a decider who took part or has an interest,
    SecondDeciderNeededError for a serious ground, RuleError for an outcome that the findings exclude, BasisMovedError
    if the page is outdated.
    """
    audit = conclude(session, actor, audit_id)  # locks the audit until the commit
    if audit.application_id is None:
        raise IllegalMoveError("This audit ends with a decision about the certificate.")
    stated = _conditions(audit, conditions)
    _check_outcome(session, audit, outcome)
    _check_conditions(outcome, stated)
    decision = Decision(kind=DecisionKind(outcome), audit_id=audit.id, agency_id=audit.agency_id, reasons=reasons)
    decision.proposal_id, decision.conditions = proposal_id, [each.text for each in stated]
    if decision.kind in GRANTS:
        decision.scope = granted_scope(session, audit, scope).plain()
    record_decision(
        session,
        actor,
        decision,
        basis=audit_basis(session, audit).with_parts(also or {}),
        version=audit.scheme_version,
        grounds=grounds,
        shown=shown,
    )
    conclude_application(session, actor, audit.application_id)
    if decision.kind in GRANTS:
        _begin_certificate(session, audit, decision, stated)
    tell_agency(session, decision.agency_id, notices.DecisionTaken(reference=audit.reference))
    return decision


def conclude(session: Session, actor: Actor, audit_id: UUID) -> Audit:
    """Conclude an audit by a decision, and end the term of that.

    NotAllowedError too for an interest that only the database knows of, which it tells as soon as the move is there.
    """
    audit = conclude_audit(session, actor, audit_id)
    _flush(session)
    end_deadline(session, DeadlineKind.DECISION, audit.id)
    return audit


def record_decision(
    session: Session,
    actor: Actor,
    decision: Decision,
    *,
    basis: Basis,
    version: SchemeVersion,
    grounds: Grounds = (),
    shown: str | None = None,
) -> Decision:
    """Store a decision of any kind with its grounds and basis, and queue its letter.

    The caller has checked permission and independence by a move or `moves.hold`; triggers check independence again.
    `version` is the scheme version that the decision is taken under.
    """
    basis.check_unmoved(shown)
    if not decision.reasons.strip():
        raise RuleError("Give the reasons for the decision.", field="reasons")
    check_printable(decision.reasons, "reasons")
    chosen, texts = check_grounds(version, decision.kind, grounds), explained(grounds)
    for text in texts.values():
        check_printable(text, "grounds")
    confirmed = _review(session, actor, decision)
    seconded = decision.provisional or decision.proposal_id is not None or confirmed >= {each.code for each in chosen}
    check_second(chosen, basis.shown, proposed=seconded)
    overtake(session, actor, decision.agency_id)
    decision.id, decision.decider_id, decision.reasons = uuid4(), actor.id, decision.reasons.strip()
    decision.basis_sha256, decision.decided_at = basis.sha256, clock.now()
    if decision.effective_on is None:
        decision.effective_on = clock.day_of(decision.decided_at)
    decision.replaces_decision_id = to_decide_anew(session, decision)
    session.add(decision)
    _flush(session)
    if decision.kind is not DecisionKind.APPEAL_OUTCOME:
        end_deadlines(session, DeadlineKind.APPEAL_FOLLOW_UP, decision.agency_id)
    session.add(DecisionBasis(decision_id=decision.id, content=basis.content.decode()))
    session.add_all(
        DecisionGround(
            decision_id=decision.id,
            code=ground.code,
            position=place,
            words=dict(ground.text),
            explanation=texts[ground.code],
        )
        for place, ground in enumerate(chosen)
    )
    told = DecisionTaken(kind=decision.kind, basis=Digest(decision.basis_sha256))
    events.record(session, told, subject_id=decision.id, actor=actor, agency_id=decision.agency_id)
    outbox.enqueue(session, "document.decision_letter", decision_id=str(decision.id))
    return decision


def _review(session: Session, actor: Actor, decision: Decision) -> set[str]:
    """Let a decision answer a provisional suspension, and return the grounds of that, if it is confirmed.

    NotAllowedError for the decider who suspended; RuleError at `heard` unless it says what the agency said.
    """
    waiting = provisional_suspension(session, decision.agency_id)
    if waiting is None:
        return set()
    if waiting.decider_id == actor.id:
        raise NotAllowedError(
            "You suspended this certificate provisionally. First somebody else confirms or ends that."
        )
    if decision.kind not in ENDS_PROVISION:
        return set()
    decision.reviews_decision_id, decision.heard = waiting.id, decision.heard.strip()
    if not decision.heard and decision.kind is not DecisionKind.END:
        raise RuleError("Write what the agency said when it was heard, or that it said nothing.", field="heard")
    check_printable(decision.heard, "heard")
    return {each.code for each in waiting.grounds} if decision.kind is DecisionKind.SUSPEND else set()


def check_grounds(version: SchemeVersion, kind: DecisionKind, codes: Collection[str]) -> tuple[Ground, ...]:
    """Return the chosen grounds; RuleError at `grounds` for one that does not fit, or without one that is needed."""
    return chosen_grounds(grounds_for(version, kind), codes, needed=scheme_of_version(version).cycle is not None)


def _begin_certificate(
    session: Session, audit: Audit, decision: Decision, conditions: Sequence[StatedCondition]
) -> None:
    """Queue the certificate, impose its conditions, and lay down the surveillance of its cycle."""
    named_by = {"decision_id": decision.id, "audit_id": audit.id, "agency_id": audit.agency_id}
    impose_conditions(session, **named_by, stated=conditions)
    outbox.enqueue(session, "certificate.number", decision_id=str(decision.id))
    validity = scheme_of_version(audit.scheme_version).validity
    conditional = decision.kind is DecisionKind.GRANT_WITH_CONDITIONS
    lay_down_surveillance(
        session,
        with_cycle(audit.scheme_version).cycle,
        certification_id=audit.certification_id,
        agency_id=audit.agency_id,
        granted_on=decision.effective_on,
        months=validity.conditional_months if conditional else validity.certified_months,
    )


def _check_outcome(session: Session, audit: Audit, outcome: Outcome) -> None:
    scheme, tied = scheme_of_version(audit.scheme_version), independence.team_is_tied(session, audit.id)
    if outcome not in possible_outcomes(scheme.scoring, **standing(audit, findings_of(session, audit.id)), tied=tied):
        raise RuleError("The findings of this audit do not allow this outcome.", field="outcome")
    step = transition_from(session, audit.scheme_version, clock.today())
    if DecisionKind(outcome) in GRANTS and step and step.cases_until and clock.today() > step.cases_until:
        raise IllegalMoveError(
            "Nothing is granted under this version of the norm any more. The agency can apply again."
        )
    if DecisionKind(outcome) in GRANTS and is_judging(session, audit.agency_id):
        raise IllegalMoveError("What links this agency to others has to be judged before a certificate is granted.")


def _conditions(audit: Audit, said: Sequence[str | Mapping[str, Any]]) -> list[StatedCondition]:
    """Return the conditions as stated; each is due while a certificate with conditions lasts."""
    scheme, today = scheme_of_version(audit.scheme_version), clock.today()
    latest = months_after(today, scheme.validity.conditional_months) - timedelta(days=1)
    codes = {item.code for item in scheme.requirements}
    return stated_conditions(said, earliest=today, latest=latest, requirements=codes)


def _check_conditions(outcome: Outcome, conditions: Sequence[StatedCondition]) -> None:
    conditional = outcome is Outcome.GRANT_WITH_CONDITIONS
    if conditional and not conditions:
        raise RuleError("Name at least one condition; the register will show it.", field="conditions")
    if conditions and not conditional:
        raise RuleError(
            "Conditions belong to a grant with conditions only. Choose that, or leave this empty.", field="conditions"
        )
    check_printable([each.text for each in conditions], "conditions")


def _flush(session: Session) -> None:
    """Flush, so that triggers run now; turn a refusal into the error that the checks above raise."""
    try:
        session.flush()
    except IntegrityError as refusal:
        name = broken_constraint(refusal)
        if barred := independence.refusal_of(name):
            raise barred from refusal
        if name in {"no_grant", "tied_team"}:
            raise RuleError("The findings of this audit do not allow this outcome.", field="outcome") from refusal
        raise
