"""Long lists in parts: what one page shows, and whether there is more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import request, url_for

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list. `found` may hold one more than `size`, by which the next page is known to exist."""

    found: Sequence[T]
    page: int
    size: int

    @property
    def rows(self) -> Sequence[T]:
        """What this page shows."""
        return self.found[: self.size]

    @property
    def previous(self) -> str:
        """The address of the page before, or nothing."""
        return self._address(self.page - 1) if self.page > 1 else ""

    @property
    def next(self) -> str:
        """The address of the page after, or nothing."""
        return self._address(max(self.page, 1) + 1) if len(self.found) > self.size else ""

    def _address(self, page: int) -> str:
        kept = {key: value for key, value in request.args.items() if key != "page"}
        return url_for(str(request.endpoint), **{**(request.view_args or {}), **kept, "page": page})
