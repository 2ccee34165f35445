"""Format dates and numbers in the language of a document."""

from datetime import date
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from audits.core.languages import DEFAULT, LANGUAGES


class Words:
    """Formats of dates, numbers and shares in one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def day(self, value: str) -> str:
        """Format `2027-03-01` as 1 maart 2027; a moment as its day."""
        return _day(value[:10], self._language)

    def number(self, value: float) -> str:
        """Format a number with separators."""
        return _number(value, self._language)

    def share(self, value: float) -> str:
        """Format a fraction as percentage, with at most one decimal."""
        language = LANGUAGES.get(self._language, LANGUAGES[DEFAULT])
        return format_percent(value, language.percent, locale=language.code)


@lru_cache(maxsize=4096)
def _day(value: str, language: str) -> str:
    return format_date(date.fromisoformat(value), "d MMMM y", locale=language)


@lru_cache(maxsize=4096)
def _number(value: float, language: str) -> str:
    return format_decimal(value, locale=language)


def grouped(digest: str, length: int = 16) -> str:
    """Return the beginning of a digest in groups of four, for comparison by eye."""
    return " ".join(digest[start : start + 4] for start in range(0, length, 4))
