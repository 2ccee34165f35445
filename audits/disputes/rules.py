"""Terms and outcomes of appeals. Pure."""

from datetime import date
from enum import StrEnum

from audits.core.calendar import add_working_days
from audits.schemes.cycle import AppealRules, DecisionKind
from audits.schemes.text import Terms

LONGEST_APPEAL = 4000
RECEIPT_WORKING_DAYS = 5
"""Until somebody has taken up an appeal and told the agency so, where the scheme names no term."""
OUTCOME_WORKING_DAYS = 30
"""Until an appeal is decided, from the day on which it came in, where the scheme names no term."""


class AppealOutcome(StrEnum):
    """What became of an appeal."""

    UPHELD = "upheld"
    PARTLY = "partly"
    DISMISSED = "dismissed"


GROUND_OF = {
    AppealOutcome.UPHELD: "appeal_upheld",
    AppealOutcome.PARTLY: "appeal_upheld",
    AppealOutcome.DISMISSED: "appeal_dismissed",
}
"""The public ground of each outcome, in schemes that have these codes."""


def may_be_appealed(kind: DecisionKind) -> bool:
    """Return whether an agency can appeal against a decision of this kind: all but the outcome of an appeal."""
    return kind is not DecisionKind.APPEAL_OUTCOME


def receipt_by(rules: AppealRules, today: date) -> date:
    """Return the last day to tell the agency who handles its appeal."""
    return add_working_days(today, rules.receipt_working_days or RECEIPT_WORKING_DAYS)


def outcome_by(rules: AppealRules, received_on: date) -> date:
    """Return the day by which an appeal is decided; the term runs from its receipt."""
    return add_working_days(received_on, rules.outcome_working_days or OUTCOME_WORKING_DAYS)


def appeal_until(terms: Terms, decided_on: date, sent_on: date | None) -> date:
    """Return the last day to appeal. The term starts when the letter was sent, and not before the decision."""
    return add_working_days(max(decided_on, sent_on or decided_on), terms.appeal_working_days)
