"""Validate the references of a population: pseudonyms that identify no person. Pure."""

import re
import unicodedata
from collections.abc import Callable, Sequence

from stdnum.nl import bsn

from audits.core.errors import N_, RuleError
from audits.core.letters import unprintable

MAX_POPULATION = 50_000
MAX_LENGTH = 60
_NAMED_LINES = 10
# Nine digits in any grouping; longer numbers are no citizen service numbers.
_CITIZEN_NUMBER = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){8}(?!\d)", re.ASCII)
# Spreadsheets drop the leading zero that many of these numbers have.
_WITHOUT_ZERO = re.compile(r"\d{8}", re.ASCII)
# Of somebody who may work today: 12-03-1988, 1988-03-12.
_YEAR, _DAY = r"19[3-9]\d|200\d|201[0-2]", r"\d{1,2}"
_BORN = re.compile(rf"(?<!\d)(?:{_DAY}[-/. ]{_DAY}[-/. ](?:{_YEAR})|(?:{_YEAR})[-/.]{_DAY}[-/.]{_DAY})(?!\d)", re.ASCII)
_EMAIL = re.compile(r"\S@\S")


def checked_references(lines: Sequence[str], numbers: Sequence[int] | None = None) -> list[str]:
    """Return the references of a list, trimmed, in NFC, each once, in the order given.

    Raises RuleError with line numbers, from 1 unless `numbers` has others, when a line is empty, too long, or holds an
    e-mail address or a Dutch citizen service number: the portal must not store who is behind a reference.
    """
    if len(lines) > MAX_POPULATION:
        raise RuleError(
            "The list has %(count)d lines; %(limit)d is the most.", "references", count=len(lines), limit=MAX_POPULATION
        )
    references = [unicodedata.normalize("NFC", line).strip() for line in lines]
    for message, refuses in _REFUSALS:
        counted = zip(numbers or range(1, len(references) + 1), references, strict=True)
        if wrong := [number for number, reference in counted if refuses(reference)]:
            raise RuleError(message, "references", lines=listed(wrong), limit=MAX_LENGTH)
    return list(dict.fromkeys(references))


def holds_citizen_number(text: str) -> bool:
    """Return whether part of the text passes the eleven-test of a citizen service number."""
    found = _CITIZEN_NUMBER.findall(text) + ([text] if _WITHOUT_ZERO.fullmatch(text) else [])
    return any(bsn.is_valid(number) for number in found)


def holds_mail_address(text: str) -> bool:
    """Return whether a text looks like one with an e-mail address."""
    return bool(_EMAIL.search(text))


def _is_unreadable(reference: str) -> bool:
    return any(unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"} for character in reference)


def listed(numbers: Sequence[int]) -> str:
    """Return the first numbers of lines as words."""
    return ", ".join(map(str, numbers[:_NAMED_LINES])) + (" …" if len(numbers) > _NAMED_LINES else "")


_REFUSALS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (N_("These lines are empty: %(lines)s. Remove them."), lambda reference: not reference),
    (
        N_("These lines are too long: %(lines)s. Use at most %(limit)d characters on a line."),
        lambda reference: len(reference) > MAX_LENGTH,
    ),
    (N_("These lines hold characters that cannot be read: %(lines)s. Remove them."), _is_unreadable),
    (
        N_("These lines hold characters that we cannot print: %(lines)s. Use references like F-001."),
        lambda reference: bool(unprintable(reference)),
    ),
    (
        N_("These lines look like an e-mail address: %(lines)s. Use references without names, like F-001."),
        holds_mail_address,
    ),
    (
        N_("These lines look like a date of birth: %(lines)s. Use references without personal data, like F-001."),
        lambda reference: bool(_BORN.search(reference)),
    ),
    (
        N_("These lines look like a citizen number: %(lines)s. Use references without personal data, like F-001."),
        holds_citizen_number,
    ),
)
