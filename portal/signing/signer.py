"""Sign for this installation: the one interface to private keys, and its implementation with the keys at hand.

Elsewhere keys are stand-ins that ask a signer (`portal.signing.asked`): in this process, or in one of its own that
alone has the passphrase (`portal.signing.remote`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from certificates.ledger.memory import Head, HeadMemory, RememberingKey
from certificates.ledger.notes import COSIGNED
from certificates.seal.keyring.addresses import RingAddress, TokenAddress, parse_key
from certificates.seal.keyring.custody import authority_of, ensure_keyring
from certificates.seal.keyring.keys import Keyring, KeysError, KeyState, PrivateKey, Purpose, know, stamp_of
from certificates.seal.keyring.remote import RemoteKey, service
from certificates.seal.keyring.signing import SealingKey, read_chain
from certificates.seal.sealing.revocation import Evidence, RevocationData
from portal.settings import Settings

ELSEWHERE = "elsewhere"  # the id of a seal key in a token or at a service
_SHA256 = Prehashed(hashes.SHA256())
_DIGEST_SIZE = 32


class Signer(Protocol):
    """Whoever holds the private keys. Keys are named by their id; KeysError if one does not sign.

    It signs digests and whole statements, never a certificate. Asking twice does no harm.
    """

    def ensure(self) -> None:
        """Create the keyring, or keys that an older release did not have."""

    def check(self, key_id: str) -> None:
        """Raise KeysError unless the key can sign."""

    def sign(self, key_id: str, data: bytes) -> bytes:
        """Sign a SHA-256 (seal, time-stamp, credential: DER, raw with RSA), or the text of a cosignature (Ed25519)."""

    def remembered(self) -> Head | None:
        """Return the last signed head of the log, None before the first. LedgerError."""

    def numbers(self) -> dict[str, int] | None:
        """See `NumberKeeper.numbers`."""

    def use_number(self, series: str, number: int) -> None:
        """See `NumberKeeper.use_number`."""

    def sign_head(self, key_id: str, text: str, old: int, proof: Sequence[bytes]) -> bytes:
        """Sign a checkpoint of the log, as `HeadKey.sign_head`. LedgerError."""

    def revocations(self, moment: datetime) -> bytes:
        """Return the list of revoked certificates (DER)."""

    def evidence(self, key_ids: Sequence[str], moment: datetime) -> Evidence:
        """Return validation data on the certificates of these keys."""


@dataclass
class _Opened:
    """One reading of the keyring, with the keys that were decrypted since."""

    stamp: tuple[int, int]
    ring: Keyring
    keys: dict[str, PrivateKey] = field(default_factory=dict)
    evidence: dict[tuple[str, ...], RevocationData] = field(default_factory=dict)


class LocalSigner:
    """Signs in this process. Its keyring is read anew when it changed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._memory = HeadMemory(settings.seal_dir)
        self._opened: _Opened | None = None
        self._far: SealingKey | None = None

    def ensure(self) -> None:
        """See `Signer.ensure`."""
        settings = self._settings
        how = {"algorithm": settings.seal_algorithm, "base_url": settings.base_url}
        ensure_keyring(settings.seal_dir, settings.body_name, settings.seal_passphrase, **how)

    def check(self, key_id: str) -> None:
        """See `Signer.check`."""
        if key_id == ELSEWHERE:
            self._far_key()
        else:
            self._key(key_id)

    def sign(self, key_id: str, data: bytes) -> bytes:
        """See `Signer.sign`."""
        if key_id == ELSEWHERE:
            return self._far_key().sign_digest(_digest(data))
        purpose, key = self._key(key_id)
        if purpose is Purpose.LEDGER and isinstance(key, ed25519.Ed25519PrivateKey):
            if not data.startswith(COSIGNED):
                raise KeysError("a key of the log signs heads, and cosignatures for others")
            return key.sign(data)
        if purpose is Purpose.ROOT or isinstance(key, ed25519.Ed25519PrivateKey):
            raise KeysError(f"{key_id} is no key for digests")
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(_digest(data), padding.PKCS1v15(), _SHA256)
        return key.sign(_digest(data), ec.ECDSA(_SHA256))

    def remembered(self) -> Head | None:
        """See `Signer.remembered`."""
        return self._memory.read()

    def numbers(self) -> dict[str, int] | None:
        """See `Signer.numbers`."""
        return self._memory.numbers()

    def use_number(self, series: str, number: int) -> None:
        """See `Signer.use_number`."""
        self._memory.use_number(series, number)

    def sign_head(self, key_id: str, text: str, old: int, proof: Sequence[bytes]) -> bytes:
        """See `Signer.sign_head`."""
        _, key = self._key(key_id)
        if not isinstance(key, ed25519.Ed25519PrivateKey):
            raise KeysError(f"{key_id} is no key of the log")
        return RememberingKey(key, self._memory).sign_head(text, old, proof)

    def revocations(self, moment: datetime) -> bytes:
        """See `Signer.revocations`."""
        ring = self._open().ring
        return authority_of(ring).crl(ring.revoked(), moment)

    def evidence(self, key_ids: Sequence[str], moment: datetime) -> Evidence:
        """See `Signer.evidence`."""
        opened, names = self._open(), tuple(key_ids)
        if names not in opened.evidence:
            ring = opened.ring
            certificates = [ring.certificate(ring.find(name)) for name in names]
            opened.evidence[names] = RevocationData(authority_of(ring), certificates, ring.revoked())
        return opened.evidence[names](moment)

    def _open(self) -> _Opened:
        settings = self._settings
        if not settings.seal_passphrase:
            raise KeysError("the keys of the seal need a passphrase")
        stamp = stamp_of(settings.seal_dir)
        if self._opened is None or self._opened.stamp != stamp:
            self._opened = _Opened(stamp, Keyring.open(settings.seal_dir, settings.seal_passphrase))
        return self._opened

    def _key(self, key_id: str) -> tuple[Purpose, PrivateKey]:
        """Return a key and its purpose, decrypted once. A retired one may finish what was begun with it."""
        opened = self._open()
        entry = opened.ring.find(key_id)
        if entry.state is KeyState.COMPROMISED:
            raise KeysError(f"{key_id} is compromised, and signs no more")
        if key_id not in opened.keys:
            opened.keys[key_id] = opened.ring.private(entry)
        return entry.purpose, opened.keys[key_id]

    def _far_key(self) -> SealingKey:
        if self._far is None:
            self._far = _far_key(self._settings)
        return self._far


def _far_key(settings: Settings) -> SealingKey:
    """Return the seal key of a token or a service, and record its certificate as ours."""
    address = parse_key(settings.seal_key)
    if isinstance(address, RingAddress) or settings.seal_chain is None:
        raise KeysError("the key of the seal is in the keyring")
    chain = read_chain(settings.seal_chain)
    know(settings.seal_dir, chain[0])
    if isinstance(address, TokenAddress):
        from certificates.seal.keyring.token import TokenKey  # noqa: PLC0415  # few have one, and it takes 6 MB

        return TokenKey(address, settings.seal_pin, chain)
    return RemoteKey(service(address, settings.seal_token), address.credential, settings.seal_pin, chain)


def _digest(data: bytes) -> bytes:
    if len(data) != _DIGEST_SIZE:
        raise KeysError("this is no SHA-256")
    return data
