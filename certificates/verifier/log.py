"""Recompute the log of an archive from its entries, and compare it with what was signed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from certificates.verifier.archive import Archive
from certificates.verifier.note import Checkpoint, Key
from certificates.verifier.reading import BYTE_RANGE, Wrong, read_moment, read_object, read_text
from certificates.verifier.tree import Tree, leaf_hash, root_of, tiles, unbundle


@dataclass
class Log:
    """The log of an archive, recomputed from its entries and compared with its checkpoints."""

    checkpoint: Checkpoint
    keys: list[Key]
    witnesses: list[Key]
    signed: int = 0
    roots: dict[int, bytes] = field(default_factory=dict)
    entries: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # certificate number: entries, oldest first
    files: dict[str, dict[str, Any]] = field(default_factory=dict)  # SHA-256 of a file: its entry
    indices: dict[str, int] = field(default_factory=dict)
    wanted: set[int] = field(default_factory=set)

    @property
    def size(self) -> int:
        """Return the number of entries."""
        return self.checkpoint.size

    @property
    def root(self) -> bytes:
        """Return the root hash."""
        return self.checkpoint.root

    @classmethod
    def read(cls, archive: Archive, vkeys: Sequence[str] | None, seen_by: Sequence[str] | None) -> "Log":
        """Recompute and compare everything."""
        keys = [Key.parse(each) for each in vkeys or archive.manifest.get("vkeys", [])]
        witnesses = [Key.parse(each) for each in seen_by or archive.manifest.get("witnesses", [])]
        note = read_text(archive.read("ledger/checkpoint"), "the checkpoint")
        log = cls(Checkpoint.parse(note, [*keys, *witnesses], "the checkpoint"), keys, witnesses)
        older = [
            Checkpoint.parse(line.get("note", ""), keys, f"checkpoint {number} of the list")
            for number, line in enumerate(archive.lines("ledger/checkpoints.jsonl"), 1)
        ]
        log._compute(archive, {each.size for each in older})
        for each in [*older, log.checkpoint]:
            if each.origin != log.checkpoint.origin or log.roots.get(each.size) != each.root:
                raise Wrong(f"the first {each.size} entries are not those of the checkpoint that was signed for them")
        log.signed = len({each.size for each in [*older, log.checkpoint]})
        return log

    def witnessed(self, least: int) -> str:
        """Return which witnesses signed the newest checkpoint."""
        names = sorted(key.name for key in self.checkpoint.signers if key.kind == 4)
        if len(names) < least:
            raise Wrong(
                f"{len(names)} of the {least} witnesses that must have signed did: {', '.join(names) or 'nobody'}"
            )
        return f"signed by {', '.join(names)}" if names else f"none of {len(self.witnesses)} signed"

    def continues(self, data: bytes) -> str:
        """Check that the log extends an older checkpoint."""
        older = Checkpoint.parse(read_text(data, "the older checkpoint"), self.keys, "the older checkpoint")
        if older.origin != self.checkpoint.origin:
            raise Wrong(f"it is of another log: {older.origin}")
        if older.size > self.size:
            raise Wrong(f"it has {older.size} entries, the archive only {self.size}")
        if self._root_at(older.size) != older.root:
            raise Wrong(f"the first {older.size} entries of the archive are not those that were signed then")
        return f"the log still begins with the same {older.size} entries"

    def file(self, pdf: bytes) -> str:
        """Return the number of the certificate in this file."""
        sha256 = hashlib.sha256(pdf).hexdigest()
        if sha256 in self.files:
            return str(self.files[sha256]["number"])
        ends = {after + rest for _, _, after, rest in (map(int, each) for each in BYTE_RANGE.findall(pdf)[:16])}
        for end in sorted(ends):
            if entry := self.files.get(hashlib.sha256(pdf[:end]).hexdigest()):
                raise Wrong(
                    f"only its first {end} bytes are certificate {entry['number']} as it was issued; the rest was added"
                )
        raise Wrong(f"the log has no certificate with exactly these bytes (SHA-256 {sha256})")

    def issued_at(self, pdf: bytes) -> datetime:
        """Return when this very file was issued; a newer file of the same certificate was sealed later."""
        return read_moment(self.files[hashlib.sha256(pdf).hexdigest()]["time"])

    def history(self, number: str) -> list[dict[str, Any]]:
        """Return all entries about a certificate."""
        if number not in self.entries:
            raise Wrong(f"the log knows no certificate {number}")
        return self.entries[number]

    def issue(self, number: str) -> dict[str, Any]:
        """Return the newest entry with the hash of a file."""
        issued = [entry for entry in self.history(number) if "pdf_sha256" in entry]
        if not issued:
            raise Wrong(f"the log has no file of {number}")
        return issued[-1]

    def newest_file(self, number: str) -> str:
        """Return the hash of the current file."""
        return str(self.issue(number)["pdf_sha256"])

    def _compute(self, archive: Archive, sizes: set[int]) -> None:
        self._leaves: list[bytes] = []
        for tile, width in tiles(self.size):
            data = archive.read(f"ledger/tile/entries/{tile}")
            entries = unbundle(data, f"bundle {tile}")
            if len(entries) != width:
                raise Wrong(f"bundle {tile} has {len(entries)} entries, not {width}")
            for entry in entries:
                self._learn(len(self._leaves), entry)
                self._leaves.append(leaf_hash(entry))
        tree = Tree()
        self.roots[0] = tree.root()
        for leaf in self._leaves:
            tree.add(leaf)
            if tree.size in sizes or tree.size == self.size:
                self.roots[tree.size] = tree.root()
        self._compare_tiles(archive)

    def _compare_tiles(self, archive: Archive) -> None:
        """Check that stored hashes match the entries: readers of tiles must see the same log."""
        level, row = 0, self._leaves
        while row:
            above = []
            for place, (tile, width) in enumerate(tiles(len(row))):
                hashes_ = row[place * 256 : place * 256 + width]
                if archive.read(f"ledger/tile/{level}/{tile}") != b"".join(hashes_):
                    raise Wrong(f"tile {level}/{tile} does not have the hashes of the entries below it")
                if width == 256:
                    above.append(root_of(hashes_))
            level, row = level + 1, above

    def _root_at(self, size: int) -> bytes:
        return root_of(self._leaves[:size])

    def _learn(self, index: int, data: bytes) -> None:
        entry = read_object(data, f"entry {index}")
        number = entry.get("number")
        if not isinstance(number, str):
            return
        if entry.get("previous") != self.indices.get(number):
            raise Wrong(f"entry {index} does not follow the entry before it about {number}")
        if not all(
            isinstance(entry.get(name), str) for name in ("type", "time", "status", "valid_from", "valid_until")
        ):
            raise Wrong(f"entry {index} does not say what happened")
        self.indices[number] = index
        self.entries.setdefault(number, []).append(entry)
        if "pdf_sha256" in entry:
            self.files[entry["pdf_sha256"]] = entry
