"""The keyring: every key of the installation in one folder, with a manifest of their purposes.

The folder holds `keyring.json` and, for each key, `ID.key` (PKCS#8 in PEM, encrypted under one passphrase) and `ID.pem`
(its certificate, or for a key without one its public half). Only their owner can read them. The public parts need no
passphrase. `custody` creates, retires and revokes.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

MANIFEST = "keyring.json"
_VERSION = 1
_KNOWN = "known"

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey


class KeysError(Exception):
    """The keyring cannot be read, or does not allow the operation."""


class Purpose(StrEnum):
    """The purpose of a key; it is never used for another one."""

    ROOT = "root"  # issues certificates for seal and time-stamps; a demo authority
    SEAL = "seal"  # signs documents
    TIMESTAMP = "timestamp"  # signs time-stamps
    CREDENTIAL = "credential"  # signs credentials and status lists
    LEDGER = "ledger"  # signs the heads of the log


CERTIFIED = frozenset({Purpose.ROOT, Purpose.SEAL, Purpose.TIMESTAMP})


class KeyState(StrEnum):
    """States of a key; each purpose has one active. Signatures of retired keys stay valid, of compromised ones not."""

    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the manifest. `changed_at` is when it was retired, or since when it counts as compromised."""

    id: str
    purpose: Purpose
    algorithm: str
    state: KeyState
    created_at: datetime
    changed_at: datetime | None = None
    reason: str = ""


class Keyring:
    """The keys of one folder. Private keys are decrypted on first use."""

    def __init__(self, folder: Path, entries: tuple[Entry, ...], passphrase: str) -> None:
        self.folder = folder
        self.entries = entries
        self._passphrase = passphrase

    @classmethod
    def open(cls, folder: Path, passphrase: str = "") -> Self:
        """Read the manifest; KeysError if there is none. Without a passphrase only public keys are available."""
        return cls(folder, read_manifest(folder), passphrase)

    def of(self, purpose: Purpose, *states: KeyState) -> list[Entry]:
        """Return the keys for a purpose, newest first; in all states unless some are given."""
        found = (entry for entry in self.entries if entry.purpose is purpose and entry.state in (states or KeyState))
        return sorted(found, key=lambda entry: (entry.state is KeyState.ACTIVE, entry.created_at), reverse=True)

    def active(self, purpose: Purpose) -> Entry:
        """Return the active key; KeysError if there is none."""
        found = self.of(purpose, KeyState.ACTIVE)
        if not found:
            raise KeysError(f"there is no active {purpose} key in {self.folder}")
        return found[0]

    def find(self, key_id: str) -> Entry:
        """Return the key with this id; KeysError if there is none."""
        found = next((entry for entry in self.entries if entry.id == key_id), None)
        if found is None:
            raise KeysError(f"there is no key {key_id}")
        return found

    def private(self, entry: Entry) -> PrivateKey:
        """Return the private key; KeysError if it is missing or the passphrase is wrong."""
        try:
            pem = (self.folder / f"{entry.id}.key").read_bytes()
            key = serialization.load_pem_private_key(pem, self._passphrase.encode())
        except (OSError, ValueError, TypeError) as error:
            raise KeysError(f"the key {entry.id} in {self.folder} cannot be read: {error}") from error
        if not isinstance(key, PrivateKey) or key.public_key() != self.public(entry):
            raise KeysError(f"the two halves of {entry.id} in {self.folder} are not a pair")
        return key

    def public(self, entry: Entry) -> PublicKey:
        """Return the public key, from the certificate if there is one."""
        if entry.purpose in CERTIFIED:
            key: Any = self.certificate(entry).public_key()
        else:
            key = self._load(entry, serialization.load_pem_public_key)
        if not isinstance(key, PublicKey):
            raise KeysError(f"{entry.id} in {self.folder} is a kind of key that we do not use")
        return key

    def certificate(self, entry: Entry) -> x509.Certificate:
        """Return the certificate of a seal, time-stamp or root key."""
        found: x509.Certificate = self._load(entry, x509.load_pem_x509_certificate)
        return found

    def credential_key(self) -> tuple[str, ec.EllipticCurvePrivateKey]:
        """Return name and P-256 key for signing credentials."""
        entry = self.active(Purpose.CREDENTIAL)
        key = self.private(entry)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise KeysError(f"{entry.id} is no key on a curve")
        return entry.id, key

    def credential_public(self) -> dict[str, ec.EllipticCurvePublicKey]:
        """Return the valid credential keys by name: the active one first, then the retired ones."""
        keys = {entry.id: self.public(entry) for entry in self._trusted(Purpose.CREDENTIAL)}
        return {name: key for name, key in keys.items() if isinstance(key, ec.EllipticCurvePublicKey)}

    def ledger_key(self) -> ed25519.Ed25519PrivateKey:
        """Return the Ed25519 key for signing heads of the log."""
        entry = self.active(Purpose.LEDGER)
        key = self.private(entry)
        if not isinstance(key, ed25519.Ed25519PrivateKey):
            raise KeysError(f"{entry.id} is no Ed25519 key")
        return key

    def ledger_public(self) -> list[ed25519.Ed25519PublicKey]:
        """Return the valid log keys, newest first."""
        keys = [self.public(entry) for entry in self._trusted(Purpose.LEDGER)]
        return [key for key in keys if isinstance(key, ed25519.Ed25519PublicKey)]

    def roots(self) -> list[bytes]:
        """Return the root certificates (DER) of seals and time-stamps, newest first."""
        certificates = (self.certificate(entry) for entry in self._trusted(Purpose.ROOT))
        return [each.public_bytes(serialization.Encoding.DER) for each in certificates]

    def revoked(self) -> dict[int, datetime]:
        """Return serial number and revocation time of the certificates of compromised keys."""
        return {
            self.certificate(entry).serial_number: entry.changed_at or entry.created_at
            for entry in self.entries
            if entry.state is KeyState.COMPROMISED and entry.purpose in CERTIFIED
        }

    def sealers(self) -> frozenset[str]:
        """Return the SHA-256 (hex) of our certificates for seals, including those of external keys (`know`)."""
        own = (self.certificate(entry) for entry in self.of(Purpose.SEAL))
        elsewhere = (path.stem for path in (self.folder / _KNOWN).glob("*.pem"))
        return frozenset(each.fingerprint(hashes.SHA256()).hex() for each in own) | frozenset(elsewhere)

    def distrusted(self) -> frozenset[str]:
        """Return the SHA-256 (hex) of the certificates of compromised keys."""
        return frozenset(
            self.certificate(entry).fingerprint(hashes.SHA256()).hex()
            for entry in self.entries
            if entry.state is KeyState.COMPROMISED and entry.purpose in CERTIFIED
        )

    def _trusted(self, purpose: Purpose) -> list[Entry]:
        return self.of(purpose, KeyState.ACTIVE, KeyState.RETIRED)

    def _load(self, entry: Entry, load: Any) -> Any:
        try:
            return load((self.folder / f"{entry.id}.pem").read_bytes())
        except (OSError, ValueError) as error:
            raise KeysError(f"{entry.id}.pem in {self.folder} cannot be read: {error}") from error


