"""What a person must be: a name, a reachable address, roles that fit. Pure."""

from audits.core.errors import RuleError

LANGUAGES = ("nl", "en")

_NAME_MAX = 120


def clean_name(name: str) -> str:
    """The name on one line; RuleError at `name` if nothing or too much is left."""
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise RuleError("Enter the name.", field="name")
    if len(name) > _NAME_MAX:
        raise RuleError("Use at most %(max)d characters.", field="name", max=_NAME_MAX)
    return name


def clean_language(language: str) -> str:
    """One of the two languages of the portal; RuleError at `language` otherwise."""
    if language not in LANGUAGES:
        raise RuleError("Choose a language.", field="language")
    return language
