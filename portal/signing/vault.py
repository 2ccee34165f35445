"""Encrypt what goes into the vault, with VAULT_KEY: a key of its own, which the worker and the backup never have."""

import hmac
import json
import secrets
from collections.abc import Mapping
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audits.core.canonical import canonical
from audits.core.errors import RuleError
from portal.settings import current_settings

_NONCE = 12  # bytes
_NAME = 16  # characters
_FULL = 1024  # the length is a multiple of this, so that it tells nothing


class VaultKeyError(RuleError):
    """What is encrypted cannot be opened with the key of this installation."""


def has_vault() -> bool:
    """Return whether this installation has a key for the vault."""
    return bool(current_settings().vault_key)


def key_name() -> str:
    """Return the name of the key, by which an entry tells later which one opens it."""
    return hmac.digest(_secret(), b"name of the key of the vault", "sha256").hex()[:_NAME]


def seal_words(entry_id: UUID, words: Mapping[str, str]) -> bytes:
    """Return words encrypted for one entry; moved to another entry they do not open."""
    data = canonical(words)
    data += b" " * (-len(data) % _FULL)
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _cipher(entry_id).encrypt(nonce, data, entry_id.bytes)


def open_words(entry_id: UUID, key: str, sealed: bytes) -> Mapping[str, str]:
    """Return the words of an entry, or raise VaultKeyError."""
    if key != key_name():
        raise VaultKeyError("This was encrypted with another key. Ask who runs this portal for the earlier VAULT_KEY.")
    try:
        data = _cipher(entry_id).decrypt(sealed[:_NONCE], sealed[_NONCE:], entry_id.bytes)
    except InvalidTag as error:
        raise VaultKeyError("This was changed after it was written, and cannot be opened.") from error
    found: Mapping[str, str] = json.loads(data)
    return found


def _cipher(entry_id: UUID) -> AESGCM:
    return AESGCM(hmac.digest(_secret(), b"entry of the vault " + entry_id.bytes, "sha256"))


def _secret() -> bytes:
    return current_settings().vault_key.encode()
