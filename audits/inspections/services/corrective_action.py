"""Corrective actions: the agency answers a finding, the inspector accepts the answer or returns it.

Every answer of the agency is a row of its own, a round; the columns of the finding hold the newest one. Where the
scheme asks for a plan first, rounds of the plan come before those of the proof.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from audits.applications.models import Evidence
from audits.applications.services.files import attach, take_away
from audits.core import clock, events, moves
from audits.core.access import Actor, Permission
from audits.core.errors import IllegalMoveError, RuleError, missing
from audits.core.events import Code, EventData, Moved
from audits.core.files import StoredFile
from audits.core.letters import check_printable
from audits.core.notices import tell_agency, tell_person
from audits.inspections import events as told
from audits.inspections import notices
from audits.inspections.models import CorrectiveAction, Finding
from audits.inspections.rules import attribute_of, questions_now, step_of
from audits.inspections.services.confidentiality import check_names_nobody
from audits.inspections.services.course import FINDINGS
from audits.inspections.workflow import (
    FINDING_FLOW,
    FOR_AGENCY,
    FOR_INSPECTOR,
    AuditState,
    FindingState,
    RoundOutcome,
)
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import RepairStep

QUESTIONS = ("cause", "extent", "solution", "effectiveness")
ANSWERABLE = FINDING_FLOW.waiting_for(Permission.FINDING_ANSWER)


def submit_corrective_action(
    session: Session,
    actor: Actor,
    finding_id: UUID,
    *,
    cause: str = "",
    extent: str = "",
    solution: str = "",
    effectiveness: str = "",
    version: int,
) -> Finding:
    """Answer the questions about the corrective action on a finding that the scheme asks at its present step.

    `version` is the row version that the person saw. It can be submitted again until the inspector has judged it; the
    earlier round stays, marked as replaced.
    """
    finding = moves.load(session, Finding, finding_id)
    before, method = finding.state, scheme_of_version(finding.audit.scheme_version).repair
    step, asked = step_of(method, before), questions_now(method, before)
    move = told.ProofSubmitted if step is RepairStep.PROOF else told.CorrectiveActionSubmitted
    moves.make(session, FINDINGS, actor, finding, move, version=version)
    _check_reported(finding)
    said = {"cause": cause, "extent": extent, "solution": solution, "effectiveness": effectiveness}
    said = {name: said[name].strip() for name in (attribute_of(question.code) for question in asked)}
    for name, text in said.items():
        if not text:
            raise RuleError("Answer this question.", name)
        check_printable(text, name)
    if before in FOR_INSPECTOR:
        _waiting(session, finding).outcome = RoundOutcome.REPLACED
    for name, text in said.items():
        setattr(finding, name, text)
    finding.answered_by, finding.answered_at, finding.draft = actor.id, clock.now(), None
    _add_round(session, finding, step, said)
    if before in FOR_AGENCY:
        _tell_inspector(session, finding)
    return finding


def keep_draft(session: Session, actor: Actor, finding_id: UUID, said: Mapping[str, str]) -> None:
    """Keep what somebody typed and does not send yet; the finding itself does not change."""
    finding = _hold_open(session, actor, finding_id)
    kept = {name: said[name].strip() for name in QUESTIONS if said.get(name)}
    for name, text in kept.items():
        check_printable(text, name)
    session.execute(update(Finding).where(Finding.id == finding.id).values(draft=kept or None))
    kept_now = told.RepairKept(after=Code(finding.state))
    events.record(session, kept_now, subject_id=finding.id, actor=actor, agency_id=finding.agency_id)


def return_corrective_action(session: Session, actor: Actor, finding_id: UUID, *, note: str) -> Finding:
    """Return it to the agency, because it is insufficient or not proven."""
    finding = moves.load(session, Finding, finding_id)
    move = told.ProofReturned if finding.state is FindingState.PROVEN else told.CorrectiveActionReturned
    _verify(session, actor, finding, move, outcome=RoundOutcome.RETURNED, note=note)
    _tell_agency(session, finding, notices.FindingRejected)
    return finding


def accept_corrective_action(session: Session, actor: Actor, finding_id: UUID, *, note: str) -> Finding:
    """Accept it; `note` says how it was checked. After a plan comes its proof; everything else closes the finding."""
    finding = moves.load(session, Finding, finding_id)
    is_plan = step_of(scheme_of_version(finding.audit.scheme_version).repair, finding.state) is RepairStep.PLAN
    move = told.PlanAccepted if is_plan else told.CorrectiveActionAccepted
    _verify(session, actor, finding, move, outcome=RoundOutcome.ACCEPTED, note=note)
    _tell_agency(session, finding, notices.FindingPlanAccepted if is_plan else notices.FindingClosed)
    return finding


def add_corrective_action_file(session: Session, actor: Actor, finding_id: UUID, file: StoredFile) -> Evidence:
    """Add a stored file to a corrective action; it becomes evidence on the same requirement."""
    finding = _hold_open(session, actor, finding_id)
    evidence, is_new = attach(
        session,
        actor,
        file,
        application_id=finding.audit.certification_id,
        scheme_version_id=finding.scheme_version_id,
        code=finding.requirement_code,
        finding_id=finding.id,
        number=_number(session, finding),
    )
    if is_new:
        _record_file(session, actor, finding, evidence, told.FindingFileAdded)
        session.flush()
    return evidence


def remove_corrective_action_file(session: Session, actor: Actor, finding_id: UUID, evidence_id: UUID) -> None:
    """Remove a file, unless the inspector has judged a round that included it. Repeating it changes nothing."""
    finding = _hold_open(session, actor, finding_id)
    evidence = session.get(Evidence, evidence_id)
    if evidence is None or evidence.finding_id != finding.id:
        raise missing(Evidence)
    if finding.verified_at is not None and evidence.uploaded_at <= finding.verified_at:
        raise IllegalMoveError("The inspector has looked at this file already. It stays with the finding.")
    if take_away(session, evidence):
        _record_file(session, actor, finding, evidence, told.FindingFileRemoved)
        session.flush()


def _hold_open(session: Session, actor: Actor, finding_id: UUID) -> Finding:
    finding = moves.hold(session, FINDINGS, actor, finding_id, Permission.FINDING_ANSWER)
    if finding.state not in ANSWERABLE:
        raise IllegalMoveError("This finding is closed.")
    _check_reported(finding)
    return finding


def _check_reported(finding: Finding) -> None:
    """Raise IllegalMoveError while the inspector corrects the report."""
    if finding.audit.state is AuditState.IN_PROGRESS:
        raise IllegalMoveError("The inspector is correcting the report. Come back when it is there again.")


def _verify(
    session: Session, actor: Actor, finding: Finding, move: type[Moved], *, outcome: RoundOutcome, note: str
) -> None:
    note = note.strip()
    moves.make(session, FINDINGS, actor, finding, move, reason=note)
    _check_reported(finding)
    if not note:
        raise RuleError("Say how you checked it and what you saw.", "note")
    check_printable(note, "note")
    check_names_nobody(session, finding.audit, note, "note")
    judged = _waiting(session, finding)
    judged.outcome, judged.note = outcome, note
    judged.verified_by, judged.verified_at = actor.id, clock.now()
    finding.verified_by, finding.verified_at = judged.verified_by, judged.verified_at
    finding.verification_note = note


def _waiting(session: Session, finding: Finding) -> CorrectiveAction:
    """Return the round that waits for the inspector; created from the finding if an older release wrote none."""
    query = select(CorrectiveAction).where(
        CorrectiveAction.finding_id == finding.id, CorrectiveAction.outcome.is_(None)
    )
    if found := session.scalar(query):
        return found
    return _add_round(session, finding, None, {name: getattr(finding, name) for name in QUESTIONS})


def _number(session: Session, finding: Finding) -> int:
    """Return the number of the round that waits for the inspector, or of the one that comes next."""
    last = select(func.max(CorrectiveAction.round)).where(CorrectiveAction.finding_id == finding.id)
    return (session.scalar(last) or 0) + (finding.state in FOR_AGENCY)


def _add_round(
    session: Session, finding: Finding, step: RepairStep | None, said: Mapping[str, str]
) -> CorrectiveAction:
    """Add what was said as the newest round."""
    last = select(func.max(CorrectiveAction.round)).where(CorrectiveAction.finding_id == finding.id)
    added = CorrectiveAction(
        finding_id=finding.id,
        round=(session.scalar(last) or 0) + 1,
        step=step,
        **{name: said.get(name, "") for name in QUESTIONS},
        submitted_by=finding.answered_by,
        submitted_at=finding.answered_at,
    )
    session.add(added)
    return added


def _record_file(
    session: Session, actor: Actor, finding: Finding, evidence: Evidence, kind: type[told.FindingFile]
) -> None:
    event: EventData = kind(requirement=Code(finding.requirement_code), evidence=evidence.id, sha256=evidence.sha256)
    events.record(session, event, subject_id=finding.id, actor=actor, agency_id=finding.agency_id)


def _tell_inspector(session: Session, finding: Finding) -> None:
    notice = notices.FindingAnswered(reference=finding.audit.reference, number=finding.number)
    tell_person(session, finding.audit.inspector_id, notice, subject_id=finding.id)


def _tell_agency(session: Session, finding: Finding, kind: type[notices.FindingVerified]) -> None:
    notice = kind(reference=finding.audit.reference, number=finding.number)
    tell_agency(session, finding.agency_id, notice, subject_id=finding.id)
