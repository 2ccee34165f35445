"""The reference to a stored file that services pass on."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from audits.core import clock


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Address and properties of a stored file; `filename` is the name it was uploaded under.

    `overruled` says why what looks like personal numbers in it is none.
    """

    sha256: str
    size: int
    media_type: str
    filename: str
    overruled: str | None = None

    def uploaded(self, by: UUID) -> dict[str, Any]:
        """Return the columns of a row that names this file, as somebody uploaded it now."""
        return asdict(self) | {"uploaded_by": by, "uploaded_at": clock.now()}
