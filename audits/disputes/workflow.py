"""States and moves of an appeal. Too late is no state: it follows from two days."""

from enum import StrEnum

from audits.core.access import Permission
from audits.core.flow import Flow, Independence, Move


class AppealState(StrEnum):
    """States of an appeal. Refused: it came too late, and nobody admitted it."""

    LODGED = "lodged"
    IN_HAND = "in_hand"
    DECIDED = "decided"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


S = AppealState
_JUDGE = (Permission.CERTIFICATE_CHANGE, Independence.OUTSIDER)
OPEN_STATES = frozenset({S.LODGED, S.IN_HAND})
APPEAL_FLOW = Flow(
    AppealState,
    initial=S.LODGED,
    moves=[
        Move("take", OPEN_STATES, S.IN_HAND, *_JUDGE),  # also from somebody else, who is away
        Move("refuse", frozenset({S.LODGED}), S.REFUSED, *_JUDGE),
        Move("hear", frozenset({S.IN_HAND}), S.IN_HAND, *_JUDGE),
        Move("decide", frozenset({S.IN_HAND}), S.DECIDED, *_JUDGE),
        Move("withdraw", OPEN_STATES, S.WITHDRAWN, Permission.FINDING_ANSWER),
    ],
)
