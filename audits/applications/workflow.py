"""States and moves of an application."""

from enum import StrEnum

from audits.core.access import Permission
from audits.core.flow import Flow, Independence, Move


class ApplicationState(StrEnum):
    """States of an application. Draft and returned work are one state: the agency is working on it.

    Concluded: a decision was taken. Closed: the office ended it before that.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CONCLUDED = "concluded"
    CLOSED = "closed"


S = ApplicationState
OPEN_STATES = frozenset({S.DRAFT, S.SUBMITTED, S.ACCEPTED})
APPLICATION_FLOW = Flow(
    ApplicationState,
    initial=S.DRAFT,
    moves=[
        Move("submit", frozenset({S.DRAFT}), S.SUBMITTED, Permission.APPLICATION_SIGN),
        Move("return", frozenset({S.SUBMITTED}), S.DRAFT, Permission.APPLICATION_REVIEW, Independence.NO_INTEREST),
        Move("accept", frozenset({S.SUBMITTED}), S.ACCEPTED, Permission.APPLICATION_REVIEW, Independence.NO_INTEREST),
        Move("refuse", frozenset({S.SUBMITTED}), S.REFUSED, Permission.APPLICATION_REVIEW, Independence.NO_INTEREST),
        Move("withdraw", OPEN_STATES, S.WITHDRAWN, Permission.APPLICATION_SIGN),
        Move("lapse", frozenset({S.DRAFT}), S.WITHDRAWN, Permission.APPLICATION_LAPSE),
        Move("close", frozenset({S.ACCEPTED}), S.CLOSED, Permission.APPLICATION_REVIEW, Independence.NO_INTEREST),
        Move("conclude", frozenset({S.ACCEPTED}), S.CONCLUDED, Permission.DECISION_TAKE),
    ],
)
