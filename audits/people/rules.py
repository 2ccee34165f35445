"""Validate the properties of a person and of an interest. Pure."""

from datetime import date
from enum import StrEnum

from audits.core.access import Role
from audits.core.errors import RuleError
from audits.core.languages import LANGUAGES
from audits.core.letters import check_length, check_printable

_NAME_MAX = 120
SECOND_PERSON = frozenset({Role.REVIEWER, Role.DECIDER, Role.ADMINISTRATOR})  # as in migrations/walls/second_person.sql


class InterestKind(StrEnum):
    """Kinds of interests. Who worked for an agency or advised it stays away for a time after that too.

    NONE is a correction: there is no interest.
    """

    WORKED = "worked"
    ADVISED = "advised"
    OTHER = "other"
    NONE = "none"


def check_period(since: date | None, until: date | None, today: date) -> None:
    """Raise RuleError for an interest that begins after today, or ends before it begins."""
    if since and since > today:
        raise RuleError("An interest counts from the day on which it is known. Leave this empty.", "since")
    if since and until and until < since:
        raise RuleError("The last day is before the first.", "until")


def clean_name(name: str, *, printed: bool = False) -> str:
    """Return the name on one line; RuleError at `name` if it is empty, too long, or unprintable while `printed`."""
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise RuleError("Enter the name.", field="name")
    check_length(name, _NAME_MAX, "name")
    if printed:
        check_printable(name, "name")
    return name


def clean_language(language: str) -> str:
    """Return the code of a language of the portal; RuleError at `language` otherwise."""
    if language not in LANGUAGES:
        raise RuleError("Choose a language.", field="language")
    return language
