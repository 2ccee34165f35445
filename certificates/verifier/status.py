"""Read status lists (W3C Bitstring Status List)."""

import re
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from certificates.verifier.archive import LARGEST_LIST, Archive
from certificates.verifier.jwt import claims_of, in_force, listed
from certificates.verifier.reading import Wrong, read_base64url
from certificates.verifier.report import Report


def status_in(archive: Archive, entry: Mapping[str, Any], moment: datetime, report: Report) -> str:
    """Return what one status list says (Bitstring Status List section 3.2)."""
    url, purpose = str(entry.get("statusListCredential")), entry.get("statusPurpose")
    claims = claims_of(archive, listed(archive, "status-lists.jsonl", "url", url), f"the {purpose} list")
    subject = claims["credentialSubject"]
    if claims.get("id") != url or subject.get("statusPurpose") != purpose:
        raise Wrong(f"the {purpose} list is another list")
    if not in_force(claims, moment):
        report.not_valid(f"the {purpose} list counts until {claims.get('validUntil')}: fetch a newer archive")
    if _bit(str(subject.get("encodedList")), str(entry.get("statusListIndex"))):
        report.not_valid(f"it is on the {purpose} list")
        return f"on the {purpose} list"
    return f"not on the {purpose} list"


def _bit(encoded: str, place: str) -> bool:
    if not encoded.startswith("u") or not re.fullmatch("[0-9]{1,9}", place, re.ASCII):
        raise Wrong("a status list is damaged")
    bits = zlib.decompressobj(wbits=31).decompress(read_base64url(encoded[1:]), LARGEST_LIST)
    index = int(place)
    if index >= 8 * len(bits):
        raise Wrong("a status list is too short")
    return bool(bits[index // 8] & 0x80 >> index % 8)
