"""Check what a device signs: ECDSA on P-256 with SHA-256, as browsers sign. Pure."""

import base64
import binascii
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from audits.core.errors import RuleError

_HALF = 32  # bytes of each of the two numbers of a signature
_POINT = re.compile(r"[A-Za-z0-9_-]{87}")  # an uncompressed point, 65 bytes, as base64url


def check_key(key: str) -> None:
    """Raise RuleError unless this is the public key of a device."""
    try:
        if not _POINT.fullmatch(key):
            raise ValueError("another form")
        _public(key)
    except ValueError as error:
        raise RuleError("This is not the key of a device.") from error


def is_signed(key: str, signature: str, data: bytes) -> bool:
    """Return whether the device with this key signed these bytes."""
    try:
        value = _bytes(signature)
        if len(value) != 2 * _HALF:
            return False
        numbers = (int.from_bytes(value[:_HALF], "big"), int.from_bytes(value[_HALF:], "big"))
        _public(key).verify(encode_dss_signature(*numbers), data, ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        return False
    return True


def _public(key: str) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(key))


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("no base64url") from error
