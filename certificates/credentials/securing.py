"""Securing a credential as `application/vc+jwt` (W3C VC-JOSE-COSE section 3.1.1), and reading one back."""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from certificates.credentials import tokens
from certificates.credentials.tokens import CredentialError, PublicKeys

CONTEXT = "https://www.w3.org/ns/credentials/v2"
MEDIA_TYPE = "application/vc+jwt"
TYPE = "vc+jwt"


def signed(credential: Mapping[str, Any], issuer: str, key: ec.EllipticCurvePrivateKey) -> str:
    """The credential as a JWT: its claims are the credential itself, and who issues it."""
    return tokens.sign({**credential, "iss": issuer}, key, typ=TYPE, cty="vc")


def read(token: str, keys: PublicKeys, *, issuer: str) -> dict[str, Any]:
    """What a credential or status list of this issuer says; CredentialError if it is not one.

    `keys` are the issuer's keys by thumbprint. Whether it is valid today is for the caller to ask: this reads what was
    signed.
    """
    claims = tokens.read(token, typ=TYPE, key_for=keys.get)
    said = claims.get("issuer")
    if claims.get("iss") != issuer or (said.get("id") if isinstance(said, dict) else said) != issuer:
        raise CredentialError("somebody else is named as issuer")
    if "VerifiableCredential" not in claims.get("type", ()) or {"vc", "vp"} & set(claims):
        raise CredentialError("this is no credential")
    return claims
