"""What is told of decisions."""

from audits.core.errors import N_
from audits.core.events import Digest, EventData
from audits.decisions.rules import Outcome


class DecisionTaken(EventData, name="decision.decide", words=N_("Decision taken")):
    """What was decided, and the digest of everything that was weighed."""

    outcome: Outcome
    basis: Digest
