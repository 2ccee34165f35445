"""States and moves of a condition. Overdue is no state: it follows from the date."""

from enum import StrEnum

from audits.core.access import Permission
from audits.core.flow import Flow, Independence, Move


class ConditionState(StrEnum):
    """States of a condition. Submitted: proof waits for a decider. Lapsed: its certificate counts no longer."""

    OPEN = "open"
    SUBMITTED = "submitted"
    MET = "met"
    LAPSED = "lapsed"


S = ConditionState
_DECIDE = (Permission.CERTIFICATE_CHANGE, Independence.OUTSIDER)
UNMET = frozenset({S.OPEN, S.SUBMITTED})
CONDITION_FLOW = Flow(
    ConditionState,
    initial=S.OPEN,
    moves=[
        Move("submit", UNMET, S.SUBMITTED, Permission.FINDING_ANSWER),
        Move("return", frozenset({S.SUBMITTED}), S.OPEN, *_DECIDE),
        Move("meet", UNMET, S.MET, *_DECIDE),
        Move("lapse", UNMET, S.LAPSED, Permission.CERTIFICATE_ISSUE),
    ],
)
