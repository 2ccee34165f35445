"""The keys of this process, reloaded when the keyring changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache, partial

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from audits.core import clock
from certificates.seal.keyring.addresses import RingAddress, parse_key
from certificates.seal.keyring.keys import Entry, Keyring, KeysError, Purpose, stamp_of
from certificates.seal.keyring.signing import issuers_of, read_chain, read_roots
from certificates.seal.sealing.revocation import Evidence
from certificates.seal.sealing.sealer import KeySealer, Level, Sealer
from certificates.seal.time.authority import TimeStampAuthority, TimeStamps
from certificates.seal.time.outside import OutsideStamps
from portal.settings import Settings, current_settings
from portal.signing.asked import AskedCredentialKey, AskedLedgerKey, AskedSealingKey
from portal.signing.remote import RemoteSigner
from portal.signing.signer import ELSEWHERE, LocalSigner, Signer


@dataclass(frozen=True)
class Keys:
    """The configured keys, all from one reading of the keyring; each part is loaded on first use.

    Private halves stay with the signer, which creates the keyring if there is none; public parts do not need it if
    one exists. `changed` and `file` are the stamp of the manifest, see `stamp_of`.
    """

    settings: Settings
    changed: int
    file: int

    @cached_property
    def available(self) -> bool:
        """Return whether this process can seal. Creates no keys: without any, the register is served alone."""
        try:
            return bool(self.changed and self.sealer)
        except KeysError:
            return False

    @cached_property
    def sealer(self) -> Sealer:
        """Return the configured sealer."""
        level, key = Level(self.settings.seal_level), self._seal_key()
        if level is Level.B:
            return KeySealer(key)
        if level is Level.T:
            return KeySealer(key, self.stamps)
        active = [self._ring.active(purpose) for purpose in (Purpose.SEAL, Purpose.TIMESTAMP)]
        return KeySealer(key, self.stamps, self._revocation_data(active))

    @cached_property
    def stamps(self) -> TimeStamps:
        """Return the configured source of time-stamps for seals."""
        if not self.settings.tsa_urls or self.settings.tsa_roots is None:
            return self.authority
        return OutsideStamps(self.settings.tsa_urls, read_roots(self.settings.tsa_roots))

    @cached_property
    def authority(self) -> TimeStampAuthority:
        """Return our own time-stamp authority, which also serves others."""
        return TimeStampAuthority(self._sealing_key(Purpose.TIMESTAMP))

    @cached_property
    def credential_key(self) -> ec.EllipticCurvePrivateKey:
        """Return the key for credentials and status lists."""
        entry = self._ring.active(Purpose.CREDENTIAL)
        public = self._ring.public(entry)
        if not isinstance(public, ec.EllipticCurvePublicKey):
            raise KeysError(f"{entry.id} is no key on a curve")
        return AskedCredentialKey(self.signer, entry.id, public)

    @cached_property
    def ledger_key(self) -> AskedLedgerKey:
        """Return the key for heads of the log."""
        entry = self._ring.active(Purpose.LEDGER)
        public = self._ring.public(entry)
        if not isinstance(public, ed25519.Ed25519PublicKey):
            raise KeysError(f"{entry.id} is no Ed25519 key")
        return AskedLedgerKey(self.signer, entry.id, public)

    @cached_property
    def archive_data(self) -> Callable[[datetime], Evidence]:
        """Return revocation data on every certificate that ever sealed or stamped, for archival renewals."""
        return self._revocation_data(
            [entry for each in (Purpose.SEAL, Purpose.TIMESTAMP) for entry in self._ring.of(each)]
        )

    @cached_property
    def credential_public(self) -> Mapping[str, ec.EllipticCurvePublicKey]:
        """Return the valid credential keys by name."""
        return self._public.credential_public()

    @cached_property
    def ledger_public(self) -> list[ed25519.Ed25519PublicKey]:
        """Return the valid keys for heads of the log, newest first."""
        return self._public.ledger_public()

    @cached_property
    def own_root(self) -> bytes:
        """Return the certificate (DER) of our own authority."""
        return self._public.roots()[0]

    @cached_property
    def roots(self) -> list[bytes]:
        """Return the root certificates (DER) of our seals and time-stamps."""
        found = self._public.roots()
        if self.settings.seal_chain is not None:
            found.append(read_chain(self.settings.seal_chain)[-1])
        if self.settings.tsa_roots is not None:
            found += read_roots(self.settings.tsa_roots)
        return found

    @property
    def sealers(self) -> frozenset[str]:
        """Return our certificates for seals, as `examine` takes them: the roots may certify others too.

        Read each time, because another process may record a certificate (`know`) without changing the keyring.
        """
        return self._public.sealers()

    @cached_property
    def distrusted(self) -> frozenset[str]:
        """Return the certificates of compromised keys, as `examine` takes them."""
        return self._public.distrusted()

    def revocations(self) -> bytes:
        """Return the revocation list of our own authority (DER).

        Created per hour and after each change, so that a list with more entries also has a later date and number.
        """
        now, change = clock.now().replace(microsecond=0), datetime.fromtimestamp(-(-self.changed // 10**9), UTC)
        return _revocations(self, min(now, max(now.replace(minute=0, second=0), change)))

    def revocations_at(self, moment: datetime) -> bytes:
        """Return the revocation list for a moment. Cached, because two signatures of the same list would differ."""
        return self.signer.revocations(moment)

    @property
    def signer(self) -> Signer:
        """Return whoever holds the private keys."""
        return _signer(self.settings)

    @cached_property
    def _ring(self) -> Keyring:
        """Return the public keyring with keys for every purpose; missing ones are created."""
        if self.changed and {entry.purpose for entry in self._public.entries} == set(Purpose):
            return self._public
        self.signer.ensure()
        return Keyring.open(self.settings.seal_dir)

    @cached_property
    def _public(self) -> Keyring:
        """Return the public keyring as it is."""
        return Keyring.open(self.settings.seal_dir) if self.changed else self._ring

    def _seal_key(self) -> AskedSealingKey:
        settings = self.settings
        if isinstance(parse_key(settings.seal_key), RingAddress) or settings.seal_chain is None:
            return self._sealing_key(Purpose.SEAL)
        certificate, *chain = read_chain(settings.seal_chain)
        return AskedSealingKey(self.signer, ELSEWHERE, certificate, tuple(chain))

    def _sealing_key(self, purpose: Purpose) -> AskedSealingKey:
        ring = self._ring
        entry = ring.active(purpose)
        certificate = ring.certificate(entry).public_bytes(Encoding.DER)
        return AskedSealingKey(self.signer, entry.id, certificate, issuers_of(certificate, ring.roots()))

    def _revocation_data(self, entries: list[Entry]) -> Callable[[datetime], Evidence]:
        return partial(self.signer.evidence, tuple(entry.id for entry in entries))


def current_keys() -> Keys:
    """Return the keys as of now.

    Take several parts from the same `Keys`: they stay consistent while an operator changes the keyring.
    """
    settings = current_settings()
    return _keys(settings, *stamp_of(settings.seal_dir))


def existing_keys() -> Keys:
    """Return the keys for public requests; KeysError without a keyring, because a new one would prove nothing."""
    found = current_keys()
    if not found.changed:
        raise KeysError("there is no keyring here")
    return found


_keys = lru_cache(maxsize=1)(Keys)


@lru_cache(maxsize=1)
def _signer(settings: Settings) -> Signer:
    return RemoteSigner(settings.signer_url) if settings.signer_url else LocalSigner(settings)


@lru_cache(maxsize=1)
def _revocations(keys: Keys, moment: datetime) -> bytes:
    return keys.revocations_at(moment)
