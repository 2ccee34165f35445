"""The seal: the keyring, sealing a PDF, and examining one. What pyHanko needs stays inside."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from certificates.seal.examining.verdict import (
    SealLevel,
    SealOutcome,
    SealReason,
    SealReport,
)
from certificates.seal.keyring.custody import SEAL_ALGORITHMS, ensure_keyring
from certificates.seal.keyring.keys import Keyring, KeysError
from certificates.seal.sealing.placeholder import Placeholder, SealError
from certificates.seal.sealing.sealer import KeySealer, Sealer

if TYPE_CHECKING:
    from certificates.seal.examining.apart import examine_apart
    from certificates.seal.examining.verify import examine

__all__ = [
    "SEAL_ALGORITHMS",
    "KeySealer",
    "Keyring",
    "KeysError",
    "Placeholder",
    "SealError",
    "SealLevel",
    "SealOutcome",
    "SealReason",
    "SealReport",
    "Sealer",
    "ensure_keyring",
    "examine",
    "examine_apart",
]


_SLOW = {"examine": "examining.verify", "examine_apart": "examining.apart"}


def __getattr__(name: str) -> Any:
    # Only who checks a file pays for pyHanko: a web process that reads a key does not load it.
    if name in _SLOW:
        return getattr(import_module(f"certificates.seal.{_SLOW[name]}"), name)
    raise AttributeError(name)
