"""Until when something may be asked for, and what a message tells. Pure."""

import re
from datetime import date, timedelta

from audits.core.calendar import add_working_days
from audits.core.errors import RuleError

USUAL_WORKING_DAYS = 5
LONGEST = timedelta(days=92)
LONGEST_MESSAGE = 4000
_DAY = re.compile(r"\b(?:(\d{4})-(\d\d?)-(\d\d?)|(\d\d?)[-/. ](\d\d?)[-/. ](\d{4}))\b")


def usual_day(today: date) -> date:
    """Return the day that is proposed to who asks."""
    return add_working_days(today, USUAL_WORKING_DAYS)


def check_day(due_on: date, today: date) -> None:
    """Raise RuleError for a day that leaves no time, or that is far away."""
    if due_on <= today:
        raise RuleError("Choose a day after today.", "due_on")
    if due_on > today + LONGEST:
        raise RuleError("Choose a day within three months.", "due_on")


def days_in(text: str) -> frozenset[date]:
    """Return the days that a text names in figures."""
    found = set()
    for year, month, day, first, second, last in _DAY.findall(text):
        try:
            found.add(date(int(year or last), int(month or second), int(day or first)))
        except ValueError:
            continue  # 31-2-2027 is no day
    return frozenset(found)
