"""States and moves of an audit and of its findings."""

from enum import StrEnum

from audits.core.access import Permission
from audits.core.flow import Flow, Independence, Move
from audits.schemes.cycle import AuditKind

ON_APPLICATION = frozenset({AuditKind.INITIAL, AuditKind.RENEWAL})
"""The kinds of audit that answer an application and end with a decision on it.

The others are held at a holder of a certificate, and end with a decision about that.
"""


class AuditState(StrEnum):
    """States of an audit. Reported: verdicts and findings are fixed. Reviewed: ready for a decider."""

    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    REPORTED = "reported"
    REVIEWED = "reviewed"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


class BackTo(StrEnum):
    """Whom a decider asks before the decision. In both cases a reviewer looks at the file again."""

    INSPECTOR = "inspector"
    AGENCY = "agency"


class FindingState(StrEnum):
    """States of a finding. Answered: a corrective action was submitted; only the inspector closes a finding.

    Where the scheme asks for a plan first, "answered" is the plan, and "proven" the proof that follows once the
    inspector has accepted it.
    Superseded: a later report of the same audit says it otherwise, or no longer. Withdrawn: the agency disputed it, and
    somebody who did not do the audit agreed. Findings are never deleted.
    """

    OPEN = "open"
    ANSWERED = "answered"
    PLAN_ACCEPTED = "plan_accepted"
    PROVEN = "proven"
    CLOSED = "closed"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class RoundOutcome(StrEnum):
    """Outcomes of one round of a corrective action. Replaced: answered again before the inspector judged it."""

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
        Move("send_back", frozenset({S.REVIEWED}), S.REPORTED, Permission.DECISION_TAKE, Independence.OUTSIDER),
        Move("conclude", frozenset({S.REVIEWED}), S.CONCLUDED, Permission.DECISION_TAKE, Independence.OUTSIDER),
        Move(
            "cancel",
            frozenset({S.PLANNED, S.IN_PROGRESS}),
            S.CANCELLED,
            Permission.AUDIT_PLAN,
            Independence.NO_INTEREST,
        ),
    ],
)

F = FindingState
FINDING_FLOW = Flow(
    FindingState,
    initial=F.OPEN,
    moves=[
        Move("answer", frozenset({F.OPEN, F.ANSWERED}), F.ANSWERED, Permission.FINDING_ANSWER),
        Move("reject", frozenset({F.ANSWERED}), F.OPEN, Permission.AUDIT_CONDUCT, Independence.OWN),
        Move("accept_plan", frozenset({F.ANSWERED}), F.PLAN_ACCEPTED, Permission.AUDIT_CONDUCT, Independence.OWN),
        Move("prove", frozenset({F.PLAN_ACCEPTED, F.PROVEN}), F.PROVEN, Permission.FINDING_ANSWER),
        Move("reject_proof", frozenset({F.PROVEN}), F.PLAN_ACCEPTED, Permission.AUDIT_CONDUCT, Independence.OWN),
        Move("close", frozenset({F.ANSWERED, F.PROVEN}), F.CLOSED, Permission.AUDIT_CONDUCT, Independence.OWN),
        Move(
            "supersede",
            frozenset(F) - {F.SUPERSEDED, F.WITHDRAWN},
            F.SUPERSEDED,
            Permission.AUDIT_CONDUCT,
            Independence.OWN,
        ),
        Move(
            "withdraw",
            frozenset({F.OPEN, F.ANSWERED, F.PLAN_ACCEPTED, F.PROVEN}),
            F.WITHDRAWN,
            Permission.AUDIT_REVIEW,
            Independence.OUTSIDER,
        ),
    ],
)
FOR_AGENCY, FOR_INSPECTOR = frozenset({F.OPEN, F.PLAN_ACCEPTED}), frozenset({F.ANSWERED, F.PROVEN})
"""The states of findings by whose turn it is."""

GONE = frozenset({F.SUPERSEDED, F.WITHDRAWN})
"""The states of findings that no longer count; they stay to be read."""
