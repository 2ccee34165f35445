"""The keys of this process: read once, and only handed to what signs with them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from flask import current_app

from audits.core import clock
from certificates import press
from certificates.seal.keyring.addresses import RingAddress, TokenAddress, parse_key
from certificates.seal.keyring.custody import authority_of, ensure_keyring
from certificates.seal.keyring.keys import (
    MANIFEST,
    Keyring,
    KeysError,
    Purpose,
    know,
)
from certificates.seal.keyring.remote import RemoteKey, service
from certificates.seal.keyring.signing import (
    SealingKey,
    held_key,
    read_chain,
    read_roots,
)
from certificates.seal.keyring.token import TokenKey
from certificates.seal.sealing.revocation import RevocationData
from certificates.seal.sealing.sealer import KeySealer, Level, Sealer
from certificates.seal.time.authority import TimeStampAuthority, TimeStamps
from certificates.seal.time.outside import OutsideStamps
from portal.settings import Settings

if TYPE_CHECKING:
    from certificates.seal.sealing.archiving import Archivist


def sealer() -> Sealer:
    """The sealer that the settings name."""
    return _sealer(*_now())


def sealed_document(kind: str, facts: Mapping[str, Any], *, at: datetime | None = None, **along: Any) -> bytes:
    """A document of these facts, printed with room for its seal, and sealed. `along` is for `press.render`."""
    settings: Settings = current_app.extensions["settings"]
    found = sealer()
    placeholder = found.placeholder(at)
    language, fonts = facts["language"], settings.fonts_dir
    return found.seal(
        press.render(kind, facts, language=language, fonts=fonts, placeholder=placeholder, **along), placeholder
    )


def has_keys() -> bool:
    """Whether there is a keyring. Who only reads seals must not make one: nothing hangs from a new root."""
    return _now()[1] > 0


def available() -> bool:
    """Whether this process can seal. It makes no keys: where there are none, the register is served alone."""
    return _available(*_now())


def archivist() -> "Archivist":
    """Who adds time-stamps to what was sealed."""
    return _archivist(*_now())


def credential_key() -> tuple[str, ec.EllipticCurvePrivateKey]:
    """The name and the key with which credentials and status lists are signed."""
    return _credential_key(*_now())


def credential_public() -> dict[str, ec.EllipticCurvePublicKey]:
    """By name, every key whose credentials still count."""
    return _public(*_now()).credential_public()


def ledger_key() -> ed25519.Ed25519PrivateKey:
    """The key with which heads of the log are signed."""
    return _ledger_key(*_now())


def ledger_public() -> list[ed25519.Ed25519PublicKey]:
    """Every key whose heads of the log still count, newest first."""
    return _public(*_now()).ledger_public()


def authority() -> TimeStampAuthority:
    """Our own time-stamp authority, whoever stamps our seals. KeysError where there is no keyring: none is made."""
    return _authority(*_there())


def revocations() -> bytes:
    """The certificates of our own authority that count no more, as a list (DER). KeysError as above.

    It is of this hour, or of the last change since: a list that says more is newer, by its date and by its number.
    """
    settings, changed = _there()
    now, change = clock.now().replace(microsecond=0), datetime.fromtimestamp(-(-changed // 10**9), UTC)
    return _revocations(settings, changed, min(now, max(now.replace(minute=0, second=0), change)))


def own_root() -> bytes:
    """The certificate (DER) of our own authority. KeysError as above."""
    return _public(*_there()).roots()[0]


def roots() -> list[bytes]:
    """The certificates (DER) from which our seals and time-stamps hang."""
    return _roots(*_now())


def sealers() -> frozenset[str]:
    """Our certificates for seals, as `examine` wants them: the roots may vouch for others too."""
    return _public(*_now()).sealers()


def distrusted() -> frozenset[str]:
    """The certificates of compromised keys, as `examine` wants them."""
    return _public(*_now()).distrusted()


def counts(pdf: bytes) -> bool:
    """Whether the keys still count that sealed a file of ours and stamped its time. ArchiveError if it has no seal."""
    from certificates.seal.sealing.archiving import signers_of  # noqa: PLC0415 - a web process needs no pyHanko

    seal, stamp = signers_of(pdf)
    return seal in sealers() - distrusted() and stamp not in distrusted()


def _now() -> tuple[Settings, int]:
    """What decides on the keys: the settings, and when an operator last changed the keyring."""
    settings: Settings = current_app.extensions["settings"]
    manifest = settings.seal_dir / MANIFEST
    return settings, manifest.stat().st_mtime_ns if manifest.exists() else 0


def _there() -> tuple[Settings, int]:
    """As `_now`, for who is asked by the public: where the register is served alone, it makes no keys."""
    settings, changed = _now()
    if not changed:
        raise KeysError("there is no keyring here")
    return settings, changed


@lru_cache(maxsize=1)
def _ring(settings: Settings, _: int) -> Keyring:
    return ensure_keyring(
        settings.seal_dir,
        settings.body_name,
        settings.seal_passphrase,
        algorithm=settings.seal_algorithm,
        base_url=settings.base_url,
    )


@lru_cache(maxsize=1)
def _public(settings: Settings, changed: int) -> Keyring:
    """What everybody may know of the keys: for that, the passphrase need not be here, nor may the folder be written."""
    return Keyring.open(settings.seal_dir) if changed else _ring(settings, changed)


@lru_cache(maxsize=1)
def _available(settings: Settings, changed: int) -> bool:
    try:
        return bool(changed and _sealer(settings, changed))
    except KeysError:
        return False


@lru_cache(maxsize=1)
def _sealer(settings: Settings, changed: int) -> Sealer:
    ring, level = _ring(settings, changed), Level(settings.seal_level)
    key = _seal_key(settings, ring)
    if level is Level.B:
        return KeySealer(key)
    stamps = _stamps(settings, changed)
    if level is Level.T:
        return KeySealer(key, stamps)
    certificates = [ring.certificate(ring.active(purpose)) for purpose in (Purpose.SEAL, Purpose.TIMESTAMP)]
    return KeySealer(key, stamps, RevocationData(authority_of(ring), certificates, ring.revoked()))


def _seal_key(settings: Settings, ring: Keyring) -> SealingKey:
    address = parse_key(settings.seal_key)
    if isinstance(address, RingAddress) or settings.seal_chain is None:
        return held_key(ring, Purpose.SEAL)
    chain = read_chain(settings.seal_chain)
    know(settings.seal_dir, chain[0])
    if isinstance(address, TokenAddress):
        return TokenKey(address, settings.seal_pin, chain)
    return RemoteKey(service(address, settings.seal_token), address.credential, settings.seal_pin, chain)


@lru_cache(maxsize=1)
def _archivist(settings: Settings, changed: int) -> "Archivist":
    from certificates.seal.sealing.archiving import Archivist  # noqa: PLC0415 - only the worker loads pyHanko for it

    ring = _ring(settings, changed)
    certificates = [ring.certificate(entry) for each in (Purpose.SEAL, Purpose.TIMESTAMP) for entry in ring.of(each)]
    return Archivist(_stamps(settings, changed), RevocationData(authority_of(ring), certificates, ring.revoked()))


def _stamps(settings: Settings, changed: int) -> TimeStamps:
    if not settings.tsa_urls or settings.tsa_roots is None:
        return _authority(settings, changed)
    return OutsideStamps(settings.tsa_urls, read_roots(settings.tsa_roots))


@lru_cache(maxsize=1)
def _revocations(settings: Settings, changed: int, now: datetime) -> bytes:
    ring = _ring(settings, changed)
    return authority_of(ring).crl(ring.revoked(), now)


@lru_cache(maxsize=1)
def _authority(settings: Settings, changed: int) -> TimeStampAuthority:
    return TimeStampAuthority(held_key(_ring(settings, changed), Purpose.TIMESTAMP))


@lru_cache(maxsize=1)
def _credential_key(settings: Settings, changed: int) -> tuple[str, ec.EllipticCurvePrivateKey]:
    return _ring(settings, changed).credential_key()


@lru_cache(maxsize=1)
def _ledger_key(settings: Settings, changed: int) -> ed25519.Ed25519PrivateKey:
    return _ring(settings, changed).ledger_key()


@lru_cache(maxsize=1)
def _roots(settings: Settings, changed: int) -> list[bytes]:
    found = _public(settings, changed).roots()
    if settings.seal_chain is not None:
        found.append(read_chain(settings.seal_chain)[-1])
    if settings.tsa_roots is not None:
        found += read_roots(settings.tsa_roots)
    return found
