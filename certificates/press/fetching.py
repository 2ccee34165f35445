"""Restrict what the press may load: its own fonts and `data:` addresses, nothing else."""

from collections.abc import Iterable
from typing import Any

from weasyprint.urls import FatalURLFetchingError, URLFetcher


class ClosedFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint is untyped
    """Serves the named files and `data:` addresses; any other address stops the rendering."""

    def __init__(self, files: Iterable[str]) -> None:
        super().__init__(allowed_protocols=("data", "file"), allow_redirects=False, fail_on_errors=True)
        self._files = frozenset(files)

    def fetch(self, url: str, headers: Any = None) -> Any:
        """Return the resource at an allowed address."""
        if not url.startswith("data:") and url not in self._files:
            raise FatalURLFetchingError(f"the press does not fetch {url}")
        try:
            return super().fetch(url, headers)
        except OSError as error:
            raise FatalURLFetchingError(f"the press cannot read {url}") from error
