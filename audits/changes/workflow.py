"""States and moves of a reported change."""

from enum import StrEnum

from audits.core.access import Permission
from audits.core.flow import Flow, Independence, Move


class ChangeState(StrEnum):
    """States of a reported change. Referred: the office found it right, and a decider has to act on the certificate.

    The details of the agency change when it is accepted, and not before.
    """

    REPORTED = "reported"
    REFERRED = "referred"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


S = ChangeState
_CHECK = (Permission.CHANGE_CHECK, Independence.NO_INTEREST)
_DECIDE = (Permission.CERTIFICATE_CHANGE, Independence.OUTSIDER)
OPEN_STATES = frozenset({S.REPORTED, S.REFERRED})
CHANGE_FLOW = Flow(
    ChangeState,
    initial=S.REPORTED,
    moves=[
        Move("accept", frozenset({S.REPORTED}), S.ACCEPTED, *_CHECK),
        Move("refer", frozenset({S.REPORTED}), S.REFERRED, *_CHECK),
        Move("decline", frozenset({S.REPORTED}), S.DECLINED, *_CHECK),
        Move("withdraw", OPEN_STATES, S.WITHDRAWN, Permission.AGENCY_EDIT),
        Move("decide", frozenset({S.REFERRED}), S.ACCEPTED, *_DECIDE),
        Move("return", frozenset({S.REFERRED}), S.REPORTED, *_DECIDE),
    ],
)
