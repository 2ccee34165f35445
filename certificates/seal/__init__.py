"""The seal: keys on disk, sealing a PDF, and examining one. What pyHanko needs stays inside."""

from certificates.seal.keys import KeysError, ensure_demo_ca, load_root
from certificates.seal.sealer import KeySealer, Sealer, SealError
from certificates.seal.verdict import Level, SealOutcome, SealReason, SealVerdict
from certificates.seal.verify import examine

__all__ = [
    "KeySealer",
    "KeysError",
    "Level",
    "SealError",
    "SealOutcome",
    "SealReason",
    "SealVerdict",
    "Sealer",
    "ensure_demo_ca",
    "examine",
    "load_root",
]
