"""What a complaint about us is about, how long it may be, and its terms. Pure."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from audits.core.calendar import add_working_days

LONGEST_MESSAGE, LONGEST_CONTACT, LONGEST_ANSWER = 4000, 200, 4000
RECEIPT_WORKING_DAYS = 5
"""Until somebody has taken up a complaint or a signal."""
ANSWER_WORKING_DAYS = 30
"""Until it is answered, from the day on which it came in."""
_SIGNS = 8


class Subject(StrEnum):
    """What a complaint about us is about."""

    TREATMENT = "treatment"  # how somebody was treated
    DELAY = "delay"
    MISTAKE = "mistake"  # in the register or a document
    INDEPENDENCE = "independence"
    OTHER = "other"


class Told(StrEnum):
    """What is handled: a complaint about us, or a signal about an agency."""

    COMPLAINT = "complaint"
    SIGNAL = "signal"


class Verdict(StrEnum):
    """What became of it."""

    FOUNDED = "founded"
    PARTLY = "partly"
    UNFOUNDED = "unfounded"
    ELSEWHERE = "elsewhere"  # not ours to judge; the answer says whose it is


def take_by(received_on: date) -> date:
    """Return the day by which somebody takes it up."""
    return add_working_days(received_on, RECEIPT_WORKING_DAYS)


def answer_by(received_on: date) -> date:
    """Return the day by which it is answered."""
    return add_working_days(received_on, ANSWER_WORKING_DAYS)


def complaint_reference(complaint_id: UUID) -> str:
    """Return the number of a complaint for people. It tells nothing of how many others there are."""
    return f"K-{complaint_id.hex[:_SIGNS].upper()}"
