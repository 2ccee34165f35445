"""Files attached to a document inside its PDF: its facts, and what callers add."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from certificates.press.documents import facts_json


@dataclass(frozen=True, slots=True)
class Attached:
    """One file inside the PDF, as data of the document (AFRelationship Data, PDF/A-3 clause 6.8).

    `name` is unique in the document, `media_type` plain ASCII like "application/json", `description` a line for people.
    """

    name: str
    data: bytes
    media_type: str
    description: str

    @property
    def subtype(self) -> bytes:
        """Return the media type as a PDF name."""
        return _name(self.media_type)


@lru_cache(maxsize=64)
def _name(text: str) -> bytes:
    """Escape a PDF name: letters and digits unchanged, other bytes as #xx (PDF 32000-1 clause 7.3.5)."""
    return "".join(["/", *(sign if sign.isalnum() else f"#{ord(sign):02x}" for sign in text)]).encode("ascii")


def snapshot_json(snapshot: Mapping[str, Any]) -> Attached:
    """Return the attachment with the facts as they were given, whatever spelling is printed."""
    return Attached("printed.json", facts_json(snapshot), "application/json", "The facts of this document")
