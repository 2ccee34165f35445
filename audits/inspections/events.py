"""Events of the audit trail about audits and findings."""

from datetime import date
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from audits.core.errors import N_
from audits.core.events import Code, Digest, EventData, Moved, forgettable
from audits.inspections.grading import Extent
from audits.inspections.workflow import AuditState
from audits.schemes.cycle import AuditKind


class AuditPlanned(EventData, name="audit.plan", words=N_("Audit planned")):
    """An audit was planned: its kind, inspector and risks, whether it is announced, and why it is held."""

    after: AuditState
    kind: AuditKind
    inspector: UUID
    announced: bool
    risks: tuple[Code, ...] = ()
    occasion: str = forgettable()


class CompetenceLacking(
    EventData, name="audit.lack_competence", words=N_("Inspector chosen although a competence is missing")
):
    """An inspector was chosen who lacks, on the first day, what the scope asks for; `lacks` are codes of demands."""

    after: AuditState
    person: UUID
    day: date
    lacks: tuple[Code, ...]
    reason: str = forgettable()


class AuditReplanned(EventData, name="audit.replan", words=N_("Inspector or first day of the audit changed")):
    """An audit got another inspector or first day, with the reason."""

    after: AuditState
    inspector_before: UUID
    inspector: UUID
    day_before: date
    day: date
    reason: str = forgettable()


class AuditDayTold(EventData):
    """Base of what is said about a day of an audit."""

    after: AuditState
    person: UUID
    day: date
    reason: str = forgettable()


class AuditDayPlanned(AuditDayTold, name="audit.plan_day", words=N_("Day of the audit planned")):
    """A day of somebody was planned."""


class AuditDayChanged(AuditDayTold, name="audit.change_day", words=N_("Day of the audit changed")):
    """A day was changed or dropped, with the reason."""


class AuditHoursRecorded(AuditDayTold, name="audit.record_hours", words=N_("Hours of the audit recorded")):
    """Somebody said how long a day was."""


class AuditTimeExplained(EventData, name="audit.explain_time", words=N_("Other hours than the norm has, explained")):
    """A planner said why the planned hours differ from those of the norm."""

    after: AuditState
    reason: str = forgettable()


class AuditStarted(Moved, name="audit.start", words=N_("Audit started")):
    """The fieldwork began."""


class AuditRevealed(EventData, name="audit.reveal", words=N_("Audit made known to the agency")):
    """The agency was told of an unannounced audit."""

    after: AuditState


class ReportDrafted(EventData, name="audit.send_draft", words=N_("Draft of the report sent to the agency")):
    """The agency got a draft, to comment on it."""

    after: AuditState
    draft: int
    until: date


class DraftCommented(EventData, name="audit.comment_draft", words=N_("Agency commented on the draft of the report")):
    """The agency said which findings it comments on, or that it has nothing to say."""

    after: AuditState
    draft: int
    findings: tuple[int, ...]


class CommentsAnswered(EventData, name="audit.answer_draft", words=N_("Comments on the draft answered")):
    """The inspector answered what the agency said about a draft."""

    after: AuditState
    draft: int


class ConductWritten(EventData, name="audit.write_conduct", words=N_("Course of the visit written down")):
    """The inspector wrote down how the visit went."""

    after: AuditState


class SecondReadingDrawn(EventData, name="audit.draw_reading", words=N_("Report drawn for a second reading")):
    """The lot fell on this report: somebody who has no part in it reads it once more."""

    after: AuditState


class ReportRead(EventData, name="audit.read_again", words=N_("Report read a second time")):
    """Somebody read the report once more, and agrees or not."""

    after: AuditState
    agrees: bool
    note: str = forgettable()


class RequirementJudged(EventData, name="audit.judge_requirement", words=N_("Requirement judged as a whole")):
    """The inspector judged how far a finding reaches, and wrote for the agency; what was written can be forgotten."""

    requirement: Code
    agency_text: str = forgettable()
    extent: Extent | None = None
    extent_reason: str = forgettable()


