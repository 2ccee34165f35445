"""Read untrusted bytes and text: anything too large, cut off or malformed is an error with a message."""

import base64
import binascii
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MIB = 1024 * 1024
BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")


class Wrong(Exception):  # noqa: N818  # what it says is what it is
    """Something is not genuine, damaged or inconsistent; the message says what."""


def read_file(path: Path, most: int) -> bytes:
    """Return the bytes of a file, up to a size limit."""
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Wrong(f"{path} is larger than it can be")
    return data


def read_text(data: bytes, what: str) -> str:
    """Decode the text in these bytes."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Wrong(f"{what} is no text") from error


def read_object(data: bytes, what: str) -> dict[str, Any]:
    """Parse the JSON object in these bytes."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Wrong(f"{what} is damaged") from error
    if not isinstance(found, dict):
        raise Wrong(f"{what} is damaged")
    return found


def read_moment(text: object) -> datetime:
    """Parse a moment in ISO 8601, in UTC."""
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError as error:
        raise Wrong(f"{text} is no moment") from error


def read_base64(text: str) -> bytes:
    """Decode base64 (RFC 4648 section 4)."""
    return _decoded(base64.standard_b64decode, text)


def read_base64url(text: str) -> bytes:
    """Decode unpadded base64url (RFC 4648 section 5)."""
    return _decoded(base64.urlsafe_b64decode, text + "=" * (-len(text) % 4))


def _decoded(decode: Callable[[str], bytes], text: str) -> bytes:
    try:
        return decode(text)
    except (binascii.Error, ValueError) as error:
        raise Wrong("something is no base64") from error
