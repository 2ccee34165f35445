"""A room for the reader with harmless stand-ins: what each does is what a hostile file would want to do."""

import os
import socket
import time
from pathlib import Path

from portal.reader.room.refusal import RefusedError

_PIECE = 16 * 1024 * 1024


def measure(data: bytes, **words: object) -> dict[str, object]:
    return {"size": len(data), "words": words, "environment": dict(os.environ)}


def compute(data: bytes) -> float:
    while True:
        time.process_time()


def hoard(data: bytes) -> int:
    held = []
    while True:
        held.append(bytearray(_PIECE))


def talk(data: bytes, *, size: int) -> str:
    return "a" * size


def stumble(data: bytes, *, name: str) -> None:
    raise {each.__name__: each for each in (IndexError, RecursionError, AttributeError, ZeroDivisionError)}[name]


def refuse(data: bytes) -> None:
    raise RefusedError("no text")


def leave(data: bytes) -> None:
    os._exit(3)


def crash(data: bytes) -> None:
    os.abort()


def open_file(data: bytes) -> str:
    return Path("/etc/hostname").read_text()


def write_file(data: bytes, *, path: str) -> int:
    return Path(path).write_text("x")


def dial(data: bytes) -> None:
    socket.create_connection(("127.0.0.1", 9), timeout=1)


def run_program(data: bytes) -> None:
    os.execv("/bin/true", ["true"])  # noqa: S606


def copy_itself(data: bytes) -> int:
    return os.fork()


def end_another(data: bytes) -> None:
    os.kill(os.getppid(), 0)


TASKS = {
    each.__name__: each
    for each in (
        measure, compute, hoard, talk, stumble, refuse, leave, crash,
        open_file, write_file, dial, run_program, copy_itself, end_another,
    )
}  # fmt: skip
