"""Split long lists into pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import request, url_for

T = TypeVar("T")
DEEPEST = 10_000  # enough for any list, and far below what the database can count


def asked_page() -> int:
    """Return the page number that was asked for, from 1 to DEEPEST; 1 for anything that is no number."""
    return max(1, min(request.args.get("page", 1, int), DEEPEST))


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list. `found` may hold one row more than `size`, which shows that a next page exists."""

    found: Sequence[T]
    page: int
    size: int

    @property
    def rows(self) -> Sequence[T]:
        """Return the rows of this page."""
        return self.found[: self.size]

    @property
    def previous(self) -> str:
        """Return the address of the previous page, or an empty string."""
        return self._address(self.page - 1) if self.page > 1 else ""

    @property
    def next(self) -> str:
        """Return the address of the next page, or an empty string."""
        return self._address(max(self.page, 1) + 1) if len(self.found) > self.size else ""

    def _address(self, page: int) -> str:
        kept = {key: values for key, values in request.args.lists() if key != "page"}  # a date has three values
        return url_for(str(request.endpoint), **{**(request.view_args or {}), **kept, "page": page})
