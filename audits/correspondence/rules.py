"""Until when something is asked for, and what a message tells. Pure."""

import re
from datetime import date

from audits.core.calendar import add_working_days

USUAL_WORKING_DAYS = 5
LONGEST_MESSAGE = 4000
_DAY = re.compile(r"\b(?:(\d{4})-(\d\d?)-(\d\d?)|(\d\d?)[-/. ](\d\d?)[-/. ](\d{4}))\b")


def usual_day(today: date) -> date:
    """Return the day that is proposed to who asks."""
    return add_working_days(today, USUAL_WORKING_DAYS)


def days_in(text: str) -> frozenset[date]:
    """Return the days that a text names in figures."""
    found = set()
    for year, month, day, first, second, last in _DAY.findall(text):
        try:
            found.add(date(int(year or last), int(month or second), int(day or first)))
        except ValueError:
            continue  # 31-2-2027 is no day
    return frozenset(found)
