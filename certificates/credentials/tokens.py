"""Sign and read compact JWS (RFC 7515), with ES256 only.

Keys are published as JWK under their thumbprint (RFC 7638), so that a name never stands for two keys.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
LONGEST = 128 * 1024  # a status list of random bits takes 31 kB
_NUMBER_SIZE = 32  # bytes of each half of a signature on P-256
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_NAMES = {"alg", "kid", "typ", "cty"}

PublicKeys = Mapping[str, ec.EllipticCurvePublicKey]


class CredentialError(Exception):
    """The token was not signed by us, or has another type; the message says what is wrong."""


def thumbprint(key: ec.EllipticCurvePublicKey) -> str:
    """Return the name of a key: base64url of the SHA-256 of its canonical JWK (RFC 7638)."""
    return ECKey(key, key).thumbprint()


def jwks(keys: Iterable[ec.EllipticCurvePublicKey]) -> dict[str, list[dict[str, Any]]]:
    """Return the keys as a JWK set (RFC 7517), in the order given."""
    return {"keys": [jwk(key) for key in keys]}


def jwk(key: ec.EllipticCurvePublicKey) -> dict[str, Any]:
    """Return a public key as JWK."""
    return {**ECKey(key, key).as_dict(private=False), "kid": thumbprint(key), "use": "sig", "alg": ALGORITHM}


def sign(
    payload: Mapping[str, Any],
    key: ec.EllipticCurvePrivateKey,
    *,
    typ: str,
    cty: str | None = None,
    named: Callable[[str], str] = str,
) -> str:
    """Sign the payload as JSON. `named` computes the header's `kid` from the thumbprint.

    Not through joserfc, which wants to export the private key: the key may be in another process.
    """
    header = {"alg": ALGORITHM, "kid": named(_thumbprint(key)), "typ": typ} | ({"cty": cty} if cty else {})
    covered = ".".join(
        _coded(json.dumps(each, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode())
        for each in (header, payload)
    )
    numbers = decode_dss_signature(key.sign(covered.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{covered}.{_coded(b''.join(each.to_bytes(_NUMBER_SIZE, 'big') for each in numbers))}"


def read(token: str, *, typ: str, key_for: Callable[[str], ec.EllipticCurvePublicKey | None]) -> dict[str, Any]:
    """Return the payload of a token signed by the key that its `kid` names, or raise CredentialError.

    Of the header only algorithm, type and key name are read, and those must be what we use: a token cannot bring its
    own key or algorithm (RFC 8725 sections 3.1, 3.10 and 3.11).
    """
    header = _header(token)
    if header.get("alg") != ALGORITHM or header.get("typ") != typ or set(header) - _NAMES:
        raise CredentialError("the header is not one of ours")
    kid = header.get("kid")
    key = key_for(kid) if isinstance(kid, str) else None
    if key is None:
        raise CredentialError("the key is not one of ours")
    try:
        signed = jws.deserialize_compact(token, ECKey(key, key), algorithms=[ALGORITHM])
    except (JoseError, ValueError) as error:
        raise CredentialError("the signature does not fit") from error
    return _parsed(signed.payload)


def said(token: str) -> dict[str, Any]:
    """Return the payload without verifying the signature; only for tokens that we signed ourselves."""
    return _parsed(_decoded(token.split(".")[1]))


def key_of(token: str) -> str:
    """Return the thumbprint of the signing key; a badge names the address of its key."""
    return str(_parsed(_decoded(token.partition(".")[0]))["kid"]).rpartition("/")[2]


@lru_cache(maxsize=4)
def _thumbprint(key: ec.EllipticCurvePrivateKey) -> str:
    return thumbprint(key.public_key())


def _header(token: str) -> dict[str, Any]:
    if len(token) > LONGEST or not _SHAPE.fullmatch(token):
        raise CredentialError("this is no compact JWS")
    parts = token.split(".")
    if any(_coded(_decoded(part)) != part for part in parts):  # not canonical: a token has one spelling
        raise CredentialError("this is no compact JWS")
    return _parsed(_decoded(parts[0]))


def _parsed(data: bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(data or b"")
    except (ValueError, RecursionError) as error:
        raise CredentialError("a part of the token is no JSON") from error
    if not isinstance(found, dict):
        raise CredentialError("a part of the token is no JSON object")
    return found


def _decoded(part: str) -> bytes:
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (Base64Error, ValueError) as error:
        raise CredentialError("this is no compact JWS") from error


def _coded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
