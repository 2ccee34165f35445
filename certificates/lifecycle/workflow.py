"""The life of a certificate. Expired is not a state: the calendar says it."""

from enum import StrEnum

from audits.core.access import Permission
from audits.core.flow import Flow, Move


class CertificateState(StrEnum):
    """Issuing: numbered and fixed, but not yet sealed; the register is silent about it."""

    ISSUING = "issuing"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


S = CertificateState
CURRENT = frozenset({S.ACTIVE, S.SUSPENDED})
CERTIFICATE_FLOW = Flow(
    CertificateState,
    initial=S.ISSUING,
    moves=[
        Move("issue", frozenset({S.ISSUING}), S.ACTIVE, Permission.CERTIFICATE_ISSUE),
        Move("replace", frozenset({S.ACTIVE, S.SUSPENDED}), S.REPLACED, Permission.CERTIFICATE_ISSUE),
        Move("suspend", frozenset({S.ACTIVE}), S.SUSPENDED, Permission.CERTIFICATE_CHANGE),
        Move("lift", frozenset({S.SUSPENDED}), S.ACTIVE, Permission.CERTIFICATE_CHANGE),
        Move("withdraw", frozenset({S.ACTIVE, S.SUSPENDED}), S.WITHDRAWN, Permission.CERTIFICATE_CHANGE),
    ],
)
