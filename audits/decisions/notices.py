"""Messages about decisions: to an agency, and among deciders."""

from audits.core.notices import Notice


class DecisionTaken(Notice, kind="decision_taken"):
    """A decision was taken; the letter and its reasons are ready."""

    reference: str


class SecondDeciderNeeded(Notice, kind="second_decider_needed"):
    """Another decider proposed a decision on a serious ground, which waits for a second one."""

    reference: str


class ProposalAnswered(Notice, kind="proposal_answered"):
    """A second decider has confirmed what you proposed, or not (`confirmed`)."""

    reference: str
    confirmed: bool
