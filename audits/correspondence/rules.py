"""Until when something may be asked for. Pure."""

from datetime import date, timedelta

from audits.core.calendar import add_working_days
from audits.core.errors import RuleError

USUAL_WORKING_DAYS = 5
LONGEST = timedelta(days=92)


def usual_day(today: date) -> date:
    """Return the day that is proposed to who asks."""
    return add_working_days(today, USUAL_WORKING_DAYS)


def check_day(due_on: date, today: date) -> None:
    """Raise RuleError for a day that leaves no time, or that is far away."""
    if due_on <= today:
        raise RuleError("Choose a day after today.", "due_on")
    if due_on > today + LONGEST:
        raise RuleError("Choose a day within three months.", "due_on")
