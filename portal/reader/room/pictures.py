"""Validate pictures. Pixels, frames and scans are counted from the headers before anything is decoded."""

import re
import struct
import zipfile
from io import BytesIO

import pi_heif
from PIL import (  # MPO: telephones call it JPEG
    Image,
    ImageSequence,
    MpoImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    WebPImagePlugin,  # noqa: F401
)

from portal.reader.room.refusal import RefusedError

KINDS = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "jfif": "JPEG", "tif": "TIFF", "tiff": "TIFF", "webp": "WEBP"}
KINDS |= {"heic": "HEIF", "heif": "HEIF"}  # by extension
MOST_PIXELS = 50_000_000  # pixels; the largest photos of present telephones
MOST_PIXELS_OF_JPEG = 210_000_000
MOST_PAGES = 100  # of a TIFF, as scanners make them
MOST_PIXELS_OF_ALL = 400_000_000  # of all pages together
MOST_SCANS = 50  # of a progressive JPEG; encoders use up to 12
_MAGIC = {
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "TIFF": re.compile(rb"II\*\0|MM\0\*"),
    "WEBP": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "HEIF": re.compile(rb"....ftyp(?:heic|heix|mif1|heim|heis)", re.DOTALL),
}
_UNPACKED_SIDE = 1024
_SEGMENT = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # the next marker after the data of a scan
_PNG_HEAD = 8
_ALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a length field
_SCAN, _END = 0xDA, 0xD9

Image.MAX_IMAGE_PIXELS = None  # `check` has its own limit
pi_heif.options.DECODE_THREADS = 1
pi_heif.register_heif_opener()
Image.preinit()  # import plug-ins now; a confined process cannot


def check(data: bytes, *, kind: str) -> None:
    """Refuse a file that is not a complete picture of this kind, or too costly to display."""
    if zipfile.is_zipfile(BytesIO(data)) or not _MAGIC[kind].match(data):
        raise RefusedError("mismatch")
    with Image.open(BytesIO(data), formats=(kind,)) as picture:  # headers only
        _check_size(picture, kind)
    if kind == "PNG":
        _count_frames(data)
        with Image.open(BytesIO(data), formats=(kind,)) as picture:
            picture.verify()  # verifies checksums; the image object is unusable afterwards
    elif kind == "JPEG":
        _count_scans(data)
    with Image.open(BytesIO(data), formats=(kind,)) as picture:
        picture.draft("RGB", (_UNPACKED_SIDE, _UNPACKED_SIDE))  # decode a JPEG at a fraction of its size
        for page in ImageSequence.Iterator(picture) if kind == "TIFF" else [picture]:
            page.load()


def _most_pixels(kind: str) -> int:
    """Return the limit of a picture: a JPEG is decoded at a fraction of its size, and telephones make large ones."""
    return MOST_PIXELS_OF_JPEG if kind == "JPEG" else MOST_PIXELS


def _check_size(picture: Image.Image, kind: str) -> None:
    if picture.width * picture.height > _most_pixels(kind):
        raise RefusedError("pixels")
    if kind == "WEBP" and getattr(picture, "is_animated", False):
        raise RefusedError("frames")
    if kind != "TIFF":
        return
    pixels = 0
    for place, page in enumerate(ImageSequence.Iterator(picture)):
        pixels += page.width * page.height
        if page.width * page.height > MOST_PIXELS or pixels > MOST_PIXELS_OF_ALL:
            raise RefusedError("pixels")
        if place >= MOST_PAGES:
            raise RefusedError("frames")


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
