"""Normalise names for the search: without case, accents and dots, tolerant of one wrong letter. Pure."""

import re
import unicodedata
from collections.abc import Iterable

from certificates.register.search.noise import LEGAL_FORMS, LIGHT

LONGEST_WORD = 40
SHORTEST_NEAR = 4
"""Shorter words must match exactly."""

# Letters that NFKD does not decompose.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ı": "i", "þ": "th", "ħ": "h", "ŧ": "t"}
)
_APOSTROPHES = re.compile(r"['’‘ʼ`´]")
_INITIALS = re.compile(r"\b([^\W\d_])\.(?=[^\W\d_]\b)")
_WORD = re.compile(r"[^\W_]+")
_BARE = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Return lower case without accents; Cyrillic stays Cyrillic."""
    if text.isascii():  # most names: there is nothing to decompose
        return text.lower()
    # Twice: compatibility letters may decompose to capitals, and lower case may add accents.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in plain if not unicodedata.combining(char)).translate(_LETTERS)


def words(text: str, *, apart: bool = False) -> list[str]:
    """Return the folded words of a text, in order: `P.J. d'Hondt` is pj, dhondt; `apart` it is pj, d, hondt."""
    joined = _INITIALS.sub(r"\1", _APOSTROPHES.sub(" " if apart else "", fold(text)))
    return [word[:LONGEST_WORD] for word in _WORD.findall(joined)]


def telling(found: Iterable[str]) -> list[str]:
    """Return the words without those that carry nothing; without legal forms if then nothing is left, or else all."""
    listed = list(found)
    formless = [word for word in listed if word not in LEGAL_FORMS]
    return [word for word in formless if word not in LIGHT] or formless or listed


def normalise_number(number: str) -> str:
    """Keep only the letters and digits of a number: `KW-2026-00001-13` is kw20260000113."""
    return _BARE.sub("", fold(number))


def deletions(word: str) -> set[str]:
    """Return the word, and from four letters on the word without each one of its letters.

    Two words that differ by one insertion, deletion, substitution or swap of neighbours share at least one of these
    (the symmetric deletion of SymSpell), so that an index on them finds every such typing error.
    """
    if not may_slip(word):
        return {word}
    return {word} | {word[:place] + word[place + 1 :] for place in range(len(word))}


def may_slip(word: str) -> bool:
    """Return whether typing errors are tolerated: not in short words, and not in numbers."""
    return len(word) >= SHORTEST_NEAR and not word.isdecimal()


def is_slip(one: str, other: str) -> bool:
    """Return whether one insertion, deletion, substitution or swap of neighbours makes one word of the other."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    if len(one) == len(other):
        return one[1:] == other[1:] or (one[:2] == other[1::-1] and one[2:] == other[2:])
    return one[1:] == other or one == other[1:]
