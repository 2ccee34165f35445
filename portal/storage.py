"""Files by the SHA-256 of their bytes, in a folder or an S3-compatible store; the same addresses in both."""

import hashlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from portal.settings import Settings


class StorageDownError(Exception):
    """The store cannot be reached, lost a file, or gave back other bytes than were put in."""


class Store:
    """A content-addressed store. Putting the same bytes twice is one file."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def put(self, data: bytes) -> str:
        """Keep these bytes; their address is the SHA-256 in hex."""
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            self._objects.put(_path(sha256), data)
        except (BaseError, OSError) as error:
            raise StorageDownError from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes of an address, checked against it."""
        try:
            data = bytes(self._objects.get(_path(sha256)).bytes())
        except (BaseError, OSError) as error:
            raise StorageDownError from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StorageDownError("the stored bytes have changed")
        return data

    def exists(self, sha256: str) -> bool:
        """Whether an address is known."""
        try:
            self._objects.head(_path(sha256))
        except (NotFoundError, FileNotFoundError):
            return False
        except (BaseError, OSError) as error:
            raise StorageDownError from error
        return True


def open_store(url: str) -> Store:
    """A store from `file:///folder` (made if missing) or `s3://bucket/prefix` (credentials from AWS_* variables)."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        folder.mkdir(parents=True, exist_ok=True)
        return Store(LocalStore(folder, mkdir=True))
    return Store(from_url(url))


def init_app(app: Flask, settings: Settings) -> None:
    """Open the store that the settings name."""
    app.extensions["store"] = open_store(settings.storage_url)


def store() -> Store:
    """The store of the running application."""
    found: Store = current_app.extensions["store"]
    return found


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
