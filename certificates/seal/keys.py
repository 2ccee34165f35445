"""Keys and certificates of the seal, on disk: a demo authority that set-up makes, and how to read it back.

The folder holds `root.pem`, `root.key`, `seal.pem` and `seal.key`; keys are encrypted PKCS#8 under one passphrase and
readable by their owner only. A root of one's own vouches for nothing to strangers: beyond a demo, the folder holds
the certificates of a trust service.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from audits.core import clock

ROOT_DAYS = 30 * 365
SEAL_DAYS = 10 * 365
_NAME_LENGTH = 64  # bytes at most in organisation and common name, RFC 5280 appendix A.1
_FILES = ("root.key", "root.pem", "seal.key", "seal.pem")


class KeysError(Exception):
    """The seal folder cannot be read or made with this passphrase."""


@dataclass(frozen=True, slots=True)
class SealKey:
    """The key that seals, its certificate, and the root that vouches for it."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    root: x509.Certificate


def ensure_demo_ca(folder: Path, body_name: str, passphrase: str) -> None:
    """Make root and seal certificate for the body, P-256 both, unless the folder has them. Safe to call at once."""
    if not passphrase:
        raise KeysError("the keys of the seal need a passphrase")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        if all((folder / name).is_file() for name in _FILES):
            return
        if any((folder / name).exists() for name in _FILES):
            raise KeysError(f"{folder} holds some files of a seal, but not all; nothing was changed")
        _write(folder, _make(body_name, clock.now()), passphrase)


def load_key(folder: Path, passphrase: str) -> SealKey:
    """Read the sealing key; KeysError if it is not there or the passphrase is wrong."""
    try:
        key = serialization.load_pem_private_key((folder / "seal.key").read_bytes(), passphrase.encode())
        certificate = x509.load_pem_x509_certificate((folder / "seal.pem").read_bytes())
        root = x509.load_pem_x509_certificate(load_root(folder))
    except (OSError, ValueError, TypeError) as error:
        raise KeysError(f"the seal in {folder} cannot be read: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise KeysError(f"the key and the certificate in {folder} are not a pair")
    return SealKey(key, certificate, root)


def load_root(folder: Path) -> bytes:
    """The root certificate (PEM) that `examine` pins."""
    try:
        return (folder / "root.pem").read_bytes()
    except OSError as error:
        raise KeysError(f"there is no seal in {folder}") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let no other process in while we look and write."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(body_name: str, now: datetime) -> dict[str, ec.EllipticCurvePrivateKey | x509.Certificate]:
    root_key, seal_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name, seal_name = _name(body_name, "root"), _name(body_name, "seal")
    root = _draft(root_name, root_name, root_key, now, ROOT_DAYS)
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    root = root.add_extension(_usage(certifies=True), critical=True)
    seal = _draft(seal_name, root_name, seal_key, now, SEAL_DAYS)
    seal = seal.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    seal = seal.add_extension(_usage(certifies=False), critical=True)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    seal = seal.add_extension(issuer, critical=False)
    return {
        "root.key": root_key,
        "root.pem": root.sign(root_key, hashes.SHA256()),
        "seal.key": seal_key,
        "seal.pem": seal.sign(root_key, hashes.SHA256()),
    }


def _draft(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks differ
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(body_name: str, part: str) -> x509.Name:
    ending = f" – {part}"
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "NL"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _cut(body_name, _NAME_LENGTH)),
            x509.NameAttribute(NameOID.COMMON_NAME, _cut(body_name, _NAME_LENGTH - len(ending.encode())) + ending),
        ]
    )


def _cut(text: str, size: int) -> str:
    """As many whole letters as fit in so many bytes."""
    return text.encode()[:size].decode(errors="ignore")


def _usage(*, certifies: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certifies,
        content_commitment=not certifies,
        key_cert_sign=certifies,
        crl_sign=certifies,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(folder: Path, made: dict[str, ec.EllipticCurvePrivateKey | x509.Certificate], passphrase: str) -> None:
    lock = serialization.BestAvailableEncryption(passphrase.encode())
    for name, item in made.items():
        if isinstance(item, x509.Certificate):
            data = item.public_bytes(serialization.Encoding.PEM)
        else:
            data = item.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
        # Never readable by others, not even between writing and a later change of mode.
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
