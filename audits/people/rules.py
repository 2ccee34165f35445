"""Validate the properties of a person. Pure."""

from audits.core.access import Role
from audits.core.errors import RuleError
from audits.core.languages import LANGUAGES
from audits.core.letters import check_printable

_NAME_MAX = 120
SECOND_PERSON = frozenset({Role.REVIEWER, Role.DECIDER, Role.ADMINISTRATOR})  # as in migrations/walls/second_person.sql


def clean_name(name: str, *, printed: bool = False) -> str:
    """Return the name on one line; RuleError at `name` if it is empty, too long, or unprintable while `printed`."""
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise RuleError("Enter the name.", field="name")
    if len(name) > _NAME_MAX:
        raise RuleError("Use at most %(max)d characters.", field="name", max=_NAME_MAX)
    if printed:
        check_printable(name, "name")
    return name


def clean_language(language: str) -> str:
    """Return the code of a language of the portal; RuleError at `language` otherwise."""
    if language not in LANGUAGES:
        raise RuleError("Choose a language.", field="language")
    return language
