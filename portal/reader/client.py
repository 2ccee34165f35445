"""Send files to the reader process; start it when needed."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from portal.reader import frames
from portal.reader.confinement import Limits
from portal.reader.lanes import BusyError, Lane
from portal.sight.meters import meters

ROOT = Path(__file__).parents[2]
LIMITS = Limits()
COSTLY, BROKEN = "costly", "broken"
_TRIES = 2

log = logging.getLogger(__name__)


class RefusedError(Exception):
    """The file was refused. `code` is `costly`, `broken`, or a code of the task."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Reader:
    """The client of `portal.reader.host`. Processes that are forked after `start` share it."""

    def __init__(self, room: str = "portal.reader.room") -> None:
        self._room = room
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()

    def start(self) -> None:
        """Start the process if it is not running; return without waiting for its imports."""
        self._reach()

    def stop(self) -> None:
        """Close the connection and wait for the end of the process; no other process may use it."""
        with self._starting:
            if self._control and self._process:
                self._control.close()
                self._process.wait()
            self._control = self._process = None

    def ask(self, lane: Lane, name: str, data: bytes, /, *, limits: Limits = LIMITS, **words: Any) -> Any:
        """Run the named task on a file and return its value.

        RefusedError is about the file; BusyError is about the machine only.
        """
        task = {"name": name, "words": words, "limits": asdict(limits), "niceness": lane.niceness}
        try:
            return self._ask(lane, task, data, limits.answer)
        except BusyError:
            meters().busy.labels(lane.name).inc()
            raise

    def _ask(self, lane: Lane, task: dict[str, Any], data: bytes, most: int) -> Any:
        with lane.turn() as end:
            for _ in range(_TRIES):
                try:
                    return _value(self._exchange(task, data, most, end))
                except TimeoutError as error:
                    raise BusyError from error
                except (EOFError, ConnectionError):  # the reader process is gone
                    log.warning("the reader process has ended; restarting it")
        raise BusyError

    def _exchange(self, task: dict[str, Any], data: bytes, most: int, end: float) -> dict[str, Any]:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._hand_over(theirs, task, data)
            try:
                return frames.receive_answer(ours, most, end)
            except frames.BadAnswerError:
                return {"refused": COSTLY}

    def _hand_over(self, theirs: socket.socket, task: dict[str, Any], data: bytes) -> None:
        control, memory = self._reach(), frames.write_task(task, data)
        try:
            socket.send_fds(control, [b"1"], [theirs.fileno(), memory], socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        except BlockingIOError as error:
            raise BusyError from error
        except OSError as error:
            with self._starting:
                if self._control is control:
                    self._control = None
                    control.close()
            raise ConnectionResetError from error
        finally:
            os.close(memory)

    def _reach(self) -> socket.socket:
        with self._starting:
            if self._control is None:
                self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                with theirs:
                    self._process = subprocess.Popen(  # noqa: S603  # our own module and arguments
                        [sys.executable, "-m", "portal.reader.host", self._room],
                        stdin=theirs.fileno(),
                        stdout=subprocess.DEVNULL,
                        cwd=ROOT,
                        env={},  # no secrets of the portal
                        start_new_session=True,
                    )
            return self._control


def _value(answer: dict[str, Any]) -> Any:
    if "value" in answer:
        return answer["value"]
    if answer.get("died") == signal.SIGKILL:  # the limits use other signals: the machine ran out of memory
        raise BusyError
    log.warning("a file was refused", extra={"answer": answer})
    raise RefusedError(str(answer.get("refused", COSTLY)))


reader = Reader()
