"""Events of the audit trail about decisions."""

from audits.core.errors import N_
from audits.core.events import Digest, EventData, forgettable
from audits.schemes.cycle import DecisionKind


class DecisionTaken(EventData, name="decision.decide", words=N_("Decision taken")):
    """A decision was taken: its kind, and the digest of its basis."""

    kind: DecisionKind
    basis: Digest


class DecisionProposed(EventData, name="decision_proposal.propose", words=N_("Decision proposed to a second decider")):
    """A decision on a serious ground was proposed."""

    kind: DecisionKind


class ProposalConfirmed(EventData, name="decision_proposal.confirm", words=N_("Proposed decision confirmed")):
    """A second decider confirmed what was proposed; the decision was taken with it."""

    kind: DecisionKind


class ProposalDeclined(EventData, name="decision_proposal.decline", words=N_("Proposed decision not taken")):
    """What was proposed is not decided: it was declined, taken back, or overtaken by another decision."""

    kind: DecisionKind
    reason: str = forgettable()
