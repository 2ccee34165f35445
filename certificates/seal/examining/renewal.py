"""Recognise archival renewals, the only additions after a seal that keep a document genuine.

Before the certificate of a time-stamp ends, validation data (DSS) and a document time-stamp are added (ETSI EN 319
142-1 clause 5.5). That is the only change that DocMDP level 1 allows. Anybody can request time-stamps from our
authority, so a time-stamp alone proves nothing: the additions must be exactly these objects.
"""

import asyncio
import re
from collections.abc import Sequence
from io import BytesIO

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DSSCompareRule,
    FormUpdatingRule,
    ModificationLevel,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.validation import EmbeddedPdfSignature, async_validate_pdf_timestamp

from certificates.seal.examining.covering import end_of, misplaced
from certificates.seal.examining.trust import Trust

# Stricter than pyHanko's policy: no other title, metadata, version, marks or default appearance of the form.
_POLICY = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(ignored_keys={"/AcroForm", "/DSS", "/Extensions"}),  # type: ignore[no-untyped-call]
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=FormUpdatingRule(
        field_rules=[SigFieldCreationRule(), SigFieldModificationRule()],  # type: ignore[no-untyped-call]
        ignored_acroform_keys={"/Fields"},
    ),
)
_FIELD = {"/Type", "/Subtype", "/FT", "/T", "/TU", "/F", "/Rect", "/P", "/V"}
_STAMP = {"/Type", "/Filter", "/SubFilter", "/Contents", "/ByteRange"}
# From the first digit of a number alone: the seals are tens of thousands of digits in a row.
_OBJECT = re.compile(rb"(?<!\d)(\d++)[\0\t\n\f\r ]+(\d++)[\0\t\n\f\r ]+obj")


def is_renewal(pdf: bytes, seal: EmbeddedPdfSignature, later: Sequence[EmbeddedPdfSignature], trust: Trust) -> bool:
    """Return whether all that follows the seal is a renewal: time-stamps in a row, the last over the whole file."""
    if not later or any(each.sig_object_type != "/DocTimeStamp" for each in later):
        return False
    if not all(_is_our_stamp(pdf, each, trust) for each in later) or end_of(later[-1]) != len(pdf):
        return False
    if not all(_is_bare(each) for each in later) or not _holds_nothing_else(pdf, seal, len(later)):
        return False
    found = seal.evaluate_modifications(_POLICY)
    return isinstance(found, DiffResult) and found.modification_level <= ModificationLevel.LTA_UPDATES


def _is_our_stamp(pdf: bytes, stamp: EmbeddedPdfSignature, trust: Trust) -> bool:
    if misplaced(pdf, stamp) is not None:
        return False
    moment = stamp.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
    status = asyncio.run(async_validate_pdf_timestamp(stamp, validation_context=trust.at(moment), skip_diff=True))
    return bool(status.valid and status.intact and status.trusted and trust.keeps(status.signing_cert))


def _is_bare(stamp: EmbeddedPdfSignature) -> bool:
    """Return whether its field is invisible and has no action."""
    field: DictionaryObject = stamp.sig_field
    box = [float(side) for side in field.get("/Rect", ())]
    return set(field) <= _FIELD and set(stamp.sig_object) <= _STAMP and box == [0, 0, 0, 0]


def _holds_nothing_else(pdf: bytes, seal: EmbeddedPdfSignature, stamps: int) -> bool:
    """Return whether the added bytes hold exactly the objects that their tables name, and one field per stamp.

    An object that no table names, or a table of the other kind, might be shown by some reader.
    """
    reader = PdfFileReader(BytesIO(pdf), strict=True)
    added = pdf[end_of(seal) :]
    named = [
        (ref.idnum, ref.generation)
        for revision in range(seal.signed_revision + 1, reader.total_revisions)
        for ref in reader.xrefs.explicit_refs_in_revision(revision)
    ]
    written = [(int(number), int(generation)) for number, generation in _OBJECT.findall(added)]
    fields = len(seal.reader.get_historical_root(seal.signed_revision)["/AcroForm"]["/Fields"])
    return sorted(named) == sorted(written) and len(reader.root["/AcroForm"]["/Fields"]) == fields + stamps
