"""Which outcomes the findings leave open."""

from enum import StrEnum


class Outcome(StrEnum):
    """What a decider can decide."""

    GRANT = "grant"
    GRANT_WITH_CONDITIONS = "grant_with_conditions"
    REFUSE = "refuse"
