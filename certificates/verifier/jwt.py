"""Verify the JWTs of the register (W3C VC-JOSE-COSE)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from certificates.verifier.archive import Archive
from certificates.verifier.reading import Wrong, read_base64url, read_moment, read_object


def listed(archive: Archive, file: str, name: str, value: str) -> str:
    """Return the credential from one of the lists of the archive."""
    for line in archive.lines(file):
        if line.get(name) == value:
            return str(line.get("credential"))
    raise Wrong(f"{file} has nothing for {value}")


def claims_of(archive: Archive, text: str, what: str) -> dict[str, Any]:
    """Return the claims of a vc+jwt after verifying its signature. Only ES256, only keys of the set."""
    claims = read_jwt(text, what, archive.key_set(), "vc+jwt")
    if claims.get("iss") != archive.manifest.get("issuer"):
        raise Wrong(f"{what} was issued by {claims.get('iss')}")
    return claims


def read_jwt(text: str, what: str, keys: Sequence[Mapping[str, Any]], kind: str) -> dict[str, Any]:
    """Return the claims of a JWT of this kind after verifying its signature. Only ES256, only these keys."""
    parts = text.split(".")
    if len(parts) != 3:
        raise Wrong(f"{what} is no JWT")
    header = read_object(read_base64url(parts[0]), what)
    key = next((each for each in keys if each.get("kid") == header.get("kid")), None)
    if header.get("alg") != "ES256" or header.get("typ") != kind or key is None or key.get("crv") != "P-256":
        raise Wrong(f"{what} is not signed with a key of the register")
    x, y = (int.from_bytes(read_base64url(str(key.get(name))), "big") for name in "xy")
    value = read_base64url(parts[2])
    signature = encode_dss_signature(int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big"))
    try:
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        public.verify(signature, f"{parts[0]}.{parts[1]}".encode(), ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature) as error:
        raise Wrong(f"the signature of {what} is wrong") from error
    return read_object(read_base64url(parts[1]), what)


def in_force(claims: Mapping[str, Any], moment: datetime) -> bool:
    """Return whether the validity period of a credential has begun and is not over."""
    return read_moment(claims.get("validFrom")) <= moment <= read_moment(claims.get("validUntil"))
