"""Send one request to an address that a stranger named: encrypted, to public addresses alone, and nowhere else.

The host is looked up once, every address that it has must be public, and the connection goes to an address that was
looked at, so that a second answer of the name server changes nothing. Redirects are not followed; of the answer only
its first line is read.
"""

import re
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

SECONDS = 5.0
_PORTS = {"https": 443, "http": 80}
_TRANSLATED = ip_network("64:ff9b::/96")  # leads to an address of version 4
_LONGEST_LINE = 1024
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})\b")


class CallError(Exception):
    """The receiver was not reached, or may not be called; the message is a short word for its owner."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, plain: bool = False, seconds: float = SECONDS) -> int:
    """Return the status of the answer. CallError. `plain` is for tests: also http, and this machine itself."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not plain:
        raise CallError("not https")
    until = time.monotonic() + seconds
    try:
        with closing(_connect(parts, plain, seconds)) as connection:
            connection.sendall(_request(parts, body, headers))
            return _status(connection, until)
    except ssl.SSLError as error:
        raise CallError("certificate not trusted") from error
    except TimeoutError as error:
        raise CallError("no answer in time") from error
    except (OSError, ValueError) as error:
        raise CallError("not reached") from error


def _connect(parts: SplitResult, plain: bool, seconds: float) -> socket.socket:
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not plain and not all(map(is_public, found)):
        raise CallError("private address")
    connection = socket.create_connection((found[0], port), timeout=seconds)
    if parts.scheme != "https":
        return connection
    try:
        return ssl.create_default_context().wrap_socket(connection, server_hostname=host)
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


def _request(parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.netloc
    own = {"Host": host, "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in (own | dict(headers)).items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _status(connection: socket.socket, until: float) -> int:
    line = b""
    while b"\n" not in line and len(line) < _LONGEST_LINE:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        if not (more := connection.recv(_LONGEST_LINE)):
            break
        line += more
    found = _STATUS.match(line)
    if found is None:
        raise CallError("no answer of HTTP")
    return int(found[1])
