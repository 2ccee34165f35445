"""The bundle of C2SP tlog-proof, which proves offline that an entry is in a log."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from certificates.ledger.notes import (
    LONGEST_NOTE,
    Checkpoint,
    Note,
    NoteError,
    Vkey,
    decode,
    encode,
    parse_number,
)
from certificates.ledger.tree import HASH_SIZE, includes, leaf_hash

MEDIA_TYPE = "text/plain"
LONGEST_PATH = 63
_FIRST = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Proof:
    """One bundle. `extra` holds the bytes of the entry, so that the bundle is self-contained."""

    index: int
    path: tuple[bytes, ...]
    note: Note
    extra: bytes | None = None

    @classmethod
    def parse(cls, data: str) -> Self:
        """Parse a bundle; NoteError if it is malformed."""
        head, gap, note = data.partition("\n\n")
        first, *lines = head.split("\n")
        if len(data) > 2 * LONGEST_NOTE or not gap or first != _FIRST:
            raise NoteError("this is no tlog-proof")
        extra = decode(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else None
        if not lines or not lines[0].startswith("index "):
            raise NoteError("the proof names no index")
        index = parse_number(lines.pop(0).removeprefix("index "))
        return cls(index, parse_path(lines), Note.parse(note), extra)

    def __str__(self) -> str:
        lines = [_FIRST, *([f"extra {encode(self.extra)}"] if self.extra is not None else []), f"index {self.index}"]
        lines += map(encode, self.path)
        return "\n".join(lines) + f"\n\n{self.note}"

    def verify(self, entry: bytes, keys: Iterable[Vkey]) -> Checkpoint:
        """Return the checkpoint, signed by one of `keys`, that includes this entry; NoteError if the proof fails."""
        self.note.verified(keys)
        checkpoint = Checkpoint.parse(self.note.text)
        if not includes(leaf_hash(entry), self.index, checkpoint.size, self.path, checkpoint.root):
            raise NoteError("the entry is not in the tree of this checkpoint")
        return checkpoint


def parse_path(lines: list[str]) -> tuple[bytes, ...]:
    """Parse the hashes of a proof, one per line in base64; NoteError for a malformed one, or too many."""
    hashes = tuple(map(decode, lines))
    if len(hashes) > LONGEST_PATH or any(len(each) != HASH_SIZE for each in hashes):
        raise NoteError("this is no proof")
    return hashes
