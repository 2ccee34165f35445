"""Files are opened as the portal does it, but nobody loses patience: a busy machine makes no test red."""

from typing import Any

from certificates.seal import SealReport
from portal.reader.questions import examine_seal
from portal.sidecar.lanes import SHELL, Lane
from tests.kit.browser import Page


def examine_patiently(data: bytes, roots: Any, *, lane: Lane = SHELL, **words: Any) -> SealReport:
    """Call `examine_seal`, and wait as long as it takes."""
    return examine_seal(data, roots, lane=SHELL, **words)


def is_busy(page: Page) -> bool:
    """Return whether a page says that the machine has no time now, and nothing about the file."""
    busy = "We are checking many files at this moment. Choose your file again in a minute and send it once more."
    return page.errors == [busy] and int(page.response.headers["Retry-After"]) > 0
