"""Serve a WSGI application with granian: `python -m portal.host.server PORT [MODULE:NAME]`.

Granian talks to clients in an event loop, and `Gateway` gives whole requests to threads.
Who starts this hands over the listening socket: systemd (`LISTEN_FDS`) or the supervisor (`--socket`). It outlives this
process, so that who comes during a restart waits in its queue instead of being refused. Without one, PORT is opened.
"""

import argparse
import gc
import multiprocessing
import os
import signal
import socket
from importlib import import_module
from typing import Any
from wsgiref.types import WSGIApplication

from granian import _granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from portal.host.bodies import DEFAULT_LONGEST, ON_DISK, Terms
from portal.host.gateway import Gateway
from portal.host.listening import BACKLOG, open_socket, take_socket, tell_ready
from portal.host.processes import die_with_parent, give_back_memory
from portal.printer.client import printer
from portal.reader.client import reader

WORKERS = 2
THREADS = 5  # up to MOST_PUBLIC wait for a sidecar; more than two others compete for the interpreter lock
SOCKET_HOLDER: Any = _granian.SocketHolder  # its stubs know no arguments
COLLECT_AFTER = 20_000  # containers; by default 700, so that each page walks what the process keeps and finds nothing
KILL_SECONDS = 20  # for a request to finish at shutdown: on a busy machine a page may take 5


class HandedOver(MPServer):
    """Serves from one socket for all its workers.

    By default granian opens a socket for each worker; what waits in the queue of one is lost when that worker ends.
    """

    def __init__(self, listening: socket.socket, target: str, **options: Any) -> None:
        super().__init__(target, **options)
        self._listening = listening

    def _init_shared_socket(self) -> None:
        self._sso: socket.socket | None = self._listening
        self._shd = SOCKET_HOLDER(self._listening.fileno(), False, BACKLOG)

    def startup(self, *options: Any) -> None:
        """Start the workers, then tell systemd; it ends another server of this socket only after that."""
        super().startup(*options)  # type: ignore[no-untyped-call]
        tell_ready(os.environ)  # noqa: TID251 - an entry point


def main() -> None:
    """Load the application once, so that workers share its memory and start at once; then serve."""
    give_back_memory()
    arguments = _arguments()
    module, name = arguments.target.split(":")
    application = getattr(import_module(module), name)
    for sidecar in (reader, printer):
        sidecar.start()  # one for all workers; its imports run beside ours
    listening = take_socket(arguments.socket, os.environ) or open_socket(arguments.port)  # noqa: TID251 - an entry point
    serve(listening, arguments.target, application)


def serve(listening: socket.socket, target: str, application: WSGIApplication) -> None:
    """Serve an application from a socket until this process is told to end; `target` names it in messages."""
    gc.collect()
    gc.freeze()  # what is loaded stays: no collection of a worker walks it, and its pages stay shared
    gc.set_threshold(COLLECT_AFTER)
    longest: int = getattr(application, "longest_body", DEFAULT_LONGEST)
    gateway = Gateway(application, Terms(longest, max(ON_DISK, 2 * longest)), THREADS)

    def in_the_worker() -> Any:
        die_with_parent(signal.SIGKILL)
        return gateway

    multiprocessing.set_start_method("fork")
    server = HandedOver(
        listening,
        target,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=WORKERS,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_SECONDS,
        log_level=LogLevels.warning,
        log_dictconfig={"loggers": {"_granian": {"propagate": True}}},  # its lines go where ours go
    )
    server.serve(target_loader=in_the_worker, wrap_loader=False)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="portal.host.server")
    parser.add_argument("port", type=int)
    parser.add_argument("--socket", type=int, help="the file descriptor of a listening socket, instead of PORT")
    parser.add_argument("target", nargs="?", default="wsgi:app")
    return parser.parse_args()


if __name__ == "__main__":
    main()
