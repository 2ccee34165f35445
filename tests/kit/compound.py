"""Write a compound file (MS-CFB) in its simplest form, as Outlook's mails are."""

import struct
from collections.abc import Mapping
from typing import Any

SECTOR = 512
LEAST = 4096  # bytes of a stream that lies in sectors of its own
_END, _FREE, _FAT, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5


def text(words: str) -> bytes:
    """Return words as a property holds them, long enough for a stream."""
    return words.ljust(LEAST).encode("utf-16-le")


def compound(content: Mapping[str, Any]) -> bytes:
    """Return a file with these streams (bytes, of `LEAST` bytes or more) and storages (mappings of the same)."""
    entries: list[list[Any]] = [["Root Entry", _ROOT, _NONE, _NONE, _END, 0]]
    sectors: list[bytes] = []
    fat: list[int] = []

    def add(inside: Mapping[str, Any]) -> int:
        """Add what is inside a storage as a chain of siblings; return the first of them."""
        first = _NONE
        for name, value in inside.items():
            if isinstance(value, bytes):
                count = -(-len(value) // SECTOR)
                begin = len(fat)
                sectors.extend(value[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(value), SECTOR))
                fat.extend([*range(begin + 1, begin + count), _END])
                entry = [name, _STREAM, first, _NONE, begin, len(value)]
            else:
                entry = [name, _STORAGE, first, add(value), 0, 0]
            entries.append(entry)
            first = len(entries) - 1
        return first

    entries[0][3] = add(content)
    table = b"".join(_entry(*each) for each in entries).ljust(-(-len(entries) // 4) * SECTOR, b"\0")
    begin, count = len(fat), len(table) // SECTOR
    sectors += [table[at : at + SECTOR] for at in range(0, len(table), SECTOR)]
    fat += [*range(begin + 1, begin + count), _END]
    own = -(-(len(fat) + 1) // (SECTOR // 4 - 1))
    places = list(range(len(fat), len(fat) + own))
    fat += [_FAT] * own
    fat += [_FREE] * (own * SECTOR // 4 - len(fat))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, own, begin, 0, LEAST, _END, 0, _END, 0)
    head += struct.pack("<109I", *places, *[_FREE] * (109 - own))
    return head + b"".join(sectors) + struct.pack(f"<{len(fat)}I", *fat)


def _entry(name: str, *numbers: int) -> bytes:
    """Return the entry of a stream or storage: its kind, sibling, child, first sector and length."""
    kind, left, child, begin, size = numbers
    words = (name + "\0").encode("utf-16-le")
    return words.ljust(64, b"\0") + struct.pack("<HBBIII36xIQ", len(words), kind, 1, left, _NONE, child, begin, size)
