"""The second QR code of a certificate: a few printed facts, signed, short enough to scan and check offline."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from certificates.addresses import check_url
from certificates.credentials import tokens
from certificates.credentials.tokens import PublicKeys

TYPE: Final = "kw"
"""Distinguishes these tokens from credentials, which are signed with the same keys."""

_KID_LETTERS = 6  # characters of the thumbprint: a hint to find the key; the signature is what counts
_DIGEST_LETTERS = 12  # hex characters of the digest of the printed facts
_NAME_BYTES = 96
_NUMBER_BYTES = 40
_CUT = "…"


def offline_token(facts: Mapping[str, Any], key: ec.EllipticCurvePrivateKey) -> str:
    """Return a compact JWS of the main facts: at most 500 characters, for an ordinary name some 300.

    The payload is a JSON object with one-letter names: `n` number, `a` agency (legal name; one that is too long ends in
    `…`), `r` number in the trade register, `f` and `u` first and last valid day (20270302), `d` the beginning of the
    digest of the printed facts, and `c` 1 if there are conditions.
    """
    payload = {
        "n": facts["number"],
        "a": _cut(facts["legal_name"], _NAME_BYTES),
        "r": _cut(facts["register_number"], _NUMBER_BYTES),
        "f": facts["valid_from"].replace("-", ""),
        "u": facts["valid_until"].replace("-", ""),
        "d": facts["digest"][:_DIGEST_LETTERS],
    }
    payload |= {"c": 1} if facts["conditional"] else {}
    return tokens.sign(payload, key, typ=TYPE, named=lambda kid: kid[:_KID_LETTERS])


def offline_url(base_url: str, facts: Mapping[str, Any], key: ec.EllipticCurvePrivateKey) -> str:
    """Return the address in the second code."""
    return check_url(base_url, offline_token(facts, key))


def read_offline(token: str, keys: PublicKeys) -> dict[str, Any]:
    """Return the payload of an offline token; CredentialError unless we signed it.

    The page at `/check` does the same.
    """
    short = {kid[:_KID_LETTERS]: key for kid, key in keys.items()}
    claims = tokens.read(token, typ=TYPE, key_for=short.get)
    try:
        days = [date.fromisoformat(claims[name]) for name in ("f", "u")]
    except (KeyError, TypeError, ValueError) as error:
        raise tokens.CredentialError("the days are missing") from error
    if days != sorted(days) or not all(isinstance(claims.get(name), str) for name in "nard"):
        raise tokens.CredentialError("a fact is missing")
    return claims


def offline_keys(keys: PublicKeys) -> dict[str, dict[str, str]]:
    """Return the keys as the page needs them: by the name that tokens use, each as JWK with only its point."""
    return {
        kid[:_KID_LETTERS]: {name: tokens.jwk(key)[name] for name in ("kty", "crv", "x", "y")}
        for kid, key in keys.items()
    }


def _cut(text: str, size: int) -> str:
    """Shorten to whole words within so many bytes of JSON, a single long word to letters, and add `…`."""
    if _size(text) <= size:
        return text
    kept = text
    while _size(kept + _CUT) > size:
        kept = kept[:-1]
    words = kept.rpartition(" ")[0] if text[len(kept)] != " " else kept
    return (words if len(words) > len(kept) // 2 else kept).rstrip() + _CUT


def _size(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2
