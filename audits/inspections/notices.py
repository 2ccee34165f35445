"""Messages about audits and findings."""

from datetime import date

from audits.core.notices import Notice


class AuditAssigned(Notice, kind="audit_assigned"):
    """To the inspector who was assigned; links to the audit."""

    reference: str
    day: date


class AuditTaken(Notice, kind="audit_taken"):
    """To an inspector: the audit was given to somebody else."""

    reference: str


class AuditPlanned(Notice, kind="audit_planned"):
    """To the agency, when an announced audit is planned."""

    reference: str
    day: date


class AuditRevealed(Notice, kind="audit_revealed"):
    """To the agency, when the inspector makes an unannounced audit known."""

    reference: str


class ListAsked(Notice, kind="list_asked"):
    """To the agency: the inspector asks for the list of a population."""

    reference: str


class ListGiven(Notice, kind="list_given"):
    """To the inspector: the agency gave the list; links to the audit."""

    reference: str


class AuditReopened(Notice, kind="audit_reopened"):
    """To the inspector, when a reviewer sent the audit back; links to the audit."""

    reference: str


class AuditSentBack(Notice, kind="audit_sent_back"):
    """To the inspector, when a decider wants to know more; links to the audit."""

    reference: str


class AuditToReview(Notice, kind="audit_to_review"):
    """To the reviewer: a decider sent the file back, and asks for another review; links to the audit."""

    reference: str


class MoreAsked(Notice, kind="more_asked"):
    """To the agency: the decider asks for corrective action or proof, for this reason."""

    reference: str
    reason: str


class ReportDrafted(Notice, kind="report_drafted"):
    """To the agency: it can comment on the draft of a report until this day."""

    reference: str
    day: date


class DraftCommented(Notice, kind="draft_commented"):
    """To the inspector, when the agency commented on a draft; links to the audit."""

    reference: str


class AuditReported(Notice, kind="audit_reported"):
    """To the agency: findings can be answered from now on."""

    reference: str
    refused: bool = False  # no certificate can follow, whatever the agency repairs


class AuditReviewed(Notice, kind="audit_reviewed"):
    """To everybody who may decide; links to the audit."""

    reference: str


class CriticalFinding(Notice, kind="critical_finding"):
    """To everybody who may decide: a holder has a critical finding; links to the certificate."""

    reference: str
    day: date


class FindingAnswered(Notice, kind="finding_answered"):
    """To the inspector, when the agency answered; links to the finding."""

    reference: str
    number: int


class FindingVerified(Notice):
    """Base of messages to the agency about the inspector's check of its answer; links to the finding."""

    reference: str
    number: int


class FindingRejected(FindingVerified, kind="finding_rejected"):
    """The inspector returned the answer."""


class FindingPlanAccepted(FindingVerified, kind="finding_plan_accepted"):
    """The inspector accepted the plan; the agency can prove the repair."""


class FindingClosed(FindingVerified, kind="finding_closed"):
    """The inspector closed the finding."""
