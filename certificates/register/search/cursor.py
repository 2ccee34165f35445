"""Where a page of results begins: behind, or before, the last entry that was seen. Pure."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from certificates.register.search.how import How

LONGEST = 1000


class Sort(StrEnum):
    """Orders of results."""

    RELEVANCE = "relevance"  # the best fit first; without a text it is the order by name
    NAME = "name"
    CHANGED = "changed"  # the latest change first


@dataclass(frozen=True, slots=True)
class Cursor:
    """An entry by the values it is sorted by; `back` asks for those before it."""

    how: How
    sort: Sort
    key: tuple[Any, ...]
    back: bool = False

    def __str__(self) -> str:
        """Return it as a parameter."""
        values = [value.isoformat() if isinstance(value, datetime) else value for value in self.key]
        plain = json.dumps([self.how, self.sort, self.back, *values], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """Read a parameter; ValueError for anything that we did not make."""
        if len(text) > LONGEST:
            raise ValueError
        try:
            plain = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
            how, sort, back, *key = plain
            cursor = cls(How(how), Sort(sort), _key(Sort(sort), key), bool(back))
        except (binascii.Error, TypeError, UnicodeDecodeError, RecursionError) as wrong:
            raise ValueError from wrong
        if str(cursor) != text:
            raise ValueError
        return cursor


def _key(sort: Sort, key: list[Any]) -> tuple[Any, ...]:
    """Return the values with their types: a rank and two texts, two texts, or a moment and a text."""
    first, *others = key
    kinds: dict[Sort, tuple[type, ...]] = {
        Sort.RELEVANCE: (int, str, str),
        Sort.NAME: (str, str),
        Sort.CHANGED: (datetime, str),
    }
    values = (datetime.fromisoformat(first) if sort is Sort.CHANGED else first, *others)
    if len(values) != len(kinds[sort]) or not all(map(_is, values, kinds[sort])):
        raise ValueError
    return values


def _is(value: Any, kind: type) -> bool:
    if isinstance(value, str):
        return kind is str and value.isprintable()
    if isinstance(value, datetime):
        return kind is datetime and value.tzinfo is not None
    return isinstance(value, int) and kind is int and abs(value) < 10_000  # noqa: PLR2004  # a rank