class RemarkWritten(EventData, name="audit.remark", words=N_("Finding or strength added by hand")):
    """The inspector wrote down something outside the sample; what was written can be forgotten."""

    requirement: Code
    remark: UUID
    grade: Code | None
    note: str = forgettable()
    agency_text: str = forgettable()


class RemarkWithdrawn(EventData, name="audit.withdraw_remark", words=N_("Finding or strength by hand taken back")):
    """The inspector took it back before the report."""

    requirement: Code
    remark: UUID


class ListAsked(EventData, name="audit.ask_list", words=N_("Agency asked for a list")):
    """The agency was asked for the list of a population."""

    unit: Code


class ListGiven(EventData, name="audit.offer_list", words=N_("List given by the agency")):
    """The agency gave a list; the inspector looks at it before it is fixed."""

    unit: Code
    rows: int


class ListFixed(EventData, name="audit.fix_list", words=N_("List of a population fixed")):
    """The list of a population was fixed, and the secret of its draw promised; nothing is drawn yet."""

    unit: Code
    population: int
    digest: Digest
    commitment: Digest
    source: Code | None = None


class DrawValueGiven(EventData, name="audit.give_value", words=N_("Value for a draw given")):
    """Somebody gave the value that is mixed into a draw; a value that was typed can be forgotten."""

    unit: Code
    value: str = forgettable()


class PopulationFixed(EventData, name="audit.freeze", words=N_("Population fixed and sample drawn")):
    """A population was fixed: all that is needed to repeat the draw, except the references, which stay in its row."""

    unit: Code
    population: int
    drawn: int
    digest: Digest
    seed: Digest
    algorithm: Code
    source: Code | None = None


class UnitReplaced(EventData, name="audit.replace_unit", words=N_("Unit replaced by the next of the draw")):
    """A drawn unit that could not be judged was replaced: why, by its code; which units can be forgotten."""

    unit: Code
    code: Code
    replaced: str = forgettable()
    reference: str = forgettable()
    reason: str = forgettable()


class UnitChosen(EventData, name="audit.choose_unit", words=N_("Unit chosen by the inspector")):
    """The inspector added a unit for a reason; which one, and the reason, can be forgotten."""

    unit: Code
    reference: str = forgettable()
    reason: str = forgettable()


class VerdictsRecorded(EventData, name="audit.record", words=N_("Verdicts recorded")):
    """Verdicts on one requirement changed: on how many units; old and new values and the reason can be forgotten.

    `head` is the last link of the chain of sealed entries, so that the head of the case log stands for it too. `bulk`
    says that one verdict was given to all of them at once.
    """

    requirement: Code
    units: int
    head: Digest | None = None
    bulk: bool | None = None
    verdicts: dict[str, list[Any]] | None = forgettable(default=None)
    reason: str = forgettable()


class UnitCounted(EventData, name="audit.count", words=N_("Counts of a unit saved")):
    """Somebody counted and measured at a unit; `head` is the entry that seals it, and the reason can be forgotten."""

    unit: Code
    head: Digest
    reason: str = forgettable()


class CellFileTold(EventData):
    """Base of events about a picture or file beside a verdict; `head` is the entry that seals it."""

    requirement: Code
    file: UUID
    head: Digest


class CellFileAdded(CellFileTold, name="audit.attach", words=N_("Picture or file put beside a verdict")):
    """Somebody of the audit team put a picture or file beside a verdict."""


class CellFileWithdrawn(
    CellFileTold, name="audit.withdraw_file", words=N_("Picture or file beside a verdict taken back")
):
    """It was taken back, with the reason."""

    reason: str = forgettable()


class PictureChosen(EventData, name="audit.show_picture", words=N_("Picture chosen for the report, or left out of it")):
    """A picture beside a verdict stands in the report from now on, or no longer; its caption can be forgotten."""

    requirement: Code
    file: UUID
    shown: bool
    caption: str = forgettable(default="")


class DeviceEnrolled(EventData, name="audit.enrol_device", words=N_("Audit taken along on a device")):
    """Somebody took the audit along; the opening of the chain of the device holds its public key."""

    chain: UUID
    opening: Digest


