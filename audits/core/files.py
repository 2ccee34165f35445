"""The reference to a stored file that services pass on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Address and properties of a stored file; `filename` is the name it was uploaded under."""

    sha256: str
    size: int
    media_type: str
    filename: str
