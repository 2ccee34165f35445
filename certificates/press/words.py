"""Sentences, dates and numbers in the language of a document."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations


@lru_cache(maxsize=8)
def catalogue(folder: Path, language: str) -> NullTranslations:
    """The compiled texts of a language below `folder`; without any, every text stays as the template has it."""
    return Translations.load(folder, [language])


class Words:
    """How one language writes dates, numbers and shares."""

    def __init__(self, language: str) -> None:
        self._language = language

    def day(self, value: str) -> str:
        """`2027-03-01` in words: 1 maart 2027. A moment in time counts as its day."""
        return format_date(date.fromisoformat(value[:10]), "d MMMM y", locale=self._language)

    def number(self, value: float) -> str:
        """A number with separators."""
        return format_decimal(value, locale=self._language)

    def share(self, value: float) -> str:
        """A fraction as percentage, with one decimal where there is one."""
        return format_percent(value, "0.#%" if self._language == "en" else "0.# %", locale=self._language)


def grouped(digest: str, length: int = 16) -> str:
    """The beginning of a digest in groups of four, easy to compare by eye."""
    return " ".join(digest[start : start + 4] for start in range(0, length, 4))
