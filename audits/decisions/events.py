"""Events of the audit trail about decisions."""

from audits.core.errors import N_
from audits.core.events import Digest, EventData
from audits.decisions.rules import Outcome


class DecisionTaken(EventData, name="decision.decide", words=N_("Decision taken")):
    """A decision was taken: the outcome, and the digest of its basis."""

    outcome: Outcome
    basis: Digest
