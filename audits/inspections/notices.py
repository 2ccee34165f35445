"""What those concerned are told of an audit and its findings."""

from datetime import date

from audits.core.notices import Notice


class AuditAssigned(Notice, kind="audit_assigned"):
    """To the inspector; about the audit."""

    reference: str
    day: date


class AuditPlanned(Notice, kind="audit_planned"):
    """To the agency, when the audit is announced."""

    reference: str
    day: date


class AuditReopened(Notice, kind="audit_reopened"):
    """To the inspector: a reviewer sent it back; about the audit."""

    reference: str


class AuditReported(Notice, kind="audit_reported"):
    """To the agency: the findings can be answered."""

    reference: str


class AuditReviewed(Notice, kind="audit_reviewed"):
    """To those who may decide; about the audit."""

    reference: str


class FindingAnswered(Notice, kind="finding_answered"):
    """To the inspector; about the finding."""

    reference: str
    number: int


class FindingVerified(Notice):
    """To the agency: what the inspector made of its answer; about the finding."""

    reference: str
    number: int


class FindingRejected(FindingVerified, kind="finding_rejected"):
    """More is needed."""


class FindingClosed(FindingVerified, kind="finding_closed"):
    """It was enough."""
