"""Send documents to the printing process."""

from collections.abc import Mapping
from typing import Any

from audits.core.errors import RuleError
from certificates.documents.stages import DocumentKind, Prepared
from certificates.seal.sealing.placeholder import Placeholder
from portal.printer.job import plain
from portal.sidecar.client import Sidecar
from portal.sidecar.lanes import PRINTS, Lane
from portal.sight.meters import asking

_LONGEST = 16 * 1024 * 1024  # bytes of a document


class PrinterError(Exception):
    """The press could not print the document; the log of the printing process says why."""


class Printer(Sidecar):
    """The client of `portal.printer.host`."""

    def __init__(self, lane: Lane = PRINTS) -> None:
        super().__init__("portal.printer.host", writes=True)
        self._lane = lane

    def prepare(
        self, kind: DocumentKind, snapshot: Mapping[str, Any], placeholder: Placeholder | None, **along: Any
    ) -> Prepared:
        """Print as `certificates.press.prepare`; without a placeholder it cannot be sealed.

        BusyError when many others ask; RuleError as the press.
        """
        task = plain({"kind": kind, "snapshot": snapshot, "placeholder": placeholder, **along})
        with asking("printer", kind):
            answer = self.exchange(self._lane, task, b"", _LONGEST)
            if "rule" in answer.words:
                message, params = answer.words["rule"]
                raise RuleError(message, **params)
            if "failed" in answer.words:
                raise PrinterError(f"printing a {kind} failed with {answer.words['failed']}")
            return Prepared(answer.data)


printer = Printer()
