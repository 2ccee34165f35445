"""Send one request to a machine of others: encrypted, to public addresses alone, and nowhere else.

The host is looked up once, every address that it has must be public, and the connection goes to an address that was
looked at, so that a second answer of the name server changes nothing. Redirects are not followed. Of the answer to a
`post` only its first line is read, of that to a `get` no more than was agreed.
"""

import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import cast
from urllib.parse import SplitResult, urlsplit

SECONDS = 5.0
_PORTS = {"https": 443, "http": 80}
_TRANSLATED = ip_network("64:ff9b::/96")  # leads to an address of version 4
_LONGEST_LINE = 1024
_PIECE = 16 * 1024
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})\b")


class CallError(Exception):
    """The receiver was not reached, or may not be called; the message is a short word for its owner."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, plain: bool = False, seconds: float = SECONDS) -> int:
    """Return the status of the answer. CallError. `plain` is for tests: also http, and this machine itself."""
    length = {"Content-Length": str(len(body))}
    with _asked("POST", url, dict(headers) | length, body, plain=plain, seconds=seconds) as (connection, until):
        return _status(connection, until)


def get(
    url: str,
    headers: Mapping[str, str],
    *,
    most: int,
    roots: Path | None = None,
    plain: bool = False,
    seconds: float = SECONDS,
) -> tuple[int, bytes]:
    """Return the status of the answer and its body; CallError when both and their heads exceed `most` bytes.

    `roots` are certificates in PEM that the receiver's must lead to, instead of those that this system trusts.
    """
    with _asked("GET", url, headers, plain=plain, seconds=seconds, roots=roots) as (connection, until):
        return _answer(_read_all(connection, until, most))


@contextmanager
def _asked(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    *,
    plain: bool,
    seconds: float,
    roots: Path | None = None,
) -> Iterator[tuple[socket.socket, float]]:
    """Send a request; yield the connection and the time (monotonic) until which its answer may take. CallError."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not plain:
        raise CallError("not https")
    until = time.monotonic() + seconds
    try:
        with closing(_connect(parts, plain, seconds, roots)) as connection:
            connection.sendall(_request(method, parts, body, headers))
            yield connection, until
    except ssl.SSLError as error:
        raise CallError("certificate not trusted") from error
    except TimeoutError as error:
        raise CallError("no answer in time") from error
    except (OSError, ValueError) as error:
        raise CallError("not reached") from error


def _connect(parts: SplitResult, plain: bool, seconds: float, roots: Path | None) -> socket.socket:
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not plain and not all(map(is_public, found)):
        raise CallError("private address")
    connection = socket.create_connection((found[0], port), timeout=seconds)
    if parts.scheme != "https":
        return connection
    try:
        return ssl.create_default_context(cafile=roots).wrap_socket(connection, server_hostname=host)
    except BaseException:
        connection.close()
        raise


def is_public(address: str) -> bool:
    """Return whether an address is one of the whole internet, and hides none of another kind."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and (
        found.ipv4_mapped or found.sixtofour or found.teredo or found in _TRANSLATED
    ):
        return False
    return found.is_global and not found.is_multicast


def _request(method: str, parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    own = {"Host": parts.netloc, "Connection": "close"}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in (own | dict(headers)).items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _status(connection: socket.socket, until: float) -> int:
    line = b""
    while b"\n" not in line and len(line) < _LONGEST_LINE:
        if not (more := _piece(connection, until, _LONGEST_LINE)):
            break
        line += more
    found = _STATUS.match(line)
    if found is None:
        raise CallError("no answer of HTTP")
    return int(found[1])


def _read_all(connection: socket.socket, until: float, most: int) -> bytes:
    """Return everything that is sent until the other side hangs up, as it was asked to."""
    read = bytearray()
    while more := _piece(connection, until, _PIECE):
        read += more
        if len(read) > most:
            raise CallError("answer too long")
    return bytes(read)


def _piece(connection: socket.socket, until: float, length: int) -> bytes:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)
    return connection.recv(length)


def _answer(read: bytes) -> tuple[int, bytes]:
    try:
        answer = HTTPResponse(cast(socket.socket, _Received(read)))
        answer.begin()
        return answer.status, answer.read()
    except HTTPException as error:
        raise CallError("no answer of HTTP") from error


class _Received:
    """Bytes that were received, as the standard library wants to read an answer: as a file of a socket."""

    def __init__(self, read: bytes) -> None:
        self._read = read

    def makefile(self, _mode: str) -> BytesIO:
        """Return them as a file."""
        return BytesIO(self._read)
