"""The keys of this process: read once, and only handed to what signs with them."""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from flask import current_app

from certificates.seal.addresses import RingAddress, TokenAddress, parse_key
from certificates.seal.custody import authority_of, ensure_keyring
from certificates.seal.evidence import OwnEvidence
from certificates.seal.keys import MANIFEST, Keyring, KeysError, Purpose
from certificates.seal.remote import RemoteKey, service
from certificates.seal.sealer import KeySealer, Level, Sealer
from certificates.seal.signing import SealingKey, held_key, read_chain
from certificates.seal.timestamp import TimeStampAuthority
from certificates.seal.token import TokenKey
from portal.settings import Settings


def sealer() -> Sealer:
    """The sealer that the settings name."""
    return _sealer(*_now())


def available() -> bool:
    """Whether this process can seal. It makes no keys: where there are none, the register is served alone."""
    return _available(*_now())


def credential_key() -> tuple[str, ec.EllipticCurvePrivateKey]:
    """The name and the key with which credentials and status lists are signed."""
    return _credential_key(*_now())


def credential_public() -> dict[str, ec.EllipticCurvePublicKey]:
    """By name, every key whose credentials still count."""
    return _ring(*_now()).credential_public()


def ledger_key() -> ed25519.Ed25519PrivateKey:
    """The key with which heads of the log are signed."""
    return _ledger_key(*_now())


def ledger_public() -> list[ed25519.Ed25519PublicKey]:
    """Every key whose heads of the log still count, newest first."""
    return _ring(*_now()).ledger_public()


def roots() -> list[bytes]:
    """The certificates (DER) from which our seals and time-stamps hang."""
    return _roots(*_now())


def distrusted() -> frozenset[str]:
    """The certificates of compromised keys, as `examine` wants them."""
    return _ring(*_now()).distrusted()


def _now() -> tuple[Settings, int]:
    """What decides on the keys: the settings, and when an operator last changed the keyring."""
    settings: Settings = current_app.extensions["settings"]
    manifest = settings.seal_dir / MANIFEST
    return settings, manifest.stat().st_mtime_ns if manifest.exists() else 0


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
    stamps = _authority(settings, changed)
    if level is Level.T:
        return KeySealer(key, stamps)
    certificates = [ring.certificate(ring.active(purpose)) for purpose in (Purpose.SEAL, Purpose.TIMESTAMP)]
    return KeySealer(key, stamps, OwnEvidence(authority_of(ring), certificates, ring.revoked()))


def _seal_key(settings: Settings, ring: Keyring) -> SealingKey:
    address = parse_key(settings.seal_key)
    if isinstance(address, RingAddress) or settings.seal_chain is None:
        return held_key(ring, Purpose.SEAL)
    chain = read_chain(settings.seal_chain)
    if isinstance(address, TokenAddress):
        return TokenKey(address, settings.seal_pin, chain)
    return RemoteKey(service(address, settings.seal_token), address.credential, settings.seal_pin, chain)


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
    found = _ring(settings, changed).roots()
    if settings.seal_chain is not None:
        found.append(read_chain(settings.seal_chain)[-1])
    return found
