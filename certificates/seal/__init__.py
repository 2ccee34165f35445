"""The seal: the keyring, sealing a PDF, and examining one. What pyHanko needs stays inside."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from certificates.seal.custody import SEAL_ALGORITHMS, ensure_keyring
from certificates.seal.keys import Keyring, KeysError
from certificates.seal.room import Room, SealError
from certificates.seal.sealer import KeySealer, Sealer
from certificates.seal.verdict import SealLevel, SealOutcome, SealReason, SealVerdict

if TYPE_CHECKING:
    from certificates.seal.apart import examine_apart
    from certificates.seal.verify import examine

__all__ = [
    "SEAL_ALGORITHMS",
    "KeySealer",
    "Keyring",
    "KeysError",
    "Room",
    "SealError",
    "SealLevel",
    "SealOutcome",
    "SealReason",
    "SealVerdict",
    "Sealer",
    "ensure_keyring",
    "examine",
    "examine_apart",
]


_SLOW = {"examine": "verify", "examine_apart": "apart"}


def __getattr__(name: str) -> Any:
    # Only who checks a file pays for pyHanko: a web process that reads a key does not load it.
    if name in _SLOW:
        return getattr(import_module(f"certificates.seal.{_SLOW[name]}"), name)
    raise AttributeError(name)
