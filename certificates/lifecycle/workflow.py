"""States and moves of a certificate. Expiry is no state: it follows from the date."""

from enum import StrEnum

from audits.core.access import Permission
from audits.core.flow import Flow, Independence, Move


class CertificateState(StrEnum):
    """States of a certificate. Issuing: numbered, but not yet sealed; not shown in the register."""

    ISSUING = "issuing"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


S = CertificateState
_CHANGE = Permission.CERTIFICATE_CHANGE
CURRENT = frozenset({S.ACTIVE, S.SUSPENDED})
CERTIFICATE_FLOW = Flow(
    CertificateState,
    initial=S.ISSUING,
    moves=[
        Move("issue", frozenset({S.ISSUING}), S.ACTIVE, Permission.CERTIFICATE_ISSUE),
        Move("replace", frozenset({S.ACTIVE, S.SUSPENDED}), S.REPLACED, Permission.CERTIFICATE_ISSUE),
        Move("suspend", frozenset({S.ACTIVE}), S.SUSPENDED, _CHANGE, Independence.NO_INTEREST),
        Move("lift", frozenset({S.SUSPENDED}), S.ACTIVE, _CHANGE, Independence.NO_INTEREST),
        Move(
            "withdraw",
            frozenset({S.ACTIVE, S.SUSPENDED}),
            S.WITHDRAWN,
            Permission.CERTIFICATE_CHANGE,
            Independence.NO_INTEREST,
        ),
    ],
)
