"""Content-addressed files (SHA-256), in a folder or an S3-compatible store, with the same addresses in both."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import Flask, current_app
from obstore.exceptions import BaseError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.settings import Settings
from portal.stores.places import Place, place

PARTS = tuple(f"{number:02x}" for number in range(256))  # of the store, by the first byte of an address

_ADDRESS = re.compile("[0-9a-f]{64}")
_LONGEST_WORDS = 300


class StorageDownError(Exception):
    """The store cannot be reached, or does not take or give files now. It says so in its own words."""


class FileLostError(StorageDownError):
    """The store answers, and has no such file: waiting does not bring it back."""


class FileChangedError(FileLostError):
    """The store answers with other bytes than were put in."""


class Store:
    """A content-addressed store. Storing the same bytes twice gives one file."""

    def __init__(self, where: Place) -> None:
        self._place = where

    def check(self) -> None:
        """StorageDownError unless the store answers and takes files."""
        with _told():
            self._place.check()

    def put(self, data: bytes) -> str:
        """Keep these bytes, for good once this returns; their address is the SHA-256 in hex."""
        sha256 = address_of(data)
        with _told():
            self._place.write(_name(sha256), data)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes of an address, checked against it. FileLostError where the store answers and has no such bytes."""
        data = self._read(sha256)
        if data is None:
            self.check()  # a bucket or folder that has gone has lost nothing
            raise FileLostError(f"{sha256} is not in the store")
        if address_of(data) != sha256:
            raise FileChangedError(f"the bytes of {sha256} have changed")
        return data

    def exists(self, sha256: str) -> bool:
        """Whether an address is known."""
        with _told():
            return self._place.has(_name(sha256))

    def written_before(self, part: str, moment: datetime) -> list[str]:
        """The addresses in one of `PARTS` that were put last before a moment."""
        with _told():
            found = [(name.rpartition("/")[2], at) for name, at in self._place.names(part)]
        return sorted(address for address, at in found if at < moment and _ADDRESS.fullmatch(address))

    def remove(self, sha256: str) -> None:
        """Forget the bytes of an address."""
        with _told():
            self._place.remove(_name(sha256))

    def tidy(self, before: datetime) -> None:
        """Remove what was left by writers that were killed before a moment."""
        with _told():
            self._place.tidy(before)

    def _read(self, sha256: str) -> bytes | None:
        with _told():
            try:
                return self._place.read(_name(sha256))
            except FileNotFoundError:
                return None


def open_store(url: str, endpoint: str = "") -> Store:
    """The store of an address; see `place`."""
    return Store(place(url, endpoint))


def init_app(app: Flask, settings: Settings) -> None:
    """Open the store that the settings name."""
    app.extensions["store"] = open_store(settings.storage_url, settings.storage_endpoint)


def store() -> Store:
    """Return the store of the running application."""
    found: Store = current_app.extensions["store"]
    return found


def keep(session: Session, data: bytes) -> str:
    """Put bytes for a row of this transaction; nobody collects them before it has ended (`try_claim`)."""
    session.execute(select(func.pg_advisory_xact_lock_shared(_lock(address_of(data)))))
    return store().put(data)


def try_claim(session: Session, sha256: str) -> bool:
    """Whether no transaction that runs has put these bytes; who puts them from now on waits for the end of this one."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(_lock(sha256)))))


def address_of(data: bytes) -> str:
    """The address of these bytes."""
    return hashlib.sha256(data).hexdigest()


def _lock(sha256: str) -> int:
    return int.from_bytes(bytes.fromhex(sha256[:16]), "big", signed=True)


@contextmanager
def _told() -> Iterator[None]:
    """Say what went wrong as StorageDownError, in the words of the store."""
    try:
        yield
    except (BaseError, OSError) as error:
        first = str(error).partition("\n\nDebug source")[0]
        raise StorageDownError(" ".join(first.split())[:_LONGEST_WORDS]) from error


def _name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
