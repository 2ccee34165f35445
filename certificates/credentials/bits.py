"""Encode and decode the bits of a status list (W3C Bitstring Status List v1.0, section 3.2)."""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable

from certificates.credentials.tokens import CredentialError

SIZE = 131_072
"""Bits per list: the minimum of the standard, so that a request does not reveal which certificate it is about."""

_BYTES = SIZE // 8
_MOST_BYTES = 16 * _BYTES  # decoded size limit for lists of other issuers
_GZIP = 31  # zlib's wbits for a gzip envelope (RFC 1952) with the largest window


def packed(positions: Iterable[int]) -> bytes:
    """Return bytes with the bits at these positions set. Position 0 is the high bit of the first byte."""
    bits = bytearray(_BYTES)
    for position in positions:
        bits[position >> 3] |= 0x80 >> (position & 7)
    return bytes(bits)


def encode(bits: bytes) -> str:
    """Encode bits as multibase: `u` and unpadded base64url of their gzip, whose header holds no time."""
    return "u" + urlsafe_b64encode(zlib.compress(bits, 9, wbits=_GZIP)).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Decode an `encodedList`; CredentialError if it is malformed, too short, or a decompression bomb."""
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
