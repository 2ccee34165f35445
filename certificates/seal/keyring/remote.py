"""A key at a remote signing service (Cloud Signature Consortium API, version 2); only digests are sent.

Only the configured address is used. Every signature is verified with the certificate before use.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from certificates.seal.asking import AskError, post
from certificates.seal.keyring.addresses import ServiceAddress
from certificates.seal.keyring.keys import KeysError
from certificates.seal.keyring.signing import longest_signature

Ask = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""Posts a JSON object to a path below the address of the service, and returns the object in the answer."""

_SHA256 = "2.16.840.1.101.3.4.2.1"
_ECDSA, _RSA = "1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11"


def service(address: ServiceAddress, access_token: str) -> Ask:
    """Return a function that calls the service at this address with the access token."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {access_token}"}

    def ask(path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            data, _ = post(f"{address.url.rstrip('/')}/{path}", json.dumps(body).encode(), headers)
            answer = json.loads(data)
        except (AskError, ValueError) as error:
            raise KeysError(f"the seal service gave no answer: {error}") from error
        if not isinstance(answer, dict):
            raise KeysError("the seal service gave no answer: not an object")
        return answer

    return ask


class RemoteKey:
    """A credential of a signing service. `chain` is its certificate, followed by its issuers up to the root."""

    def __init__(self, ask: Ask, credential: str, pin: str, chain: tuple[bytes, ...]) -> None:
        self.certificate, self.chain = chain[0], chain[1:]
        self._ask = ask
        self._credential = credential
        self._pin = pin
        self._public: Any = x509.load_der_x509_certificate(self.certificate).public_key()
        longest_signature(self.certificate)  # fails for an unsupported kind of key
        self._look()

    def sign_digest(self, digest: bytes) -> bytes:
        """See `SealingKey.sign_digest`: authorise this one digest, then sign it."""
        given = base64.b64encode(digest).decode()
        about = {"credentialID": self._credential, "hashes": [given], "hashAlgorithmOID": _SHA256}
        allowed = self._ask("credentials/authorize", about | {"numSignatures": 1} | self._proof())
        algorithm = _RSA if isinstance(self._public, rsa.RSAPublicKey) else _ECDSA
        answer = self._ask("signatures/signHash", about | {"SAD": allowed.get("SAD"), "signAlgo": algorithm})
        return self._checked(answer, digest)

    def _look(self) -> None:
        """Check that the service's credential has the configured certificate, before anything is printed for it."""
        about = {"credentialID": self._credential, "certificates": "single", "certInfo": False}
        info = self._ask("credentials/info", about)
        try:
            [theirs] = info["cert"]["certificates"]
            enabled = info["key"]["status"] == "enabled"
            same = base64.b64decode(theirs) == self.certificate
        except (KeyError, TypeError, ValueError) as error:
            raise KeysError("the seal service does not describe its key") from error
        if not enabled or not same:
            raise KeysError("the key of the seal service is not enabled, or has another certificate")

    def _proof(self) -> dict[str, Any]:
        return {"authData": [{"id": "PIN", "value": self._pin}]} if self._pin else {}

    def _checked(self, answer: Mapping[str, Any], digest: bytes) -> bytes:
        hashed = Prehashed(hashes.SHA256())
        try:
            [text] = answer["signatures"]
            signature = base64.b64decode(text, validate=True)
            if isinstance(self._public, rsa.RSAPublicKey):
                self._public.verify(signature, digest, padding.PKCS1v15(), hashed)
            else:
                self._public.verify(signature, digest, ec.ECDSA(hashed))
        except (KeyError, TypeError, ValueError, binascii.Error, InvalidSignature) as error:
            raise KeysError("the seal service gave a signature that is not one of its key") from error
        return signature
