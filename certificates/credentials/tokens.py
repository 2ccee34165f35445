"""Compact JWS (RFC 7515) with ES256 and nothing else: how everything here is signed, and how it is read.

Keys travel as public JWK under their thumbprint (RFC 7638), so that a name never stands for two keys.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
LONGEST = 128 * 1024  # a status list in which every bit is a coin's throw takes 31 kB
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_NAMES = {"alg", "kid", "typ", "cty"}

PublicKeys = Mapping[str, ec.EllipticCurvePublicKey]


class CredentialError(Exception):
    """This is not a token of ours, or not the one that was asked for; the message says in which respect."""


def thumbprint(key: ec.EllipticCurvePublicKey) -> str:
    """The name of a key: base64url of the SHA-256 of its canonical JWK (RFC 7638)."""
    return ECKey(key, key).thumbprint()


def jwks(keys: Iterable[ec.EllipticCurvePublicKey]) -> dict[str, list[dict[str, Any]]]:
    """The keys as a JWK set (RFC 7517), in the order given."""
    return {"keys": [jwk(key) for key in keys]}


def jwk(key: ec.EllipticCurvePublicKey) -> dict[str, Any]:
    """One public key as JWK."""
    return {**ECKey(key, key).as_dict(private=False), "kid": thumbprint(key), "use": "sig", "alg": ALGORITHM}


def sign(
    payload: Mapping[str, Any],
    key: ec.EllipticCurvePrivateKey,
    *,
    typ: str,
    cty: str | None = None,
    named: Callable[[str], str] = str,
) -> str:
    """A compact JWS of the payload as JSON. `named` makes what the header calls the key from its thumbprint."""
    kid, loaded = _loaded(key)
    header = {"alg": ALGORITHM, "kid": named(kid), "typ": typ} | ({"cty": cty} if cty else {})
    data = json.dumps(payload, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    return jws.serialize_compact(header, data, loaded, algorithms=[ALGORITHM])


def read(token: str, *, typ: str, key_for: Callable[[str], ec.EllipticCurvePublicKey | None]) -> dict[str, Any]:
    """The payload of a token that is signed by the key which its `kid` names, or CredentialError.

    Everything that a token says of itself is ignored but algorithm, type and key name, and those must be what we use:
    a token cannot bring its own key or its own algorithm (RFC 8725 sections 3.1, 3.10 and 3.11).
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
    """The payload without a look at the signature: for what we signed ourselves."""
    return _parsed(_decoded(token.split(".")[1]))


def key_of(token: str) -> str:
    """The thumbprint of the key that signed a credential or badge of ours; a badge names the address of its key."""
    return str(_parsed(_decoded(token.partition(".")[0]))["kid"]).rpartition("/")[2]


@lru_cache(maxsize=4)
def _loaded(key: ec.EllipticCurvePrivateKey) -> tuple[str, ECKey]:
    return thumbprint(key.public_key()), ECKey(key, key)


def _header(token: str) -> dict[str, Any]:
    if len(token) > LONGEST or not _SHAPE.fullmatch(token):
        raise CredentialError("this is no compact JWS")
    parts = token.split(".")
    if any(_coded(_decoded(part)) != part for part in parts):  # two spellings of one token would be two tokens
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
