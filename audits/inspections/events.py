"""What is told of an audit and its findings."""

from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from audits.core.errors import N_
from audits.core.events import Code, Digest, EventData, Moved, forgettable
from audits.inspections.workflow import AuditState


class AuditPlanned(EventData, name="audit.plan", words=N_("Audit planned")):
    """Whom it is assigned to, and whether the agency hears of it."""

    after: AuditState
    inspector: UUID
    announced: bool


class AuditStarted(Moved, name="audit.start", words=N_("Audit started")):
    """The fieldwork begins."""


class PopulationFixed(EventData, name="audit.freeze", words=N_("Population fixed and sample drawn")):
    """All that is needed to draw again: the references themselves stay in the file."""

    unit: Code
    population: int
    drawn: int
    digest: Digest
    seed: Digest
    algorithm: Code


class VerdictsRecorded(EventData, name="audit.record", words=N_("Verdicts recorded")):
    """On how many units of one requirement; which, with old and new verdict and note, can be forgotten."""

    requirement: Code
    units: int
    verdicts: dict[str, list[Any]] | None = forgettable(default=None)


class AuditReported(Moved, name="audit.report", words=N_("Audit reported")):
    """The verdicts are fixed."""


class AuditReopened(Moved, name="audit.reopen", words=N_("Sent back to the inspector")):
    """With the reason."""


class AuditReviewed(Moved, name="audit.review", words=N_("Review finished")):
    """Ready for a decision."""


class AuditConcluded(Moved, name="audit.conclude", words=N_("File closed")):
    """A decision was taken."""


class AuditCancelled(Moved, name="audit.cancel", words=N_("Audit cancelled")):
    """With the reason."""


class FindingMoved(Moved):
    """A move of one finding, with the requirement that it is on."""

    requirement: Code

    @classmethod
    def of(cls, row: Any, before: StrEnum, after: StrEnum, reason: str) -> Self:
        """The event of a move that a finding made."""
        return cls(before=before, after=after, reason=reason, requirement=Code(row.requirement_code))


class CorrectiveActionSubmitted(FindingMoved, name="finding.answer", words=N_("Corrective action submitted")):
    """The agency says what it did."""


class CorrectiveActionReturned(FindingMoved, name="finding.reject", words=N_("Corrective action sent back")):
    """It is not enough, or not shown."""


class CorrectiveActionAccepted(FindingMoved, name="finding.close", words=N_("Finding closed")):
    """With how it was checked."""


class FindingFile(EventData):
    """Which file of a corrective action; its digest can be forgotten, as the file can."""

    requirement: Code
    evidence: UUID
    sha256: str = forgettable()


class FindingFileAdded(FindingFile, name="finding.add_evidence", words=N_("File added to a corrective action")):
    """Put beside it."""


class FindingFileRemoved(FindingFile, name="finding.remove_evidence", words=N_("File of a corrective action removed")):
    """The trail keeps that it was there."""
