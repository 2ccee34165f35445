"""The keys of this process: read anew when the keyring changes, and handed only to what signs with them."""

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
    """The keys that the settings name, all from one reading of the keyring. Each part is made when it is first wanted.

    What signs needs the passphrase and makes the keyring where there is none; what is public does neither where there
    is one. `changed` is when an operator last changed the keyring, in nanoseconds since 1970; 0 where there is none.
    `file` tells two manifests apart that were written at the same moment.
    """

    settings: Settings
    changed: int
    file: int

    @cached_property
    def available(self) -> bool:
        """Whether this process can seal. It makes no keys: where there are none, the register is served alone."""
        try:
            return bool(self.changed and self.sealer)
        except KeysError:
            return False

    @cached_property
    def sealer(self) -> Sealer:
        """The sealer that the settings name."""
        level, key = Level(self.settings.seal_level), self._seal_key()
        if level is Level.B:
            return KeySealer(key)
        if level is Level.T:
            return KeySealer(key, self.stamps)
        active = [self._ring.active(purpose) for purpose in (Purpose.SEAL, Purpose.TIMESTAMP)]
        return KeySealer(key, self.stamps, self._revocation_data(active))

    @cached_property
    def stamps(self) -> TimeStamps:
        """Who stamps the time of seals."""
        if not self.settings.tsa_urls or self.settings.tsa_roots is None:
            return self.authority
        return OutsideStamps(self.settings.tsa_urls, read_roots(self.settings.tsa_roots))

    @cached_property
    def authority(self) -> TimeStampAuthority:
        """Our own time-stamp authority, whoever stamps our seals."""
        return TimeStampAuthority(held_key(self._ring, Purpose.TIMESTAMP))

    @cached_property
    def credential_key(self) -> ec.EllipticCurvePrivateKey:
        """The key with which credentials and status lists are signed."""
        _, key = self._ring.credential_key()
        return key

    @cached_property
    def ledger_key(self) -> ed25519.Ed25519PrivateKey:
        """The key with which heads of the log are signed."""
        return self._ring.ledger_key()

    @cached_property
    def archive_data(self) -> RevocationData:
        """Word on revocation of every certificate that ever sealed or stamped, for the archive."""
        return self._revocation_data(
            [entry for each in (Purpose.SEAL, Purpose.TIMESTAMP) for entry in self._ring.of(each)]
        )

    @cached_property
    def credential_public(self) -> Mapping[str, ec.EllipticCurvePublicKey]:
        """By name, every key whose credentials still count."""
        return self._public.credential_public()

    @cached_property
    def ledger_public(self) -> list[ed25519.Ed25519PublicKey]:
        """Every key whose heads of the log still count, newest first."""
        return self._public.ledger_public()

    @cached_property
    def own_root(self) -> bytes:
        """The certificate (DER) of our own authority."""
        return self._public.roots()[0]

    @cached_property
    def roots(self) -> list[bytes]:
        """The certificates (DER) from which our seals and time-stamps hang."""
        found = self._public.roots()
        if self.settings.seal_chain is not None:
            found.append(read_chain(self.settings.seal_chain)[-1])
        if self.settings.tsa_roots is not None:
            found += read_roots(self.settings.tsa_roots)
        return found

    @property
    def sealers(self) -> frozenset[str]:
        """Our certificates for seals, as `examine` wants them: the roots may vouch for others too.

        Read each time: another process may come to know a certificate (`know`) while the keyring stays as it is.
        """
        return self._public.sealers()

    @cached_property
    def distrusted(self) -> frozenset[str]:
        """The certificates of compromised keys, as `examine` wants them."""
        return self._public.distrusted()

    def revocations(self) -> bytes:
        """The certificates of our own authority that count no more, as a list (DER).

        It is of this hour, or of the last change since: a list that says more is newer, by its date and by its number.
        """
        now, change = clock.now().replace(microsecond=0), datetime.fromtimestamp(-(-self.changed // 10**9), UTC)
        return _revocations(self, min(now, max(now.replace(minute=0, second=0), change)))

    def revocations_at(self, moment: datetime) -> bytes:
        """The same list, made for a moment. Two of them differ, as signatures do."""
        return authority_of(self._ring).crl(self._ring.revoked(), moment)

    @cached_property
    def _ring(self) -> Keyring:
        """The same keys with their private halves; a key that an older release did not have is made."""
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
        """What everybody may know: for that, the passphrase need not be here, nor may the folder be written."""
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
    """The keys as the keyring holds them now.

    Who needs several parts for one answer takes them from one `Keys`: then they fit together, whatever an operator does
    meanwhile.
    """
    settings = current_settings()
    try:
        manifest = (settings.seal_dir / MANIFEST).stat()
    except (FileNotFoundError, NotADirectoryError):
        return _keys(settings, 0, 0)
    return _keys(settings, manifest.st_mtime_ns, manifest.st_ino)


def existing_keys() -> Keys:
    """As `current_keys`, for what the public asks. KeysError where there is no keyring: one made now proves nothing."""
    found = current_keys()
    if not found.changed:
        raise KeysError("there is no keyring here")
    return found


_keys = lru_cache(maxsize=1)(Keys)


@lru_cache(maxsize=1)
def _revocations(keys: Keys, moment: datetime) -> bytes:
    return keys.revocations_at(moment)
