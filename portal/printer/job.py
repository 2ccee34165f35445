"""A document to print, as it is sent to the printing process."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from certificates.documents.stages import DocumentKind
from certificates.press import Attached
from certificates.seal.sealing.placeholder import Placeholder


@dataclass(frozen=True, slots=True)
class Job:
    """What `certificates.press.prepare` takes."""

    kind: DocumentKind
    snapshot: Mapping[str, Any]
    placeholder: Placeholder
    language: str
    fonts: Path
    compiled: bool
    attachments: Sequence[Attached] = ()

    def plain(self) -> dict[str, Any]:
        """Return the same as JSON values."""
        room = self.placeholder
        return {
            "kind": self.kind,
            "snapshot": self.snapshot,
            "placeholder": {
                "at": room.at.isoformat(),
                "name": room.name,
                "hex_digits": room.hex_digits,
                "certificates": _texts(room.certificates),
                "ocsps": _texts(room.ocsps),
                "crls": _texts(room.crls),
            },
            "language": self.language,
            "fonts": str(self.fonts),
            "compiled": self.compiled,
            "attachments": [
                {**_fields(file), "data": base64.b64encode(file.data).decode()} for file in self.attachments
            ],
        }

    @classmethod
    def read(cls, plain: dict[str, Any]) -> "Job":
        """Return the job from its JSON values."""
        room = plain["placeholder"]
        placeholder = Placeholder(
            datetime.fromisoformat(room["at"]),
            room["name"],
            room["hex_digits"],
            _bytes(room["certificates"]),
            _bytes(room["ocsps"]),
            _bytes(room["crls"]),
        )
        files = [Attached(**{**file, "data": base64.b64decode(file["data"])}) for file in plain["attachments"]]
        return cls(
            DocumentKind(plain["kind"]),
            plain["snapshot"],
            placeholder,
            plain["language"],
            Path(plain["fonts"]),
            plain["compiled"],
            files,
        )


def _fields(file: Attached) -> dict[str, str]:
    return {"name": file.name, "media_type": file.media_type, "description": file.description}


def _texts(values: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(each).decode() for each in values]


def _bytes(texts: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(base64.b64decode(each) for each in texts)
