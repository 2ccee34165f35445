"""The layout of C2SP tlog-tiles: hashes and entries in immutable files that web caches can hold.

Paths are relative to the prefix of the log: `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from certificates.ledger.tree import Subtree, root_of

WIDTH = 256  # hashes in a full tile: eight levels of the tree
HEIGHT = 8
ENTRIES = "entries"
LONGEST_ENTRY = 0xFFFF
_TOP_LEVEL = 63
_PATH = re.compile(r"(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile. `level` is None for a bundle of entries; with `width` below 256 it is partial."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Return its path below the prefix."""
        level = ENTRIES if self.level is None else self.level
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_index_path(self.index)}{partial}"

    @property
    def start(self) -> int:
        """Return the index of its first hash among those of its level."""
        return self.index * WIDTH

    def lies_in(self, size: int) -> bool:
        """Return whether a tree of `size` leaves contains all of it."""
        return self.start + self.width <= size >> HEIGHT * (self.level or 0)


def parse(path: str) -> Tile | None:
    """Parse a path below `tile/`; None if it is not valid."""
    found = _PATH.fullmatch(path) if len(path) < 64 else None  # noqa: PLR2004  # no log of ours is that large
    if found is None:
        return None
    level = None if found[1] == ENTRIES else int(found[1])
    index = int(found[2].replace("x", "").replace("/", ""))
    tile = Tile(level, index, int(found[3] or WIDTH))
    canonical = tile.path == f"tile/{path}" and tile.width <= WIDTH and (level or 0) <= _TOP_LEVEL
    return tile if canonical else None


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every tile and bundle of a tree of `size` leaves, including the partial ones at its right edge."""
    for level in (None, *range(_TOP_LEVEL + 1)):
        hashes = size >> HEIGHT * (level or 0)
        if not hashes:
            return
        full, rest = divmod(hashes, WIDTH)
        yield from (Tile(level, index) for index in range(full))
        if rest:
            yield Tile(level, full, rest)


def subtrees(size: int, fetch: Callable[[Tile], Sequence[bytes]]) -> Subtree:
    """Return a function that reads subtree hashes from tiles; each tile is fetched once."""
    known: dict[Tile, Sequence[bytes]] = {}

    def subtree(height: int, index: int) -> bytes:
        level, rest = divmod(height, HEIGHT)
        first = index << rest
        number, offset = divmod(first, WIDTH)
        tile = Tile(level, number, min(WIDTH, (size >> HEIGHT * level) - number * WIDTH))
        if tile not in known:
            known[tile] = fetch(tile)
        return root_of(known[tile][offset : offset + (1 << rest)])

    return subtree


def bundle(entries: Sequence[bytes]) -> bytes:
    """Build a bundle of entries, each prefixed by its length in two bytes."""
    if any(len(entry) > LONGEST_ENTRY for entry in entries):
        raise ValueError("an entry is too long for a bundle")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def _index_path(index: int) -> str:
    path = f"{index % 1000:03d}"
    while index := index // 1000:
        path = f"x{index % 1000:03d}/{path}"
    return path
