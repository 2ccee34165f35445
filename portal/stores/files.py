"""Files by the SHA-256 of their bytes, in a folder or an S3-compatible store; the same addresses in both."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from portal.settings import Settings

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

# A person waits at the other end.
PATIENCE: "ClientConfig" = {"connect_timeout": timedelta(seconds=3), "timeout": timedelta(seconds=20)}
RETRIES: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=15)}


class StorageDownError(Exception):
    """The store cannot be reached, lost a file, or gave back other bytes than were put in."""


class Store:
    """A content-addressed store. Putting the same bytes twice is one file."""

    def __init__(self, objects: ObjectStore, folder: Path | None = None) -> None:
        self._objects = objects
        self._folder = folder

    def check(self) -> None:
        """StorageDownError unless the store answers; a folder must still be there and take files."""
        if self._folder and not os.access(self._folder, os.W_OK | os.X_OK):
            raise StorageDownError("the folder is gone or takes no files")
        try:
            self._objects.list_with_delimiter()
        except (BaseError, OSError) as error:
            raise StorageDownError from error

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
        return Store(LocalStore(folder, mkdir=True), folder)
    return Store(from_url(url, client_options=PATIENCE, retry_config=RETRIES))


def init_app(app: Flask, settings: Settings) -> None:
    """Open the store that the settings name."""
    app.extensions["store"] = open_store(settings.storage_url)


def store() -> Store:
    """The store of the running application."""
    found: Store = current_app.extensions["store"]
    return found


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
