"""Keys whose private half is with a signer. They fit wherever a key of their kind is expected."""

import hashlib
from collections.abc import Sequence
from typing import Any, NoReturn, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from certificates.seal.keyring.keys import KeysError
from portal.signing.signer import Signer


class AskedSealingKey:
    """A key for seals or time-stamps: see `SealingKey`."""

    def __init__(self, signer: Signer, key_id: str, certificate: bytes, chain: tuple[bytes, ...]) -> None:
        signer.check(key_id)
        self._signer = signer
        self._key_id = key_id
        self.certificate = certificate
        self.chain = chain

    def sign_digest(self, digest: bytes) -> bytes:
        """See `SealingKey.sign_digest`."""
        return self._signer.sign(self._key_id, digest)


class _Asked:
    """What all stand-ins for a private key share: they cannot be copied out."""

    def private_bytes(self, *_: Any) -> NoReturn:
        """Refuse."""
        raise KeysError("private keys do not leave the signer")

    private_bytes_raw = private_numbers = exchange = private_bytes

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: Any) -> Self:
        return self


class AskedCredentialKey(_Asked, ec.EllipticCurvePrivateKey):
    """A key for credentials and status lists."""

    def __init__(self, signer: Signer, key_id: str, public: ec.EllipticCurvePublicKey) -> None:
        signer.check(key_id)
        self._signer = signer
        self._key_id = key_id
        self._public = public

    @property
    def curve(self) -> ec.EllipticCurve:
        """Return the curve."""
        return self._public.curve

    @property
    def key_size(self) -> int:
        """Return its size in bits."""
        return self._public.key_size

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Return the public half."""
        return self._public

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """Sign with SHA-256; only the digest goes to the signer."""
        if not isinstance(signature_algorithm.algorithm, hashes.SHA256):
            raise KeysError("credentials are signed with SHA-256")
        return self._signer.sign(self._key_id, hashlib.sha256(data).digest())


class AskedLedgerKey(_Asked, ed25519.Ed25519PrivateKey):
    """A key for heads of our log (see `HeadKey`), and for cosignatures under those of others."""

    def __init__(self, signer: Signer, key_id: str, public: ed25519.Ed25519PublicKey) -> None:
        signer.check(key_id)
        self._signer = signer
        self._key_id = key_id
        self._public = public
        self.remembered = signer.remembered

    def public_key(self) -> ed25519.Ed25519PublicKey:
        """Return the public half."""
        return self._public

    def sign(self, data: Any) -> bytes:
        """Sign a cosignature."""
        return self._signer.sign(self._key_id, bytes(data))

    def sign_head(self, text: str, old: int, proof: Sequence[bytes]) -> bytes:
        """See `HeadKey.sign_head`."""
        return self._signer.sign_head(self._key_id, text, old, proof)