def know(folder: Path, certificate: bytes) -> None:
    """Record the certificate (DER) of an external key: its seals stay ours after another certificate follows."""
    found = x509.load_der_x509_certificate(certificate)
    path = folder / _KNOWN / f"{found.fingerprint(hashes.SHA256()).hex()}.pem"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with alone(folder):
        if not path.exists():
            write_private(path, found.public_bytes(serialization.Encoding.PEM))


def stamp_of(folder: Path) -> tuple[int, int]:
    """Return when the manifest was changed last, in nanoseconds since 1970, and which file it is; zeros without one.

    The file tells two manifests apart that were written at the same moment.
    """
    try:
        manifest = (folder / MANIFEST).stat()
    except (FileNotFoundError, NotADirectoryError):
        return 0, 0
    return manifest.st_mtime_ns, manifest.st_ino


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Lock the folder against other processes."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read_manifest(folder: Path) -> tuple[Entry, ...]:
    """Return the lines of the manifest, oldest first; KeysError if it is missing or unreadable."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if found["version"] != _VERSION:
            raise KeysError(f"the keyring in {folder} is of version {found['version']}")
        return tuple(_entry(line) for line in found["keys"])
    except FileNotFoundError as error:
        raise KeysError(f"there is no keyring in {folder}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeysError(f"the keyring in {folder} cannot be read: {error}") from error


def write_manifest(folder: Path, entries: tuple[Entry, ...]) -> None:
    """Replace the manifest atomically."""
    text = json.dumps({"version": _VERSION, "keys": [asdict(entry) for entry in entries]}, indent=1, default=str)
    fresh = folder / f".{MANIFEST}.new"
    fresh.unlink(missing_ok=True)
    write_private(fresh, text.encode())
    fresh.replace(folder / MANIFEST)


def write_private(path: Path, data: bytes) -> None:
    """Write a new file with mode 600 from the start."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _entry(line: dict[str, Any]) -> Entry:
    changed = line["changed_at"]
    return Entry(
        id=line["id"],
        purpose=Purpose(line["purpose"]),
        algorithm=line["algorithm"],
        state=KeyState(line["state"]),
        created_at=datetime.fromisoformat(line["created_at"]),
        changed_at=datetime.fromisoformat(changed) if changed else None,
        reason=line["reason"],
    )
