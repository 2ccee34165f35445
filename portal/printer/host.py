"""Run the printing process: `python -m portal.printer.host`, with a control socket as its standard input.

It prints one document at a time and keeps the compiled layouts for the next one. It has no settings, secrets or
connections. Documents whose caller has hung up are skipped.
"""

import gc
import logging
import os
import signal
import socket
from contextlib import suppress
from importlib import import_module
from typing import Any

from audits.core.errors import RuleError
from certificates import press
from portal.printer.job import read
from portal.sidecar.frames import read_task, send_answer, write_result

log = logging.getLogger(__name__)


def main() -> None:
    """Load the press, then serve until all control sockets of the portal are closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the parent
    for chatty in ("weasyprint", "fontTools"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    import_module("certificates.press.printing")
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=0) as control:
        while _serve(control):
            pass


def _serve(control: socket.socket) -> bool:
    """Print the next document; return False when the portal is gone."""
    words, handed, _, _ = socket.recv_fds(control, 1, 2)
    if not words:
        return False
    caller, memory = socket.socket(fileno=handed[0]), handed[1]
    with caller:
        if _waits(caller):
            task, _ = read_task(memory)
            answer = _answer(task, memory)
            with suppress(OSError):  # the caller has hung up meanwhile
                send_answer(caller, answer)
    os.close(memory)
    return True


def _waits(caller: socket.socket) -> bool:
    """Return whether the caller still waits: it never sends anything, so there is something to read at its end only."""
    try:
        return bool(caller.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK))
    except BlockingIOError:
        return True


def _answer(task: dict[str, Any], memory: int) -> dict[str, Any]:
    try:
        printed = press.prepare(**read(task))
    except RuleError as error:
        return {"rule": [error.message, error.params]}
    except Exception as error:
        log.exception("a document could not be printed")
        return {"failed": type(error).__name__}
    write_result(memory, printed)
    return {}


if __name__ == "__main__":
    main()
