"""The bits of a status list: packed, compressed and written as W3C Bitstring Status List v1.0 asks (section 3.2)."""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable

from certificates.credentials.tokens import CredentialError

SIZE = 131_072
"""Bits of one list, the fewest that the standard allows: a reader who fetches it does not say whom it is about."""

_BYTES = SIZE // 8
_MOST_BYTES = 16 * _BYTES  # of a list that somebody else made
_GZIP = 31  # zlib's number for a gzip envelope (RFC 1952) with the largest window


def packed(positions: Iterable[int]) -> bytes:
    """So many bits, set at these positions. The first is the left-most: the high bit of the first byte."""
    bits = bytearray(_BYTES)
    for position in positions:
        bits[position >> 3] |= 0x80 >> (position & 7)
    return bytes(bits)


def encode(bits: bytes) -> str:
    """Multibase: `u` and base64url without padding of the bits in gzip. The envelope carries no time."""
    return "u" + urlsafe_b64encode(zlib.compress(bits, 9, wbits=_GZIP)).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bits of an `encodedList`; CredentialError if it is none, too short, or a bomb."""
    if not text.startswith("u") or not text.isascii():
        raise CredentialError("the list is not in multibase base64url")
    try:
        reader = zlib.decompressobj(wbits=_GZIP)
        bits = reader.decompress(urlsafe_b64decode(text[1:] + "=" * (-(len(text) - 1) % 4)), _MOST_BYTES)
    except (zlib.error, Base64Error, ValueError) as error:
        raise CredentialError("the list is not in gzip") from error
    if not reader.eof or len(bits) < _BYTES:
        raise CredentialError("the list is cut off, too short or too long")
    return bits
