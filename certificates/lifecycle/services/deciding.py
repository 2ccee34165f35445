"""Decide on the audit of an agency that may hold a certificate already. The caller commits."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import clock, moves
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.notices import tell_agency
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline, end_deadlines
from audits.decisions.models import Decision
from audits.decisions.notices import DecisionTaken
from audits.decisions.rules import Grounds, Outcome, explained
from audits.decisions.services import check_grounds, conclude, decide, record_decision
from audits.inspections.models import Audit
from audits.inspections.queries import get_audit
from audits.schemes.cycle import AuditKind, DecisionKind
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import grounds_for
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.queries import find_living, held_parts, holder_basis, ways_of
from certificates.lifecycle.rules import Fate, fates
from certificates.lifecycle.services.amending import extend_scope
from certificates.lifecycle.services.changing import (
    Reasoned,
    lift_suspension,
    maintain_certificate,
    suspend_certificate,
    withdraw_certificate,
)

_ACT: dict[Fate, Callable[..., Certificate]] = {
    Fate.SUSPEND: suspend_certificate,
    Fate.WITHDRAW: withdraw_certificate,
    Fate.MAINTAIN: maintain_certificate,
    Fate.LIFT: lift_suspension,
}


def decide_on_audit(
    session: Session,
    actor: Actor,
    audit_id: UUID,
    *,
    outcome: Outcome,
    reasons: str,
    conditions: Sequence[str | Mapping[str, Any]] = (),
    grounds: Grounds = (),
    fate: Fate | None = None,
    fate_reasons: str = "",
    scope: Collection[str] | None = None,
    shown: str | None = None,
    proposal_id: UUID | None = None,
) -> Decision:
    """Decide on an audit, and if a holder is refused, in the same act on what becomes of the certificate.

    `fate` is for a refused holder and nobody else. Keeping the certificate asks for `fate_reasons`; a sanction without
    them has the reasons of the refusal. Each of `grounds` counts for every decision that it fits. Raises what
    `audits.decisions.services.decide` raises, and RuleError at `fate` or `fate_reasons`.
    """
    authorise(actor, Permission.DECISION_TAKE)
    audit = get_audit(session, actor, audit_id)
    held = _held(session, audit.agency_id)
    refused = held if outcome == Outcome.REFUSE else None
    _check_fate(refused, fate, fate_reasons)
    for_audit, for_certificate = _split(grounds, audit, refused, fate)
    decision = decide(
        session,
        actor,
        audit_id,
        outcome=outcome,
        reasons=reasons,
        conditions=conditions,
        grounds=for_audit,
        scope=scope,
        shown=shown,
        also=held_parts(session, held),
        proposal_id=proposal_id,
    )
    if refused and fate:
        said = Reasoned(reasons=fate_reasons.strip() or reasons, grounds=for_certificate, audit_id=audit_id)
        _ACT[fate](session, actor, refused.id, **said, proposal_id=proposal_id)
    return decision


def decide_on_holder(
    session: Session,
    actor: Actor,
    audit_id: UUID,
    *,
    fate: Fate,
    reasons: str,
    grounds: Grounds = (),
    scope: Collection[str] = (),
    shown: str | None = None,
    proposal_id: UUID | None = None,
) -> Certificate | None:
    """End an audit of a holder with a decision about the certificate, which the audit and its basis are part of.

    Where the certificate is gone meanwhile, the audit is closed without effect. `scope` are the items that an extension
    adds; `shown` is `Basis.shown` of the page. NotAllowedError for a decider who took part or has an interest,
    RuleError at `fate` for what the state of the certificate excludes, BasisMovedError if the page is outdated.
    """
    authorise(actor, Permission.DECISION_TAKE)
    audit = conclude(session, actor, audit_id)  # locks the audit until the commit
    held = _held(session, audit.agency_id)
    if audit.application_id:
        raise IllegalMoveError("This audit is not one of a holder of a certificate.")
    if fate not in ways_of(session, audit, held):
        raise RuleError("Choose what becomes of the certificate.", "fate")
    basis = holder_basis(session, audit, held)
    said = Reasoned(
        reasons=reasons, grounds=grounds, shown=shown, audit_id=audit_id, proposal_id=proposal_id, basis=basis
    )
    if held is None:
        _close(session, actor, audit, said)
        return None
    if fate is Fate.EXTEND_SCOPE:
        return extend_scope(session, actor, held, audit, items=scope, **said)
    certificate = _ACT[fate](session, actor, held.id, **said)
    if audit.kind is AuditKind.SURVEILLANCE:
        end_deadline(session, DeadlineKind.SURVEILLANCE, audit.certification_id)
    return certificate


def _close(session: Session, actor: Actor, audit: Audit, said: Reasoned) -> None:
    """Close an audit whose certificate is gone: nothing is left to decide but that."""
    decision = Decision(
        kind=DecisionKind.CLOSE,
        audit_id=audit.id,
        agency_id=audit.agency_id,
        reasons=said["reasons"],
        conditions=[],
        proposal_id=said["proposal_id"],
    )
    record_decision(
        session,
        actor,
        decision,
        basis=said["basis"],
        version=audit.scheme_version,
        grounds=said["grounds"],
        shown=said["shown"],
    )
    for kind in (DeadlineKind.CRITICAL_FINDING, DeadlineKind.SURVEILLANCE):
        end_deadlines(session, kind, audit.agency_id)
    tell_agency(session, audit.agency_id, DecisionTaken(reference=audit.reference))


def _held(session: Session, agency_id: UUID) -> Certificate | None:
    """Return the living certificate, locked, so that it stays what the decision rests on."""
    found = find_living(session, agency_id, clock.today())
    return moves.load(session, Certificate, found.id) if found else None


def _check_fate(refused: Certificate | None, fate: Fate | None, fate_reasons: str) -> None:
    if refused is None:
        if fate:
            raise RuleError("There is no certificate to decide about, or you do not refuse.", "fate")
        return
    if fate not in fates(refused.state):
        raise RuleError("This agency holds a certificate. Choose what becomes of it.", "fate")
    if fate is Fate.MAINTAIN and not fate_reasons.strip():
        raise RuleError("Say why the agency keeps its certificate.", "fate_reasons")


def _split(grounds: Grounds, audit: Audit, refused: Certificate | None, fate: Fate | None) -> tuple[Grounds, Grounds]:
    """Return the grounds of the decision on the audit, and those of the one on the certificate.

    A code that fits neither stays with the first, which refuses it. The second are checked here, because a serious
    ground of the first stops the act before its own check.
    """
    if refused is None or fate is None:
        return grounds, ()
    first = _codes(audit.scheme_version, DecisionKind.REFUSE)
    second = _codes(refused.scheme_version, DecisionKind(fate))
    said = explained(grounds)
    for_certificate = {code: text for code, text in said.items() if code in second}
    check_grounds(refused.scheme_version, DecisionKind(fate), for_certificate)
    return {code: text for code, text in said.items() if code in first or code not in second}, for_certificate


def _codes(version: SchemeVersion, kind: DecisionKind) -> set[str]:
    return {ground.code for ground in grounds_for(version, kind)}
