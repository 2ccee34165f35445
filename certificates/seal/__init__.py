"""The seal: the keyring, sealing a PDF, examining one, and renewing its time-stamps.

Modules that need pyHanko are loaded on first use: write `from certificates import seal` and `seal.examine(…)`, so that
web processes that seal or read keys never load it.
"""

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
    from certificates.seal.examining.verify import examine
    from certificates.seal.sealing.archiving import ArchiveError, Archivist, proves_until, signers_of

__all__ = [
    "SEAL_ALGORITHMS",
    "ArchiveError",
    "Archivist",
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
    "proves_until",
    "signers_of",
]

_ARCHIVING = ("ArchiveError", "Archivist", "proves_until", "signers_of")
_SLOW = dict.fromkeys(_ARCHIVING, "sealing.archiving")
_SLOW |= {"examine": "examining.verify"}


def __getattr__(name: str) -> Any:
    if name in _SLOW:
        return getattr(import_module(f"certificates.seal.{_SLOW[name]}"), name)
    raise AttributeError(name)
