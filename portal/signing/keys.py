"""The keys of this process, reloaded when the keyring changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from audits.core import clock
from certificates.seal.keyring.addresses import RingAddress, TokenAddress, parse_key
from certificates.seal.keyring.custody import authority_of, ensure_keyring
from certificates.seal.keyring.keys import MANIFEST, Entry, Keyring, KeysError, Purpose, know
from certificates.seal.keyring.remote import RemoteKey, service
from certificates.seal.keyring.signing import SealingKey, held_key, read_chain, read_roots
from certificates.seal.keyring.token import TokenKey
from certificates.seal.sealing.revocation import RevocationData
from certificates.seal.sealing.sealer import KeySealer, Level, Sealer
from certificates.seal.time.authority import TimeStampAuthority, TimeStamps
from certificates.seal.time.outside import OutsideStamps
from portal.settings import Settings, current_settings


@dataclass(frozen=True)
class Keys:
    """The configured keys, all from one reading of the keyring; each part is loaded on first use.

    Signing needs the passphrase, and creates the keyring if there is none; public parts need neither if one exists.
    `changed` is the time of the keyring's last change, in nanoseconds since 1970; 0 where there is none. `file` tells
    two manifests apart that were written at the same moment.
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
        return TimeStampAuthority(held_key(self._ring, Purpose.TIMESTAMP))

    @cached_property
    def credential_key(self) -> ec.EllipticCurvePrivateKey:
        """Return the key for credentials and status lists."""
        _, key = self._ring.credential_key()
        return key

    @cached_property
    def ledger_key(self) -> ed25519.Ed25519PrivateKey:
        """Return the key for heads of the log."""
        return self._ring.ledger_key()

    @cached_property
    def archive_data(self) -> RevocationData:
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
        return authority_of(self._ring).crl(self._ring.revoked(), moment)

    @cached_property
    def _ring(self) -> Keyring:
        """Return the keyring with private keys; missing ones are created."""
        settings = self.settings
        if self.changed and settings.seal_passphrase:
            entries = self._public.entries
            if {entry.purpose for entry in entries} == set(Purpose):
                return Keyring(settings.seal_dir, entries, settings.seal_passphrase)
        return ensure_keyring(
            settings.seal_dir,
            settings.body_name,
            settings.seal_passphrase,
            algorithm=settings.seal_algorithm,
            base_url=settings.base_url,
        )

    @cached_property
    def _public(self) -> Keyring:
        """Return the keyring without private keys, which needs no passphrase and no write access."""
        return Keyring.open(self.settings.seal_dir) if self.changed else self._ring

    def _seal_key(self) -> SealingKey:
        settings, ring = self.settings, self._ring
        address = parse_key(settings.seal_key)
        if isinstance(address, RingAddress) or settings.seal_chain is None:
            return held_key(ring, Purpose.SEAL)
        chain = read_chain(settings.seal_chain)
        know(settings.seal_dir, chain[0])
        if isinstance(address, TokenAddress):
            return TokenKey(address, settings.seal_pin, chain)
        return RemoteKey(service(address, settings.seal_token), address.credential, settings.seal_pin, chain)

    def _revocation_data(self, entries: list[Entry]) -> RevocationData:
        ring = self._ring
        return RevocationData(authority_of(ring), [ring.certificate(entry) for entry in entries], ring.revoked())


def current_keys() -> Keys:
    """Return the keys as of now.

    Take several parts from the same `Keys`: they stay consistent while an operator changes the keyring.
    """
    settings = current_settings()
    try:
        manifest = (settings.seal_dir / MANIFEST).stat()
    except (FileNotFoundError, NotADirectoryError):
        return _keys(settings, 0, 0)
    return _keys(settings, manifest.st_mtime_ns, manifest.st_ino)


def existing_keys() -> Keys:
    """Return the keys for public requests; KeysError without a keyring, because a new one would prove nothing."""
    found = current_keys()
    if not found.changed:
        raise KeysError("there is no keyring here")
    return found


_keys = lru_cache(maxsize=1)(Keys)


@lru_cache(maxsize=1)
def _revocations(keys: Keys, moment: datetime) -> bytes:
    return keys.revocations_at(moment)
