"""States and moves of a link report, and the verdicts on its hits."""

from enum import StrEnum

from audits.core.access import Permission
from audits.core.flow import Flow, Independence, Move


class LinkState(StrEnum):
    """States of a link report. Referred: a decider has to say what follows; nothing is refused by itself."""

    OPEN = "open"
    DISMISSED = "dismissed"
    REFERRED = "referred"


class LinkVerdict(StrEnum):
    """What a person says of one hit."""

    COUNTS = "counts"
    COUNTS_NOT = "counts_not"


_JUDGE = (Permission.APPLICATION_REVIEW, Independence.NO_INTEREST)
_DECIDE = (Permission.DECISION_TAKE, Independence.NO_INTEREST)
LINK_FLOW = Flow(
    LinkState,
    initial=LinkState.OPEN,
    moves=[
        Move("dismiss", frozenset({LinkState.OPEN}), LinkState.DISMISSED, *_JUDGE),
        Move("refer", frozenset({LinkState.OPEN}), LinkState.REFERRED, *_JUDGE),
        Move("return", frozenset({LinkState.REFERRED}), LinkState.OPEN, *_DECIDE),
    ],
)
