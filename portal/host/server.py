"""Serve a WSGI application with granian: `python -m portal.host.server PORT [MODULE:NAME]`."""

import argparse
import gc
import multiprocessing
import signal
from importlib import import_module
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from portal.host.processes import die_with_parent
from portal.printer.client import printer
from portal.reader.client import reader

HOST = "127.0.0.1"
WORKERS = 2
BLOCKING_THREADS = 5  # up to MOST_PUBLIC wait for a sidecar; more than two others compete for the interpreter lock
KILL_SECONDS = 5  # seconds for a request to finish at shutdown


def main() -> None:
    """Load the application once, so that workers share its memory and start at once; then serve."""
    arguments = _arguments()
    module, name = arguments.target.split(":")
    application = getattr(import_module(module), name)
    for sidecar in (reader, printer):
        sidecar.start()  # one for all workers; its imports run beside ours
    gc.collect()
    gc.freeze()  # what is loaded stays: no collection of a worker walks it, and its pages stay shared

    def in_the_worker() -> Any:
        die_with_parent(signal.SIGKILL)
        return application

    multiprocessing.set_start_method("fork")
    server = Granian(
        arguments.target,
        address=HOST,
        port=arguments.port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=BLOCKING_THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_SECONDS,
        log_level=LogLevels.warning,
        log_dictconfig={"loggers": {"_granian": {"propagate": True}}},  # its lines go where ours go
    )
    server.serve(target_loader=in_the_worker, wrap_loader=False)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="portal.host.server")
    parser.add_argument("port", type=int)
    parser.add_argument("target", nargs="?", default="wsgi:app")
    return parser.parse_args()


if __name__ == "__main__":
    main()
