"""Write days and moments in the reader's language."""

from datetime import date, datetime
from functools import lru_cache
from typing import Self

from babel.dates import format_date

from audits.core.clock import AMSTERDAM, day_of
from audits.core.languages import WORKERS
from portal.language.i18n import current_language


class WrittenDay(date):
    """Any day, which is written as other texts: for a page into which days are filled in later."""

    words: str
    month_words: str
    iso: str

    @classmethod
    def marked(cls, words: str, month_words: str, iso: str) -> Self:
        """Return a day that is written so."""
        day = cls(1, 1, 1)
        day.words, day.month_words, day.iso = words, month_words, iso
        return day

    def isoformat(self) -> str:
        """Return what stands for year, month and day."""
        return self.iso


def date_text(value: date) -> str:
    """Format a day: 3 maart 2027. A moment counts as its day in Amsterdam."""
    if isinstance(value, WrittenDay):
        return value.words
    return day_in(day_of(value) if isinstance(value, datetime) else value, current_language())


def month_text(value: date) -> str:
    """Format the month of a day: maart 2027."""
    return value.month_words if isinstance(value, WrittenDay) else month_in(value, current_language())


def day_in(value: date, language: str) -> str:
    """Format a day in a language."""
    return _date_words(value, language, WORKERS[language].day)


def month_in(value: date, language: str) -> str:
    """Format the month of a day in a language."""
    return _date_words(value, language, "MMMM y")


def datetime_text(value: datetime, *, seconds: bool = False) -> str:
    """Format a moment in Amsterdam time: 3 maart 2027, 14:05."""
    return f"{date_text(value)}, {value.astimezone(AMSTERDAM):{'%H:%M:%S' if seconds else '%H:%M'}}"


@lru_cache(maxsize=4096)
def _date_words(day: date, language: str, form: str) -> str:
    return str(format_date(day, form, locale=language))
