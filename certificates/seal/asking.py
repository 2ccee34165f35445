"""Send one request to a configured external service: no redirects, no proxies, limits on time and size."""

import http.client
import ssl
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

SECONDS = 10.0
LARGEST = 256 * 1024
_CHUNK = 16 * 1024


class AskError(Exception):
    """The service gave no usable answer."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS) -> tuple[bytes, str]:
    """Return body and media type of the answer; AskError unless it is 200, complete, in time and small enough."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise AskError("the address has no host")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(parts.scheme, parts.hostname, parts.port, seconds)
    until = time.monotonic() + seconds
    try:
        connection.request("POST", target, body, dict(headers))
        response = connection.getresponse()
        if response.status != http.HTTPStatus.OK:
            raise AskError(f"{parts.hostname} answered {response.status}")
        return _read(response, until), response.headers.get_content_type()
    except (OSError, http.client.HTTPException) as error:
        raise AskError(f"{parts.hostname} cannot be asked: {type(error).__name__}") from error
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=seconds)


def _read(response: http.client.HTTPResponse, until: float) -> bytes:
    data = b""
    while chunk := response.read1(_CHUNK):
        data += chunk
        if len(data) > LARGEST:
            raise AskError("the answer is too large")
        if time.monotonic() > until:
            raise AskError("the answer takes too long")
    if response.length:
        raise AskError("the answer broke off")
    return data
