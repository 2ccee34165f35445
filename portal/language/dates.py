"""Write days and moments in the reader's language."""

from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date

from audits.core.clock import AMSTERDAM, day_of
from audits.core.languages import WORKERS
from portal.language.i18n import current_language


def date_text(value: date) -> str:
    """Format a day: 3 maart 2027. A moment counts as its day in Amsterdam."""
    if isinstance(value, datetime):
        value = day_of(value)
    return _date_words(value, language := current_language(), WORKERS[language].day)


def month_text(value: date) -> str:
    """Format the month of a day: maart 2027."""
    return _date_words(value, current_language(), "MMMM y")


def datetime_text(value: datetime, *, seconds: bool = False) -> str:
    """Format a moment in Amsterdam time: 3 maart 2027, 14:05."""
    return f"{date_text(value)}, {value.astimezone(AMSTERDAM):{'%H:%M:%S' if seconds else '%H:%M'}}"


@lru_cache(maxsize=4096)
def _date_words(day: date, language: str, form: str) -> str:
    return str(format_date(day, form, locale=language))
