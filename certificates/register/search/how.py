"""The kinds of match."""

from enum import StrEnum


class How(StrEnum):
    """Which kind of match found the entries."""

    ALL = "all"
    NUMBER = "number"
    WORDS = "words"
    CONTACT = "contact"
    NEAR = "near"
