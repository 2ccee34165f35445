"""What goes along with a document inside its PDF file: the facts themselves, and what others add to them."""

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
        """The media type as a name in PDF."""
        return _name(self.media_type)


@lru_cache(maxsize=64)
def _name(text: str) -> bytes:
    """Letters and figures as they are, anything else by its code: PDF 32000-1 clause 7.3.5."""
    return "".join(["/", *(sign if sign.isalnum() else f"#{ord(sign):02x}" for sign in text)]).encode("ascii")


def snapshot_json(snapshot: Mapping[str, Any]) -> Attached:
    """The facts of a document as they were given, whatever letters the paper shows."""
    return Attached("printed.json", facts_json(snapshot), "application/json", "The facts of this document")
