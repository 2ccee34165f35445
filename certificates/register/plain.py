"""Entries as plain copies of rows, of which no session knows: for pages that only show them, at a third of the cost."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement

from certificates.register.models import RegisterEntry

_FOR_SEARCH = {"words", "folded", "numbers", "tags", "near", "sort_name", "form"}
_LONG = {"conditions", "condition_terms", "excepted", "scope", "scheme", "details"}

SHOWN: Sequence[ColumnElement[Any]] = [column for column in RegisterEntry.__table__.c if column.name not in _FOR_SEARCH]
"""The columns of which a page shows something."""
LISTED: Sequence[ColumnElement[Any]] = [column for column in SHOWN if column.name not in _LONG]
"""Those of a list of results: to read six JSON values of each of its entries costs more than to show it."""


def copied(columns: Sequence[Any], row: Sequence[Any]) -> RegisterEntry:
    """Return an entry with the first values of a row, which are those of these columns; it has no others."""
    entry = RegisterEntry.__new__(RegisterEntry)
    # Where its attributes look first; to set thirty of them takes longer than to read them.
    entry.__dict__.update(zip((column.name for column in columns), row, strict=False))
    return entry
