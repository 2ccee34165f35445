"""Messages to an agency about a decision."""

from audits.core.notices import Notice


class DecisionTaken(Notice, kind="decision_taken"):
    """A decision was taken; the letter and its reasons are ready."""

    reference: str
