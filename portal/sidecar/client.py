"""Start a process beside the web processes, and ask it to do tasks."""

import logging
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from portal.sidecar import frames
from portal.sidecar.lanes import BusyError, Lane
from portal.sight.meters import meters

ROOT = Path(__file__).parents[2]
_TRIES = 2

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the process answered, and the file that it wrote, if it writes any."""

    words: dict[str, Any]
    data: bytes


class Sidecar:
    """The client of one such process: `python -m MODULE …`, with a control socket as its standard input.

    Processes that are forked after `start` share it. For each task it receives a socket for the answer and a descriptor
    of shared memory with the task.
    """

    def __init__(self, module: str, *words: str, writes: bool = False) -> None:
        self._writes = writes
        self._command = [sys.executable, "-m", module, *words]
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

    def exchange(self, lane: Lane, task: dict[str, Any], data: bytes | BinaryIO, most: int) -> Answer:
        """Return the answer to a task; `most` is its greatest length. A file of the answer has the same limit.

        BusyError if it cannot be done within the patience of the lane; BadAnswerError as `frames.receive_answer`.
        """
        try:
            return self._within(lane, task, data, most)
        except BusyError:
            meters().busy.labels(lane.name).inc()
            raise

    def _within(self, lane: Lane, task: dict[str, Any], data: bytes | BinaryIO, most: int) -> Answer:
        with lane.turn() as end:
            for _ in range(_TRIES):
                try:
                    return self._exchange(lane, task, data, most, end)
                except TimeoutError as error:
                    raise lane.busy() from error
                except (EOFError, ConnectionError):
                    log.warning("a process has ended; restarting it", extra={"command": self._command[2:]})
        raise lane.busy()

    def _exchange(self, lane: Lane, task: dict[str, Any], data: bytes | BinaryIO, most: int, end: float) -> Answer:
        memory = frames.write_task(task, data)
        try:
            ours, theirs = socket.socketpair()
            with ours:
                with theirs:
                    self._hand_over(lane, theirs, memory)
                words = frames.receive_answer(ours, most, end)
            return Answer(words, frames.read_result(memory, most) if self._writes else b"")
        finally:
            os.close(memory)

    def _hand_over(self, lane: Lane, theirs: socket.socket, memory: int) -> None:
        control = self._reach()
        try:
            socket.send_fds(control, [b"1"], [theirs.fileno(), memory], socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        except BlockingIOError as error:
            raise lane.busy() from error
        except OSError as error:
            with self._starting:
                if self._control is control:
                    self._control = None
                    control.close()
            raise ConnectionResetError from error

    def _reach(self) -> socket.socket:
        with self._starting:
            if self._control is None:
                self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                with theirs:
                    self._process = subprocess.Popen(  # noqa: S603  # our own module and arguments
                        self._command,
                        stdin=theirs.fileno(),
                        stdout=subprocess.DEVNULL,
                        cwd=ROOT,
                        env={},  # no secrets of the portal
                        start_new_session=True,
                    )
            return self._control
