"""Ask ClamAV about a file, over the socket of clamd. Without `CLAMD_URL` nothing is scanned.

Nothing passes unscanned: a file waits for its answer. While the scanner cannot be reached, has no official database, or
gives an answer that we do not know, every file is held with the sender.
"""

import os
import re
import socket
import struct
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from audits.core.errors import N_
from portal.settings import current_settings
from portal.sidecar.lanes import BusyError

_SECONDS = 60.0
_PIECE = 128 * 1024
_ANSWER = 4096
_TOO_LARGE = "INSTREAM size limit exceeded"
_FOUND = re.compile(r"stream: (\S+) FOUND")
# ClamAV 1.4.6/27467/Mon Nov 30 09:26:34 2026: without number and day there is no official database.
_DATED = re.compile(r"ClamAV [^/]+/\d+/\w+")
_HEURISTIC = "Heuristics."

_DOWN = N_("We cannot look for viruses now, so we take no files. Wait a few minutes and send them once more.")


class ScannerDownError(BusyError):
    """The scanner cannot say anything about a file now."""

    def __init__(self, why: str) -> None:
        super().__init__(_DOWN, "files")
        self.why = why  # for the log


class InfectedError(Exception):
    """The scanner found something. `is_heuristic`: a kind of file that it distrusts, such as one it cannot open."""

    def __init__(self, signature: str) -> None:
        super().__init__(signature)
        self.signature = signature
        self.is_heuristic = signature.startswith(_HEURISTIC)


class TooLargeError(Exception):
    """The scanner takes no file of this size."""


def scan(file: BinaryIO) -> None:
    """Return if the file is clean, or if no scanner is configured. InfectedError, TooLargeError, ScannerDownError."""
    settings = current_settings()
    if not settings.clamd_url:
        return
    _check_database(_ask(settings.clamd_url, b"zVERSION\0"), own_signatures=settings.testing)
    file.seek(0)
    answer = _ask(settings.clamd_url, b"zINSTREAM\0", file)
    file.seek(0)
    if match := _FOUND.fullmatch(answer):
        raise InfectedError(match[1])
    if answer.startswith(_TOO_LARGE):
        raise TooLargeError
    if answer != "stream: OK":
        raise ScannerDownError(f"unknown answer: {answer[:80]}")


def check() -> None:
    """Raise ScannerDownError unless the configured scanner answers with a database that is up to date."""
    settings = current_settings()
    if settings.clamd_url:
        _check_database(_ask(settings.clamd_url, b"zVERSION\0"), own_signatures=settings.testing)


def _check_database(version: str, *, own_signatures: bool) -> None:
    """Refuse to call files clean without an official database; tests alone may scan with a signature of their own."""
    if not _DATED.match(version) and not (own_signatures and version.startswith("ClamAV")):
        raise ScannerDownError(f"no official database: {version[:80]}")


def _ask(url: str, command: bytes, file: BinaryIO | None = None) -> str:
    """Send a command, and perhaps a file in pieces; return the answer, also one that comes before the file was sent."""
    try:
        with _connect(url) as connection:
            connection.settimeout(_SECONDS)
            try:
                connection.sendall(command)
                if file is not None:
                    _stream(connection, file)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has said why before it hung up
            return _read(connection)
    except OSError as error:
        raise ScannerDownError(type(error).__name__) from error


def _stream(connection: socket.socket, file: BinaryIO) -> None:
    while piece := file.read(_PIECE):
        connection.sendall(struct.pack("!I", len(piece)) + piece)
    connection.sendall(struct.pack("!I", 0))


def _read(connection: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _ANSWER:
        piece = connection.recv(_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode("ascii", "replace")


def _connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname or "", parts.port or 3310), timeout=_SECONDS)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(_SECONDS)
        connection.connect(os.fsdecode(unquote(parts.path)))
    except OSError:
        connection.close()
        raise
    return connection
