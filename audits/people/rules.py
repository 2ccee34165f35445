"""What a person must be: a name, a reachable address, roles that fit. Pure."""

import re

from audits.core.errors import RuleError
from audits.core.languages import LANGUAGES

# One address and nothing else: no spaces, no display name, no line break that could start another mail header.
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_EMAIL_MAX = 254
_NAME_MAX = 120


def clean_name(name: str) -> str:
    """The name on one line; RuleError at `name` if nothing or too much is left."""
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise RuleError("Enter the name.", field="name")
    if len(name) > _NAME_MAX:
        raise RuleError("Use at most %(max)d characters.", field="name", max=_NAME_MAX)
    return name


def clean_email(email: str) -> str:
    """The address without spaces around it; RuleError at `email` if it is no address."""
    email = email.strip()
    if len(email) > _EMAIL_MAX or not _EMAIL.fullmatch(email):
        raise RuleError("Enter an e-mail address in the right form, like name@example.nl.", field="email")
    return email


def clean_language(language: str) -> str:
    """One of the languages of the portal; RuleError at `language` otherwise."""
    if language not in LANGUAGES:
        raise RuleError("Choose a language.", field="language")
    return language
