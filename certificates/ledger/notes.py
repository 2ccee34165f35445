"""Signed notes (C2SP signed-note), their checkpoints (tlog-checkpoint) and cosignatures (tlog-cosignature).

A note is text, an empty line, and signature lines; a checkpoint is a note with the size and root hash of a log. Only
Ed25519: type 1 signs the text, type 4 is a witness that states when it saw the text.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from certificates.ledger.tree import HASH_SIZE

MOST_SIGNATURES = 64
LONGEST_NOTE = 128 * 1024  # sixteen signatures must be accepted, and post-quantum ones have 5 kB each
COSIGNED = b"cosignature/v1\n"  # how everything begins that a witness signs
_DASH = "— "
_KEY_SIZE = 32
_SIGNATURE_SIZE = 64
_ID_SIZE = 4
_TIME_SIZE = 8
_LARGEST_NUMBER = 2**63 - 1  # the largest integer in the database and in most programs


class NoteError(ValueError):
    """The input is no valid note, checkpoint or key, or a signature is wrong; the message says which."""


class Algorithm(IntEnum):
    """The supported signature types, by their identifier byte."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True)
class Vkey:
    """The public key of a log or a witness, with its name."""

    name: str
    algorithm: Algorithm
    public: bytes

    @classmethod
    def of(cls, name: str, key: Ed25519PrivateKey | Ed25519PublicKey, algorithm: Algorithm = Algorithm.ED25519) -> Self:
        """Build the verifier key for a key; NoteError for an invalid name."""
        public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
        return cls(_checked_name(name), algorithm, public.public_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `<name>+<id in hex>+<base64 of type and key>`; NoteError for malformed or unsupported keys."""
        name, _, rest = text.strip().partition("+")
        identifier, _, encoded = rest.partition("+")
        data = decode(encoded)
        if len(data) != 1 + _KEY_SIZE or data[0] not in set(Algorithm):
            raise NoteError("the key is not an Ed25519 key of type 1 or 4")
        key = cls(_checked_name(name), Algorithm(data[0]), data[1:])
        if identifier != key.id.hex():
            raise NoteError("the identifier does not belong to the key")
        return key

    @property
    def id(self) -> bytes:
        """Return the four bytes by which signature lines name the key."""
        named = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return hashlib.sha256(named).digest()[:_ID_SIZE]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode(bytes([self.algorithm]) + self.public)}"

    def verify(self, text: str, value: bytes) -> int | None:
        """Return the time of a cosignature (seconds since 1970), None for a plain signature; NoteError if wrong."""
        time, signed = None, text.encode()
        if self.algorithm is Algorithm.COSIGNATURE:
            time = int.from_bytes(value[:_TIME_SIZE], "big")
            value, signed = value[_TIME_SIZE:], _cosigned(text, time)
        if len(value) != _SIGNATURE_SIZE or (time or 0) >= 1 << 63:
            raise NoteError(f"the signature of {self.name} is damaged")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(value, signed)
        except InvalidSignature as error:
            raise NoteError(f"the signature of {self.name} is wrong") from error
        return time


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who signed, with which key, and the signature itself."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {encode(self.key_id + self.value)}\n"

    def is_of(self, key: Vkey) -> bool:
        """Return whether the line names this key."""
        return (self.name, self.key_id) == (key.name, key.id)


@dataclass(frozen=True, slots=True)
class Note:
    """Text, which ends in a newline, and its signatures. Untrusted until `verified` was called."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, data: str) -> Self:
        """Parse a note; NoteError if it is malformed."""
        if len(data) > LONGEST_NOTE or any(character < " " and character != "\n" for character in data):
            raise NoteError("the note is too long or has control characters")
        text, gap, lines = data.rpartition("\n\n")
        if not gap or not lines.endswith("\n"):
            raise NoteError("the note has no signatures")
        return cls(text + "\n", parse_signatures(lines))

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    def verified(self, keys: Iterable[Vkey]) -> dict[Vkey, int | None]:
        """Return which of these keys signed, with the times of cosignatures; lines of other keys are ignored.

        NoteError if the signature of a known key is wrong, or no known key signed.
        """
        signed = {key: key.verify(self.text, line.value) for key in keys for line in self.signatures if line.is_of(key)}
        if not signed:
            raise NoteError("no known key signed this")
        return signed


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The size of a log, and its root hash at that size."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse the text of a note; NoteError if it is no checkpoint. Extension lines are allowed and ignored."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):  # noqa: PLR2004  # three lines and the end of the last
            raise NoteError("this is no checkpoint")
        root = decode(lines[2])
        if len(root) != HASH_SIZE:
            raise NoteError("the root is not a SHA-256 hash")
        return cls(lines[0], parse_number(lines[1]), root)

    @property
    def text(self) -> str:
        """Return the text of its note."""
        return f"{self.origin}\n{self.size}\n{encode(self.root)}\n"


def cosign(text: str, name: str, key: Ed25519PrivateKey, time: int) -> Signature:
    """Sign as `cosignature/v1`: at `time` (seconds since 1970) this was the largest consistent tree seen."""
    value = time.to_bytes(_TIME_SIZE, "big") + key.sign(_cosigned(text, time))
    return Signature(name, Vkey.of(name, key, Algorithm.COSIGNATURE).id, value)


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """Parse signature lines, each with its newline; NoteError if one is malformed or there are too many."""
    split = lines.split("\n")
    if split.pop() or not 0 < len(split) <= MOST_SIGNATURES:
        raise NoteError("there are no signature lines, or too many")
    return tuple(map(_parse_signature, split))


def parse_number(text: str) -> int:
    """Parse a decimal number without leading zeros, below 2**63; NoteError otherwise."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST_NUMBER))) or str(int(text)) != text:
        raise NoteError("this is not a number")
    if int(text) > _LARGEST_NUMBER:
        raise NoteError("the number is too large")
    return int(text)


def encode(data: bytes) -> str:
    """Encode bytes as standard base64, which all of these formats use."""
    return base64.b64encode(data).decode()


def decode(text: str) -> bytes:
    """Decode canonical base64; NoteError otherwise."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NoteError("this is not base64") from error
    if encode(data) != text:
        raise NoteError("this is not base64")
    return data


def _parse_signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH):
        raise NoteError("a line is no signature")
    data = decode(encoded)
    if len(data) <= _ID_SIZE:
        raise NoteError("a signature is empty")
    return Signature(_checked_name(name), data[:_ID_SIZE], data[_ID_SIZE:])


def _checked_name(name: str) -> str:
    if not name or "+" in name or not name.isprintable() or any(map(str.isspace, name)):
        raise NoteError("the name of a key is empty, or has a space or a plus in it")
    return name


def _cosigned(text: str, time: int) -> bytes:
    return COSIGNED + f"time {time}\n{text}".encode()
