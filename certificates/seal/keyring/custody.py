"""Manage the keyring: create keys, retire them, mark them as compromised.

Safe for concurrent processes; a folder of the old layout (root and seal only) is migrated on the fly.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from audits.core import clock
from certificates.seal.keyring.authority import Authority, found_authority
from certificates.seal.keyring.keys import (
    CERTIFIED,
    MANIFEST,
    Entry,
    Keyring,
    KeysError,
    KeyState,
    PrivateKey,
    Purpose,
    alone,
    read_manifest,
    write_manifest,
    write_private,
)

P256, RSA3072, ED25519 = "P-256", "RSA-3072", "Ed25519"
SEAL_ALGORITHMS = (P256, RSA3072)
_OLD_FILES = ("root.key", "root.pem", "seal.key", "seal.pem")


def ensure_keyring(
    folder: Path, body_name: str, passphrase: str, *, algorithm: str = P256, base_url: str = ""
) -> Keyring:
    """Return the keyring of a folder; create a demo authority and missing active keys of each purpose.

    `algorithm` (one of `SEAL_ALGORITHMS`) is for new keys with a certificate. `base_url` is where the list of revoked
    certificates is served; without it the certificates do not name one.
    """
    if not passphrase:
        raise KeysError("the keys of the seal need a passphrase")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(folder):
        entries = _known(folder)
        maker = _Maker(Keyring(folder, entries, passphrase), body_name, passphrase, algorithm, base_url)
        missing = [each for each in Purpose if not any(entry.purpose is each for entry in entries)]
        made = tuple(maker.make(purpose) for purpose in missing)
        if made or not (folder / MANIFEST).exists():
            write_manifest(folder, entries + made)
        return Keyring(folder, entries + made, passphrase)


def create_key(
    folder: Path, purpose: Purpose, body_name: str, passphrase: str, *, algorithm: str = P256, base_url: str = ""
) -> Entry:
    """Create a new active key and retire the one that was active. Signatures of the old one stay valid."""
    if purpose is Purpose.ROOT:
        raise KeysError("a root is never changed: start a new keyring, and pin both roots while they overlap")
    with alone(folder):
        entries = read_manifest(folder)
        made = _Maker(Keyring(folder, entries, passphrase), body_name, passphrase, algorithm, base_url).make(purpose)
        older = (_retired(entry, made.created_at) if _signs(entry, purpose) else entry for entry in entries)
        write_manifest(folder, (*older, made))
        return made


def retire_key(folder: Path, key_id: str) -> Entry:
    """Retire a key. Its signatures stay valid."""
    return _change(folder, key_id, KeyState.RETIRED, since=None, reason="")


def mark_compromised(folder: Path, key_id: str, *, reason: str, since: datetime | None = None) -> Entry:
    """Mark a key as compromised, now or `since` a moment: its certificate is revoked, for good."""
    return _change(folder, key_id, KeyState.COMPROMISED, since=since, reason=reason)


class _Maker:
    """Creates keys in a locked folder. Their files are written before the manifest names them."""

    def __init__(self, ring: Keyring, body_name: str, passphrase: str, algorithm: str, base_url: str) -> None:
        if algorithm not in SEAL_ALGORITHMS:
            raise KeysError(f"a seal is made with {' or '.join(SEAL_ALGORITHMS)}, not {algorithm}")
        self._ring = ring
        self._body_name = body_name
        self._passphrase = passphrase.encode()
        self._algorithm = algorithm
        self._crl_url = f"{base_url.rstrip('/')}/pki/root.crl" if base_url else ""
        self._authority: Authority | None = None

    def make(self, purpose: Purpose) -> Entry:
        """Create a key and its files; return its line for the manifest."""
        if self._ring.entries:
            authority_of(self._ring)  # one passphrase opens all keys, so check it before a key is made with another
        now = clock.now()
        algorithm = _ALGORITHM.get(purpose, self._algorithm)
        key = _KINDS[algorithm]()
        public = self._certificate(purpose, key, now) if purpose in CERTIFIED else key.public_key()
        entry = Entry(f"{purpose}-{_digest(key)}", purpose, algorithm, KeyState.ACTIVE, now)
        self._write(entry, key, public)
        return entry

    def _certificate(self, purpose: Purpose, key: PrivateKey, now: datetime) -> x509.Certificate:
        if isinstance(key, ed25519.Ed25519PrivateKey):
            raise KeysError("readers of PDF do not know Ed25519")
        if purpose is Purpose.ROOT:
            self._authority = found_authority(self._body_name, key, now)
            return self._authority.certificate
        authority = self._authority or authority_of(self._ring)
        certify = authority.seal_certificate if purpose is Purpose.SEAL else authority.timestamp_certificate
        return certify(self._body_name, key, now, crl_url=self._crl_url)

    def _write(self, entry: Entry, key: PrivateKey, public: object) -> None:
        lock = serialization.BestAvailableEncryption(self._passphrase)
        pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        if isinstance(public, x509.Certificate):
            shown = public.public_bytes(pem)
        else:
            shown = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
        write_private(self._ring.folder / f"{entry.id}.key", key.private_bytes(pem, pkcs8, lock))
        write_private(self._ring.folder / f"{entry.id}.pem", shown)


def authority_of(ring: Keyring) -> Authority:
    """Return the demo authority of a keyring; KeysError if it has none."""
    entry = ring.active(Purpose.ROOT)
    key = ring.private(entry)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raise KeysError(f"{entry.id} cannot vouch for certificates")
    return Authority(key, ring.certificate(entry))


_ALGORITHM = {Purpose.CREDENTIAL: P256, Purpose.LEDGER: ED25519}
_KINDS: Mapping[str, Callable[[], PrivateKey]] = {
    P256: lambda: ec.generate_private_key(ec.SECP256R1()),
    RSA3072: lambda: rsa.generate_private_key(65537, 3072),
    ED25519: ed25519.Ed25519PrivateKey.generate,
}


def _known(folder: Path) -> tuple[Entry, ...]:
    """Return the present entries: from the manifest, the files of the old layout, or none."""
    if (folder / MANIFEST).exists():
        return read_manifest(folder)
    found = {path.name for pattern in ("*.key", "*.pem") for path in folder.glob(pattern)}
    if not found:
        return ()
    if not found.issuperset(_OLD_FILES):
        raise KeysError(f"{folder} holds some files of a keyring, but not all; nothing was changed")
    return tuple(_taken_over(folder, purpose) for purpose in (Purpose.ROOT, Purpose.SEAL))


def _taken_over(folder: Path, purpose: Purpose) -> Entry:
    """Return the entry of a key of the old layout, which keeps its files and name."""
    certificate = x509.load_pem_x509_certificate((folder / f"{purpose}.pem").read_bytes())
    return Entry(purpose.value, purpose, P256, KeyState.ACTIVE, certificate.not_valid_before_utc)


def _change(folder: Path, key_id: str, state: KeyState, *, since: datetime | None, reason: str) -> Entry:
    with alone(folder):
        entries = read_manifest(folder)
        old = _find(entries, key_id)
        if old.state is KeyState.COMPROMISED or old.state is state:
            raise KeysError(f"{key_id} is {old.state} already")
        if old.purpose is Purpose.ROOT:
            raise KeysError("a root is never changed: start a new keyring, and pin both roots while they overlap")
        new = replace(old, state=state, changed_at=since or clock.now(), reason=reason)
        write_manifest(folder, tuple(new if entry is old else entry for entry in entries))
        return new


def _find(entries: Iterable[Entry], key_id: str) -> Entry:
    for entry in entries:
        if entry.id == key_id:
            return entry
    raise KeysError(f"there is no key {key_id}")


def _signs(entry: Entry, purpose: Purpose) -> bool:
    return entry.purpose is purpose and entry.state is KeyState.ACTIVE


def _retired(entry: Entry, when: datetime) -> Entry:
    return replace(entry, state=KeyState.RETIRED, changed_at=when)


def _digest(key: PrivateKey) -> str:
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()[:12]
