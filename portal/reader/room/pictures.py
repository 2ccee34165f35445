"""Validate PNG and JPEG. Pixels, frames and scans are counted from the headers before anything is decoded."""

import re
import struct
import zipfile
from io import BytesIO

from PIL import Image, MpoImagePlugin  # noqa: F401  # MPO: telephones call it JPEG

from portal.reader.room.refusal import RefusedError

MOST_PIXELS = 50_000_000  # pixels; the largest photos of present telephones
MOST_SCANS = 50  # of a progressive JPEG; encoders use up to 12
_UNPACKED_SIDE = 1024
_SEGMENT = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # the next marker after the data of a scan
_PNG_HEAD = 8
_ALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a length field
_SCAN, _END = 0xDA, 0xD9

Image.MAX_IMAGE_PIXELS = None  # `check` has its own limit
Image.preinit()  # import plug-ins now; a confined process cannot


def check(data: bytes, *, kind: str) -> None:
    """Refuse a file that is not a complete picture of this kind (PNG or JPEG), or too costly to display."""
    if zipfile.is_zipfile(BytesIO(data)):
        raise RefusedError("mismatch")
    with Image.open(BytesIO(data), formats=(kind,)) as picture:  # reads headers only
        if picture.width * picture.height > MOST_PIXELS:
            raise RefusedError("pixels")
    if kind == "PNG":
        _count_frames(data)
        with Image.open(BytesIO(data), formats=(kind,)) as picture:
            picture.verify()  # verifies checksums; the image object is unusable afterwards
    else:
        _count_scans(data)
    with Image.open(BytesIO(data), formats=(kind,)) as picture:
        picture.draft("RGB", (_UNPACKED_SIDE, _UNPACKED_SIDE))  # decode a JPEG at a fraction of its size
        picture.load()


def _count_frames(data: bytes) -> None:
    """Refuse an animated PNG: each frame is decoded like a picture."""
    place = _PNG_HEAD
    while place + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, place)
        if name in {b"acTL", b"fcTL"}:
            raise RefusedError("frames")
        place += length + 12


def _count_scans(data: bytes) -> None:
    """Refuse a JPEG with too many scans in its first picture, the only one that is decoded."""
    place, scans = 2, 0
    while found := _SEGMENT.search(data, place):
        marker, place = data[found.end() - 1], found.end()
        if marker == _END:
            return
        if marker in _ALONE or place + 2 > len(data):
            continue
        scans += marker == _SCAN
        if scans > MOST_SCANS:
            raise RefusedError("scans")
        place += struct.unpack_from(">H", data, place)[0]
