"""States and moves of a certificate. Expiry is no state: it follows from the date."""

from dataclasses import replace
from enum import StrEnum

from audits.core.access import Permission
from audits.core.flow import Flow, Independence, Move


class CertificateState(StrEnum):
    """States of a certificate. Issuing: numbered, but not yet sealed; not shown in the register.

    Partly suspended: it counts, except for a part of its scope. Withdrawn: taken away. Ended: given up by the holder.
    Replaced: a newer one took its place.
    """

    ISSUING = "issuing"
    ACTIVE = "active"
    PARTLY_SUSPENDED = "partly_suspended"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    REPLACED = "replaced"


S = CertificateState
_CHANGE = Permission.CERTIFICATE_CHANGE
COUNTS = frozenset({S.ACTIVE, S.PARTLY_SUSPENDED})
CURRENT = COUNTS | {S.SUSPENDED}
CERTIFICATE_FLOW = Flow(
    CertificateState,
    initial=S.ISSUING,
    moves=[
        Move("issue", frozenset({S.ISSUING}), S.ACTIVE, Permission.CERTIFICATE_ISSUE),
        Move("replace", CURRENT, S.REPLACED, Permission.CERTIFICATE_ISSUE),
        Move("suspend", COUNTS, S.SUSPENDED, _CHANGE, Independence.OUTSIDER),
        Move("suspend_part", frozenset({S.ACTIVE}), S.PARTLY_SUSPENDED, _CHANGE, Independence.OUTSIDER),
        Move("lift", frozenset({S.SUSPENDED, S.PARTLY_SUSPENDED}), S.ACTIVE, _CHANGE, Independence.OUTSIDER),
        Move("withdraw", CURRENT, S.WITHDRAWN, _CHANGE, Independence.OUTSIDER),
        Move("end", CURRENT, S.ENDED, _CHANGE, Independence.OUTSIDER),
    ],
)

ON_ITS_DAY = Flow(
    CertificateState,
    initial=S.ISSUING,
    moves=[
        replace(move, permission=Permission.CERTIFICATE_ISSUE, asks=Independence.NOTHING)
        for move in CERTIFICATE_FLOW.moves.values()
    ],
)
"""The same moves where a decision counts from a later day: the system makes them, since a person decided before."""
