"""Impose conditions with a grant, hand in proof, and judge it. The caller commits."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.queries import living_certificate
from audits.agencies.rules import LONGEST_TEXT
from audits.conditions import notices
from audits.conditions.events import ConditionLapsed, ConditionMet, ConditionReturned, ConditionSubmitted
from audits.conditions.models import Condition, ConditionFile, ConditionProof
from audits.conditions.rules import ConditionOwner, StatedCondition
from audits.conditions.workflow import CONDITION_FLOW, UNMET
from audits.core import clock, moves
from audits.core.access import SYSTEM, Actor, Role
from audits.core.calendar import add_working_days
from audits.core.errors import IllegalMoveError, RuleError
from audits.core.files import StoredFile
from audits.core.flow import Independence
from audits.core.letters import check_length
from audits.core.moves import Course
from audits.core.notices import tell_agency, tell_person
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import end_deadline, open_deadline
from audits.people import independence
from audits.people.queries import people_with
from audits.schemes.queries import scheme_of_version

_OWNER = {ConditionOwner.AGENCY: Role.AGENCY_OWNER, ConditionOwner.OFFICE: Role.PLANNER}


def _check(session: Session, actor: Actor, condition: Condition, asks: Independence) -> None:
    if asks is not Independence.NOTHING:
        independence.check_outsider(session, actor, condition.agency_id)


CONDITIONS = Course(Condition, CONDITION_FLOW, _check)


def impose_conditions(
    session: Session, *, decision_id: UUID, audit_id: UUID, agency_id: UUID, stated: Sequence[StatedCondition]
) -> None:
    """Add the conditions of a grant, each with its term. A trigger asks for the decision, so it must be flushed."""
    for position, each in enumerate(stated, 1):
        condition = Condition(
            id=uuid4(),
            decision_id=decision_id,
            audit_id=audit_id,
            agency_id=agency_id,
            position=position,
            text=each.text,
            due_on=each.due_on,
            owner=each.owner,
            about=each.about,
            state=CONDITION_FLOW.initial,
        )
        session.add(condition)
        _open(session, condition, DeadlineKind.CONDITION, each.due_on, _OWNER[each.owner])


def submit_proof(
    session: Session,
    actor: Actor,
    condition_id: UUID,
    *,
    explanation: str,
    files: Sequence[StoredFile] = (),
    version: int | None = None,
) -> Condition:
    """Hand in proof that a condition is met; a decider judges it within the term of the scheme.

    RuleError without an explanation, IllegalMoveError when no certificate of the agency counts any more.
    """
    condition = moves.make(session, CONDITIONS, actor, condition_id, ConditionSubmitted, version=version)
    _check_counts(session, condition)
    _check_text(explanation.strip(), "explanation", "Explain how you met the condition.")
    proof = ConditionProof(
        id=uuid4(),
        condition_id=condition.id,
        agency_id=condition.agency_id,
        explanation=explanation.strip(),
        submitted_by=actor.id,
        submitted_at=clock.now(),
    )
    session.add(proof)
    session.flush()
    session.add_all(
        ConditionFile(proof_id=proof.id, agency_id=proof.agency_id, **file.uploaded(actor.id)) for file in files
    )
    _ask_deciders(session, condition)
    return condition


def return_proof(
    session: Session, actor: Actor, condition_id: UUID, *, reason: str, version: int | None = None
) -> Condition:
    """Find the proof not enough, and tell the holder why; the condition stays due on its day."""
    said = reason.strip()
    condition = moves.make(session, CONDITIONS, actor, condition_id, ConditionReturned, reason=said, version=version)
    _check_text(said, "reason", "Give the reason.")
    waiting = select(ConditionProof).where(ConditionProof.condition_id == condition.id)
    for proof in session.scalars(waiting.where(ConditionProof.answered_at.is_(None))):
        proof.answer, proof.answered_by, proof.answered_at = said, actor.id, clock.now()
    session.flush()  # a term ends with its event
    end_deadline(session, DeadlineKind.CONDITION_PROOF, condition.id)
    notice = notices.ProofReturned(reason=said, day=condition.due_on)
    tell_agency(session, condition.agency_id, notice, subject_id=condition.id)
    return condition


def meet(session: Session, actor: Actor, condition: Condition, decision_id: UUID) -> None:
    """Note that a decision, which is flushed, found a condition met, and end its terms."""
    with session.no_autoflush:  # state and decision are written together
        moves.make(session, CONDITIONS, actor, condition, ConditionMet)
        condition.met_by = decision_id
    _end(session, condition)


def lapse_conditions(session: Session, agency_id: UUID, *, but: UUID | None = None) -> None:
    """Let the conditions of an agency lapse whose certificate counts no longer; those of the audit `but` stay."""
    left = select(Condition).where(Condition.agency_id == agency_id, Condition.state.in_(sorted(UNMET)))
    left = left.where(Condition.audit_id != but) if but else left
    for condition in session.scalars(left.with_for_update()).all():
        moves.make(session, CONDITIONS, SYSTEM, condition, ConditionLapsed)
        _end(session, condition)


def _end(session: Session, condition: Condition) -> None:
    session.flush()  # a term ends with its event
    end_deadline(session, DeadlineKind.CONDITION, condition.id)
    end_deadline(session, DeadlineKind.CONDITION_PROOF, condition.id)


def _check_counts(session: Session, condition: Condition) -> None:
    if living_certificate(session, condition.agency_id, clock.today()) is None:
        raise IllegalMoveError("The certificate does not count any more, and this condition with it.")


def _check_text(text: str, field: str, missing: str) -> None:
    if not text:
        raise RuleError(missing, field)
    check_length(text, LONGEST_TEXT, field)


def _ask_deciders(session: Session, condition: Condition) -> None:
    terms = scheme_of_version(condition.audit.scheme_version).terms
    due_on = add_working_days(clock.today(), terms.corrective_check_working_days or terms.decision_working_days)
    _open(session, condition, DeadlineKind.CONDITION_PROOF, due_on, Role.DECIDER)
    notice = notices.ProofSubmitted(agency=condition.agency.legal_name, day=due_on)
    held = living_certificate(session, condition.agency_id, clock.today())
    for person in people_with(session, Role.DECIDER):
        tell_person(session, person.id, notice, subject_id=held)


def _open(session: Session, condition: Condition, kind: DeadlineKind, due_on: date, owner: Role) -> None:
    agency_id = condition.agency_id
    open_deadline(session, kind, subject_id=condition.id, agency_id=agency_id, due_on=due_on, owner_role=owner)
