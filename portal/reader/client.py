"""Send files to the reader process."""

import logging
import signal
from dataclasses import asdict
from typing import Any, BinaryIO

from portal.reader.confinement import Limits
from portal.sidecar.client import Sidecar
from portal.sidecar.frames import BadAnswerError
from portal.sidecar.lanes import Lane
from portal.sight.meters import asking

LIMITS = Limits()
COSTLY, BROKEN = "costly", "broken"

log = logging.getLogger(__name__)


class RefusedError(Exception):
    """The file was refused. `code` is `costly`, `broken`, or a code of the task."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Reader(Sidecar):
    """The client of `portal.reader.host`."""

    def __init__(self, room: str = "portal.reader.room") -> None:
        super().__init__("portal.reader.host", room)

    def ask(self, lane: Lane, name: str, data: bytes | BinaryIO, /, *, limits: Limits = LIMITS, **words: Any) -> Any:
        """Run the named task on a file and return its value.

        RefusedError is about the file; BusyError is about the machine only.
        """
        task = {"name": name, "words": words, "limits": asdict(limits), "niceness": lane.niceness}
        with asking("reader", name):
            return self._value(lane, task, data, limits.answer)

    def _value(self, lane: Lane, task: dict[str, Any], data: bytes | BinaryIO, most: int) -> Any:
        try:
            answer = self.exchange(lane, task, data, most).words
        except BadAnswerError as error:
            raise RefusedError(COSTLY) from error
        if "value" in answer:
            return answer["value"]
        if answer.get("died") == signal.SIGKILL:  # the limits use other signals: the machine ran out of memory
            raise lane.busy()
        log.warning("a file was refused", extra={"answer": answer})
        raise RefusedError(str(answer.get("refused", COSTLY)))


reader = Reader()
