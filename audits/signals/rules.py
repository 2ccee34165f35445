"""What a signal is about, and how long it may be. Pure."""

from enum import StrEnum
from uuid import UUID

LONGEST_MESSAGE, LONGEST_CONTACT = 4000, 200
_SIGNS = 8


class About(StrEnum):
    """What is wrong, as people choose it."""

    PAY = "pay"
    PAPERS = "papers"
    HOUSING = "housing"
    SAFETY = "safety"
    TREATMENT = "treatment"
    CERTIFICATE = "certificate"
    OTHER = "other"


def reference(signal_id: UUID) -> str:
    """Return the number that the sender keeps. It tells nothing of how many others there are."""
    return f"S-{signal_id.hex[:_SIGNS].upper()}"
