"""Lodge appeals, take them up and decide on them, with what the register shows of it. The caller commits."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from audits.core import clock, events, moves
from audits.core.access import Actor, Permission, Role
from audits.core.calendar import add_working_days
from audits.core.errors import RuleError
from audits.core.flow import Independence
from audits.core.letters import check_printable
from audits.core.notices import tell_agency
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import open_deadline
from audits.decisions.basis import Basis, Part, agency_parts
from audits.decisions.models import Decision, DecisionProposal
from audits.decisions.queries import waiting_decision
from audits.decisions.services import record_decision
from audits.disputes import services as disputes
from audits.disputes.events import AppealDecided as Decided
from audits.disputes.models import Appeal
from audits.disputes.notices import AppealDecided
from audits.disputes.queries import appeal_runs, get_appeal, get_contested
from audits.disputes.rules import GROUND_OF, AppealOutcome
from audits.disputes.workflow import AppealState
from audits.schemes.cycle import DecisionKind
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import grounds_for, scheme_of_version
from certificates.documents.queries import sent_on
from certificates.ledger.entries import EntryType
from certificates.lifecycle.events import CertificateAppealDecided
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.queries import basis_of, find_living, is_newest, standing_suspension
from certificates.lifecycle.services.changing import lift_suspension
from certificates.lifecycle.services.recording import add_line, log
from certificates.lifecycle.terms import waits_for_appeal
from certificates.register.services import refresh_entry

_LIFTED_BECAUSE = "unfounded"  # the public ground of a suspension that should not have been


def version_of(session: Session, decision: Decision) -> SchemeVersion:
    """Return the version of the norm that a decision was taken under."""
    if decision.certificate_id:
        return session.get_one(Certificate, decision.certificate_id).scheme_version
    return decision.concluded.scheme_version


def appeal_by(session: Session, decision: Decision) -> date:
    """Return the last day to appeal against a decision."""
    return disputes.last_day(decision, version_of(session, decision), sent_on(session, decision.id))


def lodge(
    session: Session,
    actor: Actor,
    decision_id: UUID,
    *,
    reasons: str,
    late_because: str = "",
    received_on: date | None = None,
) -> Appeal:
    """Appeal against a decision, as `audits.disputes.services.lodge_appeal` does; the register shows it at once."""
    contested = get_contested(session, actor, decision_id)
    said: dict[str, Any] = {"reasons": reasons, "late_because": late_because, "received_on": received_on}
    rules = scheme_of_version(version_of(session, contested)).appeal
    until = appeal_by(session, contested)
    appeal = disputes.lodge_appeal(session, actor, decision_id, until=until, rules=rules, **said)
    refresh_entry(session, appeal.agency_id)
    return appeal


def take(session: Session, actor: Actor, appeal_id: UUID, *, because: str = "", version: int | None = None) -> Appeal:
    """Take an appeal up; the register shows from then on one that was admitted late."""
    appeal = disputes.take_appeal(session, actor, appeal_id, because=because, version=version)
    refresh_entry(session, appeal.agency_id)
    return appeal


def take_back(session: Session, actor: Actor, appeal_id: UUID, *, version: int | None = None) -> Appeal:
    """Take the own appeal back; the register shows it no longer."""
    appeal = disputes.withdraw_appeal(session, actor, appeal_id, version=version)
    refresh_entry(session, appeal.agency_id)
    return appeal


def appeal_basis(session: Session, appeal: Appeal) -> Basis:
    """Return the basis of the decision on an appeal: what it says, and the case of the agency."""
    contested = appeal.contested
    said = [str(contested.id), contested.kind.value, appeal.reasons, appeal.late_because, appeal.late_answer]
    if contested.certificate_id:
        known = basis_of(session, session.get_one(Certificate, contested.certificate_id))
    else:
        norm = version_of(session, contested).sha256
        known = Basis({Part.SCHEME: norm, **agency_parts(session, appeal.agency_id)})
    return known.with_parts({Part.APPEAL: said})


def lifts(session: Session, appeal: Appeal) -> Certificate | None:
    """Return the certificate whose suspension stands and is what the appeal is against, or None."""
    standing = standing_suspension(session, appeal.agency_id, clock.today())
    held = find_living(session, appeal.agency_id, clock.today())
    return held if standing is not None and standing == appeal.decision_id else None


def holds_back(session: Session, appeal: Appeal) -> bool:
    """Return whether the appeal keeps the decision from counting now."""
    waits = waits_for_appeal(appeal.contested, version_of(session, appeal.contested)) and lapses(session, appeal)
    return waits and appeal_runs(session, appeal.decision_id)


def lapses(session: Session, appeal: Appeal) -> bool:
    """Return whether the decision appealed against waits for its day still; upheld, the appeal ends it."""
    waits = waiting_decision(session, appeal.agency_id)
    return waits is not None and waits.id == appeal.decision_id


def decide_appeal(
    session: Session,
    actor: Actor,
    appeal_id: UUID,
    *,
    outcome: AppealOutcome,
    reasons: str,
    heard: str = "",
    shown: str | None = None,
    proposal_id: UUID | None = None,
) -> Appeal:
    """Decide on an appeal with a decision of its own kind, by who handles it and took no part.

    `proposal_id` is what who handles it proposed, where the ground is serious: `proposing.appeal_or_propose`.
    An upheld appeal lifts a suspension that stands in the same act, and ends a decision that waits for its day; else it
    opens the term to decide anew. RuleError at `heard` unless it says what the agency said, or why nobody heard it;
    BasisMovedError if the page is outdated.
    """
    contested = get_appeal(session, actor, appeal_id).contested
    certificate = moves.load(session, Certificate, contested.certificate_id) if contested.certificate_id else None
    appeal = moves.load(session, Appeal, appeal_id)  # after the certificate, as all who lock both
    _hold(session, actor, appeal, proposal_id)
    said = _hearing(appeal, heard)
    decision = Decision(
        kind=DecisionKind.APPEAL_OUTCOME,
        audit_id=contested.audit_id,
        certificate_id=contested.certificate_id,
        agency_id=appeal.agency_id,
        reasons=reasons,
        conditions=[],
        heard=said,
        proposal_id=proposal_id,
    )
    upheld = outcome == AppealOutcome.UPHELD
    to_lift, lapsed = lifts(session, appeal) if upheld else None, upheld and lapses(session, appeal)
    version = version_of(session, contested)
    grounds, basis = outcome_grounds(session, contested, outcome), appeal_basis(session, appeal)
    record_decision(session, actor, decision, basis=basis, version=version, grounds=grounds, shown=shown)
    _conclude(session, actor, appeal, decision, outcome)
    if certificate and is_newest(session, certificate):
        _tell_in_public(session, actor, certificate, decision)
    if to_lift:
        _lift(session, actor, to_lift, reasons, said)
    elif outcome != AppealOutcome.DISMISSED and not lapsed:
        _decide_anew(session, appeal, version)
    refresh_entry(session, appeal.agency_id)
    tell_agency(session, appeal.agency_id, AppealDecided(), subject_id=appeal.id)
    if certificate:
        log(session, certificate, EntryType.APPEAL_DECIDED)
    return appeal


def outcome_grounds(session: Session, contested: Decision, outcome: AppealOutcome) -> list[str]:
    """Return the public ground of an outcome, as the norm of the decision appealed against names it."""
    return _codes(version_of(session, contested), DecisionKind.APPEAL_OUTCOME, GROUND_OF[AppealOutcome(outcome)])


def _hold(session: Session, actor: Actor, appeal: Appeal, proposal_id: UUID | None) -> None:
    """Check in which state it is, and who decides: who handles it, or confirms what they proposed."""
    asks, within = Independence.OUTSIDER, {AppealState.IN_HAND}
    moves.hold(session, disputes.APPEALS, actor, appeal, Permission.CERTIFICATE_CHANGE, asks=asks, within=within)
    proposal = session.get(DecisionProposal, proposal_id) if proposal_id else None
    disputes.check_handler(proposal.proposed_by if proposal else actor.id, appeal)


def _hearing(appeal: Appeal, heard: str) -> str:
    """Return what was written down of the hearing, or is said now."""
    if appeal.heard:
        return appeal.heard
    if not heard.strip():
        raise RuleError("Write what the agency said when it was heard, or why there was no hearing.", "heard")
    check_printable(heard, "heard")
    return heard.strip()


def _conclude(session: Session, actor: Actor, appeal: Appeal, decision: Decision, outcome: AppealOutcome) -> None:
    with session.no_autoflush:  # the one event is of the one change: what was heard, state, outcome and decision
        moves.make(session, disputes.APPEALS, actor, appeal, Decided)
        appeal.heard, appeal.outcome, appeal.decision = decision.heard, AppealOutcome(outcome), decision
    session.flush()  # a term ends with its event
    disputes.end_terms(session, appeal)


def _tell_in_public(session: Session, actor: Actor, certificate: Certificate, decision: Decision) -> None:
    add_line(session, certificate, decision.kind.value, decision)
    told = CertificateAppealDecided()
    events.record(session, told, subject_id=certificate.id, actor=actor, agency_id=certificate.agency_id)


def _lift(session: Session, actor: Actor, certificate: Certificate, reasons: str, heard: str) -> None:
    codes = _codes(certificate.scheme_version, DecisionKind.LIFT, _LIFTED_BECAUSE)
    lift_suspension(session, actor, certificate.id, reasons=reasons, grounds=codes, heard=heard)


def _decide_anew(session: Session, appeal: Appeal, version: SchemeVersion) -> None:
    due_on = add_working_days(clock.today(), scheme_of_version(version).terms.decision_working_days)
    about: dict[str, Any] = {"subject_id": appeal.id, "agency_id": appeal.agency_id}
    open_deadline(session, DeadlineKind.APPEAL_FOLLOW_UP, **about, due_on=due_on, owner_role=Role.DECIDER)


def _codes(version: SchemeVersion, kind: DecisionKind, wanted: str) -> list[str]:
    """Return the ground of this kind that fits; the first that the scheme offers if it has no such code."""
    offered = [ground.code for ground in grounds_for(version, kind)]
    return [wanted] if wanted in offered else offered[:1]
