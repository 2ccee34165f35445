"""Join pieces into one zlib stream, of which the constant ones were compressed before (RFC 1950, RFC 1951)."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

_HEAD = b"\x78\xda"
_LAST = b"\x01\x00\x00\xff\xff"  # an empty final block
_LONGEST = 0xFFFF  # bytes in a stored (uncompressed) block


@dataclass(frozen=True, slots=True)
class Packed:
    """A constant piece: plain, and as deflate blocks that refer to nothing before them."""

    plain: bytes
    blocks: bytes


def packed(plain: bytes) -> Packed:
    """Compress a constant piece at the highest level."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Packed(plain, compressor.compress(plain) + compressor.flush(zlib.Z_FULL_FLUSH))


def joined(pieces: Iterable[bytes | Packed]) -> bytes:
    """Join all pieces as one zlib stream; those that are not packed are stored uncompressed."""
    out, check = [_HEAD], 1
    for piece in pieces:
        if isinstance(piece, Packed):
            out.append(piece.blocks)
            check = zlib.adler32(piece.plain, check)
        else:
            for start in range(0, len(piece), _LONGEST):
                block = piece[start : start + _LONGEST]
                out += (b"\0", len(block).to_bytes(2, "little"), (len(block) ^ _LONGEST).to_bytes(2, "little"), block)
            check = zlib.adler32(piece, check)
    return b"".join([*out, _LAST, check.to_bytes(4, "big")])
