"""Secure a credential as `application/vc+jwt` (W3C VC-JOSE-COSE section 3.1.1), and read one."""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from certificates.credentials import tokens
from certificates.credentials.tokens import CredentialError, PublicKeys

CONTEXT = "https://www.w3.org/ns/credentials/v2"
MEDIA_TYPE = "application/vc+jwt"
TYPE = "vc+jwt"


def signed(credential: Mapping[str, Any], issuer: str, key: ec.EllipticCurvePrivateKey) -> str:
    """Sign a credential as JWT: its claims are the credential itself, and `iss`."""
    return tokens.sign({**credential, "iss": issuer}, key, typ=TYPE, cty="vc")


def read(token: str, keys: PublicKeys, *, issuer: str) -> dict[str, Any]:
    """Return the claims of a credential or status list of this issuer; CredentialError if it is not one.

    `keys` are the issuer's keys by thumbprint. Only the signature is checked; the caller must check the validity
    period.
    """
    claims = tokens.read(token, typ=TYPE, key_for=keys.get)
    said = claims.get("issuer")
    if claims.get("iss") != issuer or (said.get("id") if isinstance(said, dict) else said) != issuer:
        raise CredentialError("somebody else is named as issuer")
    if "VerifiableCredential" not in claims.get("type", ()) or {"vc", "vp"} & set(claims):
        raise CredentialError("this is no credential")
    return claims
