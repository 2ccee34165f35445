"""Verify signed notes: C2SP signed-note, tlog-checkpoint, tlog-cosignature."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from certificates.verifier.reading import Wrong, read_base64


@dataclass(frozen=True)
class Key:
    """A verifier key: name, type (1 signs, 4 cosigns) and Ed25519 key."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "Key":
        """Parse `<name>+<id>+<base64>`."""
        name, _, rest = text.strip().partition("+")
        identifier, _, encoded = rest.partition("+")
        data = read_base64(encoded)
        if len(data) != 33 or data[0] not in {1, 4} or not name:
            raise Wrong(f"{text} is no key that this program knows")
        key = cls(name, data[0], data[1:])
        if key.id.hex() != identifier:
            raise Wrong(f"{text} does not fit its own identifier")
        return key

    @property
    def id(self) -> bytes:
        """Return the id by which signature lines name it."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def verify(self, text: str, value: bytes) -> None:
        """Raise unless this key signed the text."""
        signed = text.encode()
        if self.kind == 4:
            signed = f"cosignature/v1\ntime {int.from_bytes(value[:8], 'big')}\n{text}".encode()
            value = value[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(value, signed)
        except InvalidSignature as error:
            raise Wrong(f"the signature of {self.name} is wrong") from error


@dataclass(frozen=True)
class Checkpoint:
    """A signed tree head; `signers` are the known keys that signed it."""

    origin: str
    size: int
    root: bytes
    signers: tuple[Key, ...]

    @classmethod
    def parse(cls, note: str, keys: Iterable[Key], what: str) -> "Checkpoint":
        """Parse and verify a note: all signatures of known keys must be right, and the log's must be among them."""
        text, gap, lines = note.rpartition("\n\n")
        text += "\n"
        parts = text.split("\n")
        if not gap or len(parts) < 4 or not re.fullmatch("0|[1-9][0-9]{0,18}", parts[1], re.ASCII):
            raise Wrong(f"{what} is no checkpoint")
        signed = [
            (key, value)
            for key in keys
            for name, value in _signatures(lines, what)
            if (name, value[:4]) == (key.name, key.id)
        ]
        for key, value in signed:
            key.verify(text, value[4:])
        if not any(key.name == parts[0] and key.kind == 1 for key, _ in signed):
            raise Wrong(f"{what} is not signed by a key of the log")
        return cls(parts[0], int(parts[1]), read_base64(parts[2]), tuple(dict.fromkeys(key for key, _ in signed)))


def _signatures(lines: str, what: str) -> list[tuple[str, bytes]]:
    found = []
    for line in lines.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        if dash != "—" or not name:
            raise Wrong(f"{what} has a line that is no signature")
        found.append((name, read_base64(encoded)))
    return found
