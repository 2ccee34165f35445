"""Content-addressed files (SHA-256), in a folder or an S3-compatible store, with the same addresses in both."""

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

# Short timeouts, because a person waits.
PATIENCE: "ClientConfig" = {"connect_timeout": timedelta(seconds=3), "timeout": timedelta(seconds=20)}
RETRIES: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=15)}


class StorageDownError(Exception):
    """The store is unreachable, lost a file, or returned other bytes than were stored."""


class Store:
    """A content-addressed store. Storing the same bytes twice gives one file."""

    def __init__(self, objects: ObjectStore, folder: Path | None = None) -> None:
        self._objects = objects
        self._folder = folder

    def check(self) -> None:
        """Raise StorageDownError unless the store answers and accepts files."""
        if self._folder and not os.access(self._folder, os.W_OK | os.X_OK):
            raise StorageDownError("the folder is gone or takes no files")
        try:
            self._objects.list_with_delimiter()
        except (BaseError, OSError) as error:
            raise StorageDownError from error

    def put(self, data: bytes) -> str:
        """Store bytes; return their address, the SHA-256 in hex."""
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            self._objects.put(_path(sha256), data)
        except (BaseError, OSError) as error:
            raise StorageDownError from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes of an address, after verifying their hash."""
        try:
            data = bytes(self._objects.get(_path(sha256)).bytes())
        except (BaseError, OSError) as error:
            raise StorageDownError from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StorageDownError("the stored bytes have changed")
        return data

    def exists(self, sha256: str) -> bool:
        """Return whether an address exists."""
        try:
            self._objects.head(_path(sha256))
        except (NotFoundError, FileNotFoundError):
            return False
        except (BaseError, OSError) as error:
            raise StorageDownError from error
        return True


def open_store(url: str) -> Store:
    """Open a store: `file:///folder` (created if missing) or `s3://bucket/prefix` (credentials from AWS_*)."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        folder.mkdir(parents=True, exist_ok=True)
        return Store(LocalStore(folder, mkdir=True), folder)
    return Store(from_url(url, client_options=PATIENCE, retry_config=RETRIES))


def init_app(app: Flask, settings: Settings) -> None:
    """Open the configured store."""
    app.extensions["store"] = open_store(settings.storage_url)


def store() -> Store:
    """Return the store of the running application."""
    found: Store = current_app.extensions["store"]
    return found


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
