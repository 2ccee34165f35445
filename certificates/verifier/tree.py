"""Compute the tree of the log and its tiles: RFC 6962, C2SP tlog-tiles."""

import hashlib
from collections.abc import Iterable, Iterator

from certificates.verifier.reading import Wrong


def leaf_hash(data: bytes) -> bytes:
    """Return the leaf hash of RFC 6962 section 2.1."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the node hash of RFC 6962 section 2.1."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """A Merkle tree that grows to the right."""

    def __init__(self) -> None:
        self.size, self._peaks = 0, list[bytes]()

    def add(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self._peaks.append(leaf)
        self.size += 1
        for _ in range((self.size & -self.size).bit_length() - 1):
            right, left = self._peaks.pop(), self._peaks.pop()
            self._peaks.append(node_hash(left, right))

    def root(self) -> bytes:
        """Return the root hash."""
        if not self._peaks:
            return hashlib.sha256().digest()
        root = self._peaks[-1]
        for peak in self._peaks[-2::-1]:
            root = node_hash(peak, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over a row of leaf hashes."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def tiles(count: int) -> Iterator[tuple[str, int]]:
    """Yield path and width of each tile for a row of so many hashes."""
    for index in range((count + 255) // 256):
        width = min(256, count - index * 256)
        path, rest = f"{index % 1000:03d}", index // 1000
        while rest:
            path, rest = f"x{rest % 1000:03d}/{path}", rest // 1000
        yield path + ("" if width == 256 else f".p/{width}"), width


def unbundle(data: bytes, what: str) -> list[bytes]:
    """Split a bundle into entries; each is prefixed by its size in two bytes."""
    entries, place = [], 0
    while place < len(data):
        end = place + 2 + int.from_bytes(data[place : place + 2], "big")
        if end > len(data):
            raise Wrong(f"{what} is cut off")
        entries.append(data[place + 2 : end])
        place = end
    return entries
