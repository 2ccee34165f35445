"""A file that lies in the store, as services pass it on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredFile:
    """The address of the bytes and what is known of them; `filename` is the name under which somebody gave it."""

    sha256: str
    size: int
    media_type: str
    filename: str
