"""The placeholder for a seal in a PDF: the objects to print for it, and how to fill it.

A sealed document has one revision. The printer inserts these objects, the signature dictionary with an empty
`/Contents`; `fill` then writes the covered ranges and the signature over them (PDF 32000-1 clause 12.8.1, ETSI EN 319
142-1 clause 5). Knows no keys.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

FIELD = "Seal"
READ_ALOUD = "Electronic seal"
_SMALLEST = 1024  # hex digits; no printed text can contain such a row of zeros
_EMPTY = re.compile(rb"/ByteRange \[0 @{10} @{10} @{10}\] /Contents <(0{%d,})>" % _SMALLEST)
_FILLED = re.compile(rb"/ByteRange \[0 +(\d+) +(\d+) +(\d+)\] /Contents (?=<)")
_RANGE = b"/ByteRange [0 %10d %10d %10d]"
_LARGEST = 10**10 - 1  # bytes; offsets have ten digits


class SealError(Exception):
    """The file has no empty placeholder for one seal, or the seal does not fit."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What a document must contain so that a seal fits; known before printing.

    `certificates`, `ocsps` and `crls` are DER, for the document security store (DSS); empty below level B-LT.
    """

    at: datetime
    name: str
    hex_digits: int
    certificates: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


def signature_dictionary(placeholder: Placeholder) -> bytes:
    """Return the value of the signature field: a certification that allows no change (DocMDP, P = 1), still empty."""
    moment = placeholder.at.astimezone(UTC).strftime("D:%Y%m%d%H%M%S+00'00'")
    return b"".join(
        (
            b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached",
            b" /M " + text_string(moment),
            b" /Name " + text_string(placeholder.name),
            b" /Reference [<< /Type /SigRef /TransformMethod /DocMDP",
            b" /TransformParams << /Type /TransformParams /P 1 /V /1.2 >> >>]",
            b" /ByteRange [0 @@@@@@@@@@ @@@@@@@@@@ @@@@@@@@@@]",
            b" /Contents <" + b"0" * max(placeholder.hex_digits, _SMALLEST) + b"> >>",
        )
    )


def widget(page: int, signature: int) -> bytes:
    """Return the signature field, which is its own annotation, invisible: the picture of a seal proves nothing.

    `page` and `signature` are object numbers. Printed and locked (F 132), with a name that is read aloud: PDF/A-3
    clause 6.3.2, PDF/UA-1 clause 7.18.
    """
    return b"<< /Type /Annot /Subtype /Widget /FT /Sig /T %s /TU %s /Rect [0 0 0 0] /F 132 /P %d 0 R /V %d 0 R >>" % (
        text_string(FIELD),
        text_string(READ_ALOUD),
        page,
        signature,
    )


def form(field: int) -> bytes:
    """Return the `/AcroForm` of the catalogue with this one field; it may only be appended to."""
    return b"<< /Fields [%d 0 R] /SigFlags 3 >>" % field


def permissions(signature: int) -> bytes:
    """Return the `/Perms` of the catalogue, by which readers find the certification."""
    return b"<< /DocMDP %d 0 R >>" % signature


def security_store(certificates: Sequence[int], ocsps: Sequence[int], crls: Sequence[int]) -> bytes:
    """Return the `/DSS` of the catalogue from object numbers of the streams (EN 319 142-1, 5.4.2)."""
    lists = {b"Certs": certificates, b"OCSPs": ocsps, b"CRLs": crls}
    entries = (
        b" /%s [%s]" % (name, b" ".join(b"%d 0 R" % each for each in numbers))
        for name, numbers in lists.items()
        if numbers
    )
    return b"<< /Type /DSS%s >>" % b"".join(entries)


def text_string(text: str) -> bytes:
    """Return a text string object: ASCII unchanged, else UTF-16 with byte order mark (clause 7.9.2.2)."""
    if text.isascii() and text.isprintable():
        return b"(" + re.sub(rb"([\\()])", rb"\\\1", text.encode()) + b")"
    return b"<feff" + text.encode("utf-16-be").hex().encode() + b">"


def fill(pdf: bytes | bytearray, cms: Callable[[bytes], bytes]) -> bytes:
    """Return the sealed file: `cms` gets the SHA-256 of all covered bytes and returns the signature in DER.

    Covered is everything but the value of `/Contents`. SealError when there is not exactly one empty placeholder, or
    when it is too small; `cms` may have been called in vain then.
    """
    start, end = _only_room(pdf)
    digits = end - start - 2
    if len(pdf) > _LARGEST:
        raise SealError("the file is too large for a seal")
    sealed = bytearray(pdf)
    head = sealed.rindex(b"/ByteRange", 0, start)
    numbers = _RANGE % (start, end, len(sealed) - end)
    sealed[head : head + len(numbers)] = numbers
    with memoryview(sealed) as view:
        covered = hashlib.sha256(view[:start])
        covered.update(view[end:])
    signature = cms(covered.digest()).hex().encode()
    if len(signature) > digits:
        raise SealError(f"the seal needs {len(signature)} hex digits of room, there are {digits}")
    sealed[start + 1 : start + 1 + len(signature)] = signature
    return bytes(sealed)


def same_but_for_seal(pdf: bytes, sealed: bytes) -> bool:
    """Return whether a file equals one that we sealed (`sealed`), ignoring the value of the signature."""
    for match in _FILLED.finditer(sealed):
        start, end, rest = map(int, match.groups())
        if start == match.end() and end + rest == len(sealed) == len(pdf):
            return pdf[:start] == sealed[:start] and pdf[end:] == sealed[end:]
    return False


def _only_room(pdf: bytes | bytearray) -> tuple[int, int]:
    """Return the start and end of the value of `/Contents`, brackets included."""
    found = [(match.start(1) - 1, match.end(1) + 1) for match in _EMPTY.finditer(pdf)]
    if len(found) != 1:
        raise SealError(f"the file has {len(found) or 'no'} empty rooms for a seal, not one")
    return found[0]
