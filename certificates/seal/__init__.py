"""The seal: keys on disk, sealing a PDF, and examining one. What pyHanko needs stays inside."""

from certificates.seal.keys import KeysError, ensure_demo_ca, load_root
from certificates.seal.room import Room, SealError
from certificates.seal.sealer import KeySealer, Sealer
from certificates.seal.verify import SealOutcome, SealReason, SealVerdict, examine

__all__ = [
    "KeySealer",
    "KeysError",
    "Room",
    "SealError",
    "SealOutcome",
    "SealReason",
    "SealVerdict",
    "Sealer",
    "ensure_demo_ca",
    "examine",
    "load_root",
]
