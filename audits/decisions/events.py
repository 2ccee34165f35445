"""Events of the audit trail about decisions."""

from audits.core.errors import N_
from audits.core.events import Digest, EventData
from audits.schemes.cycle import DecisionKind


class DecisionTaken(EventData, name="decision.decide", words=N_("Decision taken")):
    """A decision was taken: its kind, and the digest of its basis."""

    kind: DecisionKind
    basis: Digest
