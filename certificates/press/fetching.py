"""Restrict what the press may load: its own fonts, the pictures given along and `data:` addresses, nothing else."""

from collections.abc import Iterable, Mapping
from typing import Any

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

PICTURE = "picture:"  # before the name of a picture given along


class ClosedFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint is untyped
    """Serves the named files, JPEG pictures by name, and `data:` addresses; any other address stops the rendering."""

    def __init__(self, files: Iterable[str], pictures: Mapping[str, bytes] = {}) -> None:
        super().__init__(allowed_protocols=("data", "file"), allow_redirects=False, fail_on_errors=True)
        self._files = frozenset(files)
        self._pictures = {PICTURE + name: data for name, data in pictures.items()}

    def fetch(self, url: str, headers: Any = None) -> Any:
        """Return the resource at an allowed address."""
        if url in self._pictures:
            return URLFetcherResponse(url, self._pictures[url], {"Content-Type": "image/jpeg"})
        if not url.startswith("data:") and url not in self._files:
            raise FatalURLFetchingError(f"the press does not fetch {url}")
        try:
            return super().fetch(url, headers)
        except OSError as error:
            raise FatalURLFetchingError(f"the press cannot read {url}") from error
