"""Our own archival renewals: what may follow a seal without making the document another one.

Before the certificate of a time-stamp ends, validation data (DSS) and a document time-stamp are added (ETSI EN
319 142-1 clause 5.5). That is the only change that DocMDP level 1 lets pass, and only a time-stamp that the pinned
roots vouch for makes it ours.
"""

import asyncio
from collections.abc import Sequence

from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature, async_validate_pdf_timestamp

from certificates.seal.covering import end_of, misplaced
from certificates.seal.trust import Trust


def is_renewal(pdf: bytes, seal: EmbeddedPdfSignature, later: Sequence[EmbeddedPdfSignature], trust: Trust) -> bool:
    """Whether all that follows the seal is ours: time-stamps in a row, the last over the whole file, and their data."""
    if not later or any(each.sig_object_type != "/DocTimeStamp" for each in later):
        return False
    if not all(_is_our_stamp(pdf, each, trust) for each in later) or end_of(later[-1]) != len(pdf):
        return False
    found = seal.evaluate_modifications(DEFAULT_DIFF_POLICY)
    return isinstance(found, DiffResult) and found.modification_level <= ModificationLevel.LTA_UPDATES


def _is_our_stamp(pdf: bytes, stamp: EmbeddedPdfSignature, trust: Trust) -> bool:
    if misplaced(pdf, stamp) is not None:
        return False
    moment = stamp.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
    status = asyncio.run(async_validate_pdf_timestamp(stamp, validation_context=trust.at(moment), skip_diff=True))
    return bool(status.valid and status.intact and status.trusted and trust.keeps(status.signing_cert))
