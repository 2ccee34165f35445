"""What an agency is told of a decision."""

from audits.core.notices import Notice


class DecisionTaken(Notice, kind="decision_taken"):
    """It is there, with its reasons and a letter."""

    reference: str
