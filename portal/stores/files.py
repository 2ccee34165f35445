"""Content-addressed files (SHA-256), in a folder or an S3-compatible store, with the same addresses in both."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO

from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.settings import Settings
from portal.stores.places import Place, place

PARTS = tuple(f"{number:02x}" for number in range(256))  # first byte of an address: the store is listed in these parts

_ADDRESS = re.compile("[0-9a-f]{64}")
_LONGEST_WORDS = 300


class StorageDownError(Exception):
    """The store cannot be reached, or does not accept or return files now; the message is the store's own."""


class FileLostError(StorageDownError):
    """The store answers and does not have the file; trying again does not help."""


class FileChangedError(FileLostError):
    """The store returned other bytes than were stored."""


class Store:
    """A content-addressed store. Storing the same bytes twice gives one file."""

    def __init__(self, where: Place) -> None:
        self._place = where

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn the errors of the place into StorageDownError, with the first line of their message."""
        down: tuple[type[Exception], ...] = (OSError, *self._place.errors)
        try:
            yield
        except down as error:
            first = str(error).partition("\n\nDebug source")[0]
            raise StorageDownError(" ".join(first.split())[:_LONGEST_WORDS]) from error

    def check(self) -> None:
        """Raise StorageDownError unless the store answers and accepts files."""
        with self._told():
            self._place.check()

    def put(self, data: bytes | BinaryIO) -> str:
        """Store bytes durably; return their address, the SHA-256 in hex."""
        sha256 = address_of(data)
        with self._told():
            self._place.write(_name(sha256), data)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes of an address, after verifying their hash; FileLostError if the store does not have them."""
        data = self._read(sha256)
        if data is None:
            self.check()  # a missing bucket or folder is down; its files are not lost
            raise FileLostError(f"{sha256} is not in the store")
        if address_of(data) != sha256:
            raise FileChangedError(f"the bytes of {sha256} have changed")
        return data

    def exists(self, sha256: str) -> bool:
        """Return whether an address exists."""
        with self._told():
            return self._place.has(_name(sha256))

    def written_before(self, part: str, moment: datetime) -> list[str]:
        """Return the addresses in one of `PARTS` that were last stored before a moment."""
        return sorted(address for address, at in self._listed(part) if at < moment)

    def addresses(self) -> set[str]:
        """Return the addresses of all files."""
        return {address for part in PARTS for address, _ in self._listed(part)}

    def remove(self, sha256: str) -> None:
        """Delete the bytes of an address."""
        with self._told():
            self._place.remove(_name(sha256))

    def tidy(self, before: datetime) -> None:
        """Delete unfinished files of writers that were killed before a moment."""
        with self._told():
            self._place.tidy(before)

    def _listed(self, part: str) -> list[tuple[str, datetime]]:
        with self._told():
            found = [(name.rpartition("/")[2], at) for name, at in self._place.names(part)]
        return [(address, at) for address, at in found if _ADDRESS.fullmatch(address)]

    def _read(self, sha256: str) -> bytes | None:
        with self._told():
            try:
                return self._place.read(_name(sha256))
            except FileNotFoundError:
                return None


def open_store(url: str, endpoint: str = "") -> Store:
    """Open a store; see `places.place` for the addresses."""
    return Store(place(url, endpoint))


def init_app(app: Flask, settings: Settings) -> None:
    """Open the store that the settings name."""
    app.extensions["store"] = open_store(settings.storage_url, settings.storage_endpoint)


def store() -> Store:
    """Return the store of the running application."""
    found: Store = current_app.extensions["store"]
    return found


def keep(session: Session, data: bytes | BinaryIO) -> str:
    """Store bytes for a row of this transaction; they are not collected before it ends (see `try_claim`)."""
    session.execute(select(func.pg_advisory_xact_lock_shared(_lock(address_of(data)))))
    return store().put(data)


def try_claim(session: Session, sha256: str) -> bool:
    """Return whether no running transaction has stored these bytes; if so, storing them waits for this transaction."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(_lock(sha256)))))


def address_of(data: bytes | BinaryIO) -> str:
    """Return the address of bytes, or of the content of an open file."""
    if isinstance(data, bytes):
        return hashlib.sha256(data).hexdigest()
    data.seek(0)
    return hashlib.file_digest(data, "sha256").hexdigest()  # type: ignore[arg-type]  # a BinaryIO has what it needs


def _lock(sha256: str) -> int:
    return int.from_bytes(bytes.fromhex(sha256[:16]), "big", signed=True)


def _name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
