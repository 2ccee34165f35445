"""Encode what portal and sidecar exchange: a task with its file in shared memory, and one answer over a socket."""

import json
import os
import shutil
import socket
import struct
import time
from typing import Any, BinaryIO

_LENGTH = struct.Struct("!I")
_PIECE = 1024 * 1024


class BadAnswerError(Exception):
    """The answer is malformed or too long."""


def write_task(task: dict[str, Any], data: bytes | BinaryIO) -> int:
    """Write a task and its file into shared memory, piece by piece; return the file descriptor."""
    words = json.dumps(task).encode()
    memory = os.memfd_create("task")
    with open(memory, "wb", closefd=False) as file:
        file.write(_LENGTH.pack(len(words)) + words)
        if isinstance(data, bytes):
            file.write(data)
        else:
            data.seek(0)
            shutil.copyfileobj(data, file, _PIECE)
    return memory


def read_task(memory: int) -> tuple[dict[str, Any], bytes]:
    """Return the task and the file."""
    with open(memory, "rb", closefd=False) as file:
        file.seek(0)
        (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
        task: dict[str, Any] = json.loads(file.read(length))
        return task, file.read()


def write_result(memory: int, data: bytes) -> None:
    """Write a file over the task that it is the answer to: cheaper than through a socket."""
    with open(memory, "wb", closefd=False) as file:  # truncates
        file.seek(0)
        file.write(data)


def read_result(memory: int, most: int) -> bytes:
    """Return the file of the answer. BadAnswerError."""
    with open(memory, "rb", closefd=False) as file:
        file.seek(0)
        data = file.read(most + 1)
    if len(data) > most:
        raise BadAnswerError
    return data


def send_answer(theirs: socket.socket, answer: dict[str, Any]) -> None:
    """Send the answer."""
    words = json.dumps(answer).encode()
    theirs.sendall(_LENGTH.pack(len(words)) + words)


def receive_answer(ours: socket.socket, most: int, end: float) -> dict[str, Any]:
    """Return the answer. EOFError if there is none, TimeoutError at `end` (monotonic), BadAnswerError."""
    (length,) = _LENGTH.unpack(_receive(ours, _LENGTH.size, end))
    if length > most:
        raise BadAnswerError
    try:
        answer = json.loads(_receive(ours, length, end))
    except (ValueError, RecursionError) as error:
        raise BadAnswerError from error
    if not isinstance(answer, dict):
        raise BadAnswerError
    return answer


def _receive(side: socket.socket, size: int, end: float) -> bytes:
    found = bytearray()
    while len(found) < size:
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        side.settimeout(left)
        piece = side.recv(min(_PIECE, size - len(found)))
        if not piece:
            raise EOFError
        found += piece
    return bytes(found)
