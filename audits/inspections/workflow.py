"""The life of an audit, and of a finding in it."""

from enum import StrEnum

from audits.core.access import Permission
from audits.core.flow import Flow, Independence, Move


class AuditState(StrEnum):
    """Reported: the verdicts are fixed and the findings stand. Reviewed: ready for a decider."""

    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    REPORTED = "reported"
    REVIEWED = "reviewed"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


class FindingState(StrEnum):
    """Answered: the agency says how it repaired; only the inspector closes."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class RoundOutcome(StrEnum):
    """What became of one answer to a finding. Replaced: the agency answered anew before it was judged."""

    REPLACED = "replaced"
    RETURNED = "returned"
    ACCEPTED = "accepted"


S = AuditState
AUDIT_FLOW = Flow(
    AuditState,
    initial=S.PLANNED,
    moves=[
        Move("start", frozenset({S.PLANNED}), S.IN_PROGRESS, Permission.AUDIT_CONDUCT, Independence.OWN),
        Move("report", frozenset({S.IN_PROGRESS}), S.REPORTED, Permission.AUDIT_CONDUCT, Independence.OWN),
        Move("reopen", frozenset({S.REPORTED}), S.IN_PROGRESS, Permission.AUDIT_REVIEW, Independence.OUTSIDER),
        Move("review", frozenset({S.REPORTED}), S.REVIEWED, Permission.AUDIT_REVIEW, Independence.OUTSIDER),
        Move("conclude", frozenset({S.REVIEWED}), S.CONCLUDED, Permission.DECISION_TAKE, Independence.OUTSIDER),
        Move("cancel", frozenset({S.PLANNED, S.IN_PROGRESS}), S.CANCELLED, Permission.AUDIT_PLAN),
    ],
)

F = FindingState
FINDING_FLOW = Flow(
    FindingState,
    initial=F.OPEN,
    moves=[
        Move("answer", frozenset({F.OPEN, F.ANSWERED}), F.ANSWERED, Permission.FINDING_ANSWER),
        Move("reject", frozenset({F.ANSWERED}), F.OPEN, Permission.AUDIT_CONDUCT, Independence.OWN),
        Move("close", frozenset({F.ANSWERED}), F.CLOSED, Permission.AUDIT_CONDUCT, Independence.OWN),
    ],
)
