"""Run the reader: `python -m portal.reader.host ROOM`, with a control socket as its standard input.

The process loads all parsers, but no settings, secrets or connections. For each file it receives a socket for the
answer and a descriptor of shared memory with the task. It forks; the child confines itself, opens that one file,
answers and exits. Thus files cannot affect each other, and no file waits for imports.
"""

import gc
import logging
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType

from portal.reader.confinement import Limits, confine
from portal.sidecar.frames import read_task, send_answer

DIED = "died"


def main() -> None:
    """Import the room, then serve until all control sockets of the portal are closed."""
    room = import_module(sys.argv[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the parent
    logging.disable()  # libraries format long reports about invalid files
    gc.collect()
    gc.freeze()  # children share this memory until they write to it
    with socket.socket(fileno=0) as control:
        _Host(control, room).serve()


@dataclass
class _Host:
    control: socket.socket
    room: ModuleType
    running: dict[int, socket.socket] = field(default_factory=dict)  # the socket for the answer, by process id

    def serve(self) -> None:
        """Fork a child per task; kill children whose caller has hung up."""
        ended, waker = socket.socketpair()
        for side in (ended, waker):
            side.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        while True:
            ready = self._wait(ended)
            if ended.fileno() in ready:
                with suppress(BlockingIOError):
                    ended.recv(4096)
            self._reap()
            self._kill_abandoned(ready)
            if self.control.fileno() in ready and not self._take():
                return

    def _wait(self, ended: socket.socket) -> set[int]:
        poll = select.poll()
        for side in (self.control, ended):
            poll.register(side, select.POLLIN)
        for caller in self.running.values():
            poll.register(caller, 0)  # reports hang-ups only
        return {number for number, _ in poll.poll()}

    def _take(self) -> bool:
        """Accept one task; return False when the portal is gone."""
        words, handed, _, _ = socket.recv_fds(self.control, 1, 2)
        if not words:
            for process in self.running:
                os.kill(process, signal.SIGKILL)
            return False
        caller, memory = socket.socket(fileno=handed[0]), handed[1]
        process = os.fork()
        if not process:
            self._run_child(caller, memory)
        os.close(memory)
        self.running[process] = caller
        return True

    def _run_child(self, caller: socket.socket, memory: int) -> None:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self.control.close()
            for other in self.running.values():
                other.close()
            _answer(caller, memory, self.room)
        finally:
            os._exit(0)

    def _reap(self) -> None:
        """Collect ended children; report a death by signal, which is the answer if the child sent none."""
        while self.running:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            with self.running.pop(process) as caller, suppress(OSError):
                caller.setblocking(False)
                if os.WIFSIGNALED(status):
                    send_answer(caller, {DIED: os.WTERMSIG(status)})

    def _kill_abandoned(self, ready: set[int]) -> None:
        for process, caller in self.running.items():
            if caller.fileno() in ready:
                os.kill(process, signal.SIGKILL)


def _answer(caller: socket.socket, memory: int, room: ModuleType) -> None:
    """Open one file within its limits and answer; every other exception of a parser means a damaged file."""
    task, data = read_task(memory)
    confine(Limits(**task["limits"]), task["niceness"])
    try:
        answer = {"value": room.TASKS[task["name"]](data, **task["words"])}
    except MemoryError:
        answer = {"refused": "costly"}
    except room.RefusedError as refusal:
        answer = {"refused": refusal.code}
    except Exception as error:  # no list of their exceptions is complete
        answer = {"refused": "broken", "raised": type(error).__name__}
    with suppress(OSError):
        send_answer(caller, answer)


if __name__ == "__main__":
    main()
