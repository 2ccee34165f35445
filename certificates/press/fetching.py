"""The press reads its own fonts and what the page itself carries, and nothing else on earth."""

from collections.abc import Iterable
from typing import Any

from weasyprint.urls import FatalURLFetchingError, URLFetcher


class ClosedFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint is untyped
    """Gives out the named files and `data:` addresses; anything else stops the rendering."""

    def __init__(self, files: Iterable[str]) -> None:
        super().__init__(allowed_protocols=("data", "file"), allow_redirects=False, fail_on_errors=True)
        self._files = frozenset(files)

    def fetch(self, url: str, headers: Any = None) -> Any:
        """The resource at one of the allowed addresses."""
        if not url.startswith("data:") and url not in self._files:
            raise FatalURLFetchingError(f"the press does not fetch {url}")
        try:
            return super().fetch(url, headers)
        except OSError as error:
            raise FatalURLFetchingError(f"the press cannot read {url}") from error
