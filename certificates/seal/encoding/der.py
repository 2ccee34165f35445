"""Encode DER (ITU-T X.690): the few types that signatures and time-stamps need."""

from datetime import UTC, datetime

BOOLEAN_TRUE = b"\x01\x01\xff"
NULL = b"\x05\x00"
_LONG = 0x80


def tlv(tag: int, *parts: bytes) -> bytes:
    """Encode one value: tag, length, and the concatenated parts."""
    body = b"".join(parts)
    if len(body) < _LONG:
        return bytes((tag, len(body))) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(size))) + size + body


def sequence(*parts: bytes) -> bytes:
    """Encode a SEQUENCE."""
    return tlv(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    """Encode a SET OF, sorted as DER requires."""
    return tlv(0x31, *sorted(parts))


def octets(data: bytes) -> bytes:
    """Encode an OCTET STRING."""
    return tlv(0x04, data)


def integer(number: int) -> bytes:
    """Encode a non-negative INTEGER."""
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def implicit(number: int, *parts: bytes) -> bytes:
    """Encode a constructed context tag; explicit when the part has its own tag."""
    return tlv(0xA0 | number, *parts)


def general_time(moment: datetime) -> bytes:
    """Encode a GeneralizedTime in UTC, to the second."""
    return tlv(0x18, moment.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode())


def oid(dotted: str) -> bytes:
    """Encode an OBJECT IDENTIFIER."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return tlv(0x06, b"".join(_arc(arc) for arc in (first * 40 + second, *rest)))


def _arc(number: int) -> bytes:
    out = [number & 0x7F]
    while number := number >> 7:
        out.append(number & 0x7F | 0x80)
    return bytes(reversed(out))
