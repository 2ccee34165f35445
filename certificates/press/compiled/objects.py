"""Serialise PDF objects, with slots for the text of a document."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pikepdf

from certificates.press.compiled.slots import MARKED_TEXT, composed
from certificates.seal.sealing.placeholder import text_string

Words = tuple[str, ...]
"""Text and slot names in turn, text first; see `slots.parts`."""
Piece = bytes | Words


def spelled(item: Any, numbers: Mapping[int, int], parts: Callable[[str], Words]) -> list[Piece]:
    """Serialise an object as pieces: constant bytes, and strings with slots.

    `numbers` gives each object of the master its number in the document.
    """
    return joined(list(_spelled(item, numbers, parts, top=True)))


def joined(pieces: list[Piece]) -> list[Piece]:
    """Join neighbouring bytes."""
    result: list[Piece] = []
    for piece in pieces:
        if result and isinstance(piece, bytes) and isinstance(result[-1], bytes):
            result[-1] += piece
        else:
            result.append(piece)
    return result


def filled(pieces: Iterable[Piece], texts: Mapping[str, Any]) -> bytes:
    """Fill the slots of an object."""
    return b"".join([piece if isinstance(piece, bytes) else text_string(composed(piece, texts)) for piece in pieces])


def stream(entries: bytes, data: bytes) -> bytes:
    """Serialise a stream object with these entries and its length."""
    return b"<<%b /Length %d>>\nstream\n%b\nendstream" % (entries, len(data), data)


def _spelled(item: Any, numbers: Mapping[int, int], parts: Callable[[str], Words], *, top: bool = False) -> Any:
    if not isinstance(item, pikepdf.Object):
        yield _scalar(item)
    elif item.is_indirect and not top:
        yield b"%d 0 R" % numbers[item.objgen[0]]
    elif isinstance(item, pikepdf.Stream):
        data = item.read_raw_bytes()
        kept = {key: value for key, value in item.items() if key != "/Length"}
        yield from _entries(kept, numbers, parts, b" /Length %d" % len(data))
        yield b"\nstream\n%b\nendstream" % data
    elif isinstance(item, pikepdf.Dictionary):
        yield from _entries(dict(item.items()), numbers, parts)
    elif isinstance(item, pikepdf.Array):
        yield b"["
        for place, each in enumerate(item):
            yield b" " if place else b""
            yield from _spelled(each, numbers, parts)
        yield b"]"
    elif isinstance(item, pikepdf.String) and MARKED_TEXT.search(str(item)):
        yield parts(str(item))
    else:
        yield item.unparse()


def _entries(
    entries: dict[str, Any], numbers: Mapping[int, int], parts: Callable[[str], Words], more: bytes = b""
) -> Any:
    yield b"<<"
    for key, value in entries.items():
        yield key.encode() + b" "
        yield from _spelled(value, numbers, parts)
        yield b"\n"
    yield more + b">>"


def _scalar(value: Any) -> bytes:
    match value:
        case bool():
            return b"true" if value else b"false"
        case None:
            return b"null"
        case _:
            return str(value).encode()
