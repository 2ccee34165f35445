"""The Merkle tree of RFC 6962 section 2.1: hashes, proofs, and their verification (RFC 9162 section 2.1).

Proofs are built from stored hashes of full subtrees, never by reading all leaves again: a `Subtree` returns the hash of
the leaves [index * 2**height, (index + 1) * 2**height), and is only asked for subtrees that lie within the tree.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

Subtree = Callable[[int, int], bytes]

HASH_SIZE = 32
EMPTY = hashlib.sha256().digest()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one entry."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two adjacent subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Growing:
    """A tree that grows to the right; it stores one hash per level."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []  # hashes of full subtrees, the largest first

    def add(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self._peaks.append(leaf)
        self.size += 1
        size = self.size
        while size % 2 == 0:
            right, left = self._peaks.pop(), self._peaks.pop()
            self._peaks.append(node_hash(left, right))
            size //= 2

    def root(self) -> bytes:
        """Return the root hash of the present tree."""
        if not self._peaks:
            return EMPTY
        root = self._peaks[-1]
        for peak in self._peaks[-2::-1]:
            root = node_hash(peak, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root hash over these leaf hashes."""
    tree = Growing()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def root(size: int, subtree: Subtree) -> bytes:
    """Return the root hash of the first `size` leaves."""
    return _range(0, size, subtree) if size else EMPTY


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the inclusion proof of leaf `index`, sibling first (RFC 6962, 2.1.1). ValueError outside the tree."""
    if not 0 <= index < size:
        raise ValueError("there is no such leaf in this tree")
    proof, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range(middle, end, subtree))
            end = middle
        else:
            proof.append(_range(start, middle, subtree))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that the tree of `size` extends that of `old` (RFC 6962, 2.1.2). Empty for 0 or equal sizes."""
    if not 0 <= old <= size:
        raise ValueError("the older tree is larger")
    if old in {0, size}:
        return []
    proof, start, end, whole = [], 0, size, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range(middle, end, subtree))
            end = middle
        else:
            proof.append(_range(start, middle, subtree))
            start, whole = middle, False
    if not whole:
        proof.append(_range(start, end, subtree))
    return proof[::-1]


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether `proof` proves a leaf hash at `index` under the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place % 2 or place == last:
            found = node_hash(step, found)
            place, last = _climb(place, last)
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistent(old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether the tree of `size` leaves extends that of `old` (RFC 9162, 2.1.4.2).

    All trees extend the empty one.
    """
    if old == size:
        return not proof and old_root == root
    if old == 0:
        return not proof and old_root == EMPTY
    if not 0 < old < size or not proof:
        return False
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    place, last = old - 1, size - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    older = newer = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            older, newer = node_hash(step, older), node_hash(step, newer)
            place, last = _climb(place, last)
        else:
            newer = node_hash(newer, step)
        place, last = place >> 1, last >> 1
    return last == 0 and older == old_root and newer == root


def _climb(place: int, last: int) -> tuple[int, int]:
    """Move up to the level where this subtree is a right child."""
    while place % 2 == 0 and place:
        place, last = place >> 1, last >> 1
    return place, last


def _split(width: int) -> int:
    """Return the largest power of two below `width`."""
    return 1 << (width - 1).bit_length() - 1


def _range(start: int, end: int, subtree: Subtree) -> bytes:
    """Return the hash of the leaves [start, end); a subtree of that width begins at `start`."""
    width = end - start
    if width & (width - 1) == 0:
        height = width.bit_length() - 1
        return subtree(height, start >> height)
    middle = start + _split(width)
    return node_hash(_range(start, middle, subtree), _range(middle, end, subtree))