class DeviceRevoked(EventData, name="audit.revoke_device", words=N_("Device blocked")):
    """A device was blocked, with how many of its entries are known to exist and did not come in."""

    chain: UUID
    missing: int


class EntriesReceived(EventData, name="audit.receive", words=N_("Entries of a device received")):
    """Entries that a device sealed came in: how many, their last link, and on how many cells somebody must choose."""

    chain: UUID
    entries: int
    head: Digest
    conflicts: int


class ScopeConfirmed(EventData, name="audit.confirm_scope", words=N_("Stated scope confirmed or narrowed")):
    """The inspector said what of the stated scope was seen; the reason and the beds per location can be forgotten."""

    after: AuditState
    items: tuple[Code, ...]
    why: str = forgettable()
    beds: dict[str, int] | None = forgettable(default=None)


class AuditReported(Moved, name="audit.report", words=N_("Audit reported")):
    """The audit was reported; its verdicts are fixed."""


class AuditReopened(Moved, name="audit.reopen", words=N_("Sent back to the inspector")):
    """The audit was sent back to its inspector, with the reason."""


class AuditReviewed(Moved, name="audit.review", words=N_("Review finished")):
    """The review found the audit ready for a decision."""


class AuditConcluded(Moved, name="audit.conclude", words=N_("File closed")):
    """The audit was concluded by a decision."""


class AuditSentBack(Moved, name="audit.send_back", words=N_("File sent back by the decider")):
    """A decider sent the file back, with the reason; nothing in it was undone."""


class AuditCancelled(Moved, name="audit.cancel", words=N_("Audit cancelled")):
    """The audit was cancelled, with the reason."""


class FindingMoved(Moved):
    """Base of the moves of a finding, with the requirement that it is about."""

    requirement: Code

    @classmethod
    def of(cls, row: Any, before: StrEnum, after: StrEnum, reason: str) -> Self:
        """Build the event of a move that a finding made."""
        return cls(before=before, after=after, reason=reason, requirement=Code(row.requirement_code))


class CorrectiveActionSubmitted(FindingMoved, name="finding.answer", words=N_("Corrective action submitted")):
    """The agency submitted a corrective action."""


class CorrectiveActionReturned(FindingMoved, name="finding.reject", words=N_("Corrective action sent back")):
    """The inspector returned it as insufficient or unproven."""


class CorrectiveActionAccepted(FindingMoved, name="finding.close", words=N_("Finding closed")):
    """The inspector accepted it and said how it was checked."""


class PlanAccepted(FindingMoved, name="finding.accept_plan", words=N_("Plan of the corrective action accepted")):
    """The inspector accepted the plan and said why; the proof comes next."""


class ProofSubmitted(FindingMoved, name="finding.prove", words=N_("Proof of the corrective action submitted")):
    """The agency submitted the proof."""


class ProofReturned(FindingMoved, name="finding.reject_proof", words=N_("Proof of the corrective action sent back")):
    """The inspector returned the proof as insufficient."""


class FindingWithdrawn(FindingMoved, name="finding.withdraw", words=N_("Finding withdrawn after a dispute")):
    """The agency disputed it, and somebody who did not do the audit agreed."""


class FindingSuperseded(FindingMoved, name="finding.supersede", words=N_("Finding replaced by a later report")):
    """The audit was reported again and says this otherwise, or no longer."""


class RepairKept(EventData, name="finding.keep", words=N_("Half a corrective action kept by the agency")):
    """The agency kept what it typed about a corrective action; what it says is told to nobody yet.

    `after` is the state of the finding, which stays.
    """

    after: Code


class FindingFile(EventData):
    """Base of events about a file of a corrective action; its digest can be forgotten with the file."""

    requirement: Code
    evidence: UUID
    sha256: str = forgettable()


class FindingFileAdded(FindingFile, name="finding.add_evidence", words=N_("File added to a corrective action")):
    """A file was added to a corrective action."""


class FindingFileRemoved(FindingFile, name="finding.remove_evidence", words=N_("File of a corrective action removed")):
    """A file was removed; the trail keeps that it existed."""
