"""Check which bytes a signature covers, and that the gap between them holds the signature and nothing else."""

from collections.abc import Sequence

from asn1crypto import parser
from pyhanko.sign.validation import EmbeddedPdfSignature

from certificates.seal.examining.verdict import SealReason


def end_of(signature: EmbeddedPdfSignature) -> int:
    """Return the end of the covered part; only for a signature that passed `misplaced`."""
    _, _, after, rest = (int(number) for number in signature.byte_range)
    return after + rest


def well_formed(numbers: Sequence[object]) -> bool:
    """Return whether this can be a /ByteRange: two pairs of integers."""
    return len(numbers) == 4 and all(isinstance(number, int) for number in numbers)  # noqa: PLR2004


def misplaced(pdf: bytes, signature: EmbeddedPdfSignature) -> SealReason | None:
    """Return None if everything from the first byte is covered except one gap, which holds exactly the signature.

    The gap must be the signature in hex as it was written, then zeros, so that nothing can be hidden there, not even in
    the case of letters (PDF 32000-1 clause 12.8.1).
    """
    if not well_formed(signature.byte_range):
        return SealReason.BAD_RANGE
    start, before, after, rest = (int(number) for number in signature.byte_range)
    if start != 0 or not 0 < before < after or rest <= 0:
        return SealReason.BAD_RANGE
    if after + rest > len(pdf):
        return SealReason.REWRITTEN
    gap, contents = pdf[before:after], bytes(signature.pkcs7_content)
    written = b"<" + contents.hex().encode() + b">"
    if gap in {written, written.upper()}:
        padding = contents[parser.peek(contents) :]
        return SealReason.PADDING_USED if any(padding) else None
    return SealReason.PADDING_USED if gap[:1] + gap[-1:] == b"<>" else SealReason.REWRITTEN
