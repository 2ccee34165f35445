"""Telephone numbers for workers, as an operator sets them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from audits.core.languages import WORKERS

KINDS = ("helpline", "inspectorate", "legal", "shelter")
_NUMBER = re.compile(r"\+?[0-9]+(-[0-9]+)*")


@dataclass(frozen=True, slots=True)
class HelpNumber:
    """A number that workers can call; without `languages` nothing is promised about the language spoken there."""

    kind: str
    number: str
    languages: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `kind:number` or `kind:number:languages`, as in `helpline:0800-0000000:pl,ro`; ValueError otherwise."""
        kind, number, *more = text.split(":")
        languages = tuple(more[0].split(",")) if more else ()
        if kind not in KINDS or not _NUMBER.fullmatch(number) or len(more) > 1 or not set(languages) <= set(WORKERS):
            raise ValueError(text)
        return cls(kind, number, languages)

    @property
    def digits(self) -> str:
        """Return what a telephone dials."""
        return self.number.replace("-", "")


def spoken_first(numbers: Iterable[HelpNumber], language: str) -> list[HelpNumber]:
    """Return numbers with those first at which this language is spoken."""
    return sorted(numbers, key=lambda each: language not in each.languages)


def help_problems(values: dict[str, Any]) -> list[str]:
    """Put the numbers and their day into `values` in place of their text; return what is wrong."""
    problems: list[str] = []
    for name, read in (("help_numbers", _numbers), ("help_checked", date.fromisoformat)):
        if name in values:
            try:
                values[name] = read(values[name])
            except ValueError:
                problems.append(f"{name.upper()} {_FORMS[name]}")
    if ("help_numbers" in values) != ("help_checked" in values):
        problems.append("HELP_NUMBERS and HELP_CHECKED, the day on which somebody tried them, belong together")
    return problems


def _numbers(text: str) -> tuple[HelpNumber, ...]:
    return tuple(map(HelpNumber.parse, text.split()))


_FORMS = {
    "help_numbers": f"must be kind:number or kind:number:languages, with a kind of {', '.join(KINDS)}, as in"
    " helpline:0800-0000000:pl,ro",
    "help_checked": "must be a day, as in 2027-11-15",
}
