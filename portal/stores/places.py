"""Where bytes can lie: a folder, or a bucket of an S3-compatible server. What was written outlives a power cut."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from obstore.exceptions import NotFoundError
from obstore.store import ObjectStore, from_url

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

# A person waits at the other end.
CONNECT, ANSWER = timedelta(seconds=3), timedelta(seconds=20)
RETRIES: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=15)}
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


class Place(Protocol):
    """Keeps bytes under names such as `ab/cd/abcd…`. Everything may raise OSError or obstore's errors.

    FileNotFoundError says only that a name is not there, whatever the reason.
    """

    def check(self) -> None:
        """Raise unless it can be listed and takes files."""

    def write(self, name: str, data: bytes) -> None:
        """Keep these bytes, also where the name is known: its time is then new."""

    def read(self, name: str) -> bytes:
        """The bytes under a name."""

    def has(self, name: str) -> bool:
        """Whether a name is known."""

    def names(self, below: str) -> Iterator[tuple[str, datetime]]:
        """Every name below a folder, with the time at which it was written last."""

    def remove(self, name: str) -> None:
        """Forget a name."""

    def tidy(self, before: datetime) -> None:
        """Remove what writers left that were killed before a moment."""


class Folder:
    """A folder of ours alone. Each file is on disk, and so is its name, before `write` returns."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._unfinished = root / ".new"
        self._known: set[Path] = set()  # folders whose own name is on disk
        if not root.is_dir():
            root.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            sync_folder(root.parent)
        root.chmod(PRIVATE_FOLDER)  # an older release left that to the umask

    def check(self) -> None:
        """See `Place`."""
        if not os.access(self._root, os.W_OK | os.X_OK):
            raise OSError(f"{self._root} is gone or takes no files")
        with os.scandir(self._root) as entries:
            next(entries, None)

    def write(self, name: str, data: bytes) -> None:
        """See `Place`. A reader sees the old file or the new one, never a part."""
        path = self._root / name
        self._unfinished.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)  # and not the root: one that has gone is down
        fresh = self._unfinished / uuid4().hex
        try:
            write_through(fresh, data)
            for folder in reversed(Path(name).parents):
                (self._root / folder).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        self._sync(path.parent)

    def read(self, name: str) -> bytes:
        """See `Place`."""
        return (self._root / name).read_bytes()

    def has(self, name: str) -> bool:
        """See `Place`."""
        return (self._root / name).is_file()

    def names(self, below: str) -> Iterator[tuple[str, datetime]]:
        """See `Place`."""
        for path in (self._root / below).rglob("*"):
            try:
                written = _written(path)
            except FileNotFoundError:  # somebody else removed it
                continue
            if path.is_file():
                yield str(path.relative_to(self._root)), written

    def remove(self, name: str) -> None:
        """See `Place`."""
        (self._root / name).unlink(missing_ok=True)

    def tidy(self, before: datetime) -> None:
        """See `Place`."""
        for path in self._unfinished.glob("*"):
            try:
                if _written(path) < before:
                    path.unlink()
            except FileNotFoundError:  # its writer has just finished
                continue

    def _sync(self, folder: Path) -> None:
        """Put the new name in a folder on disk, and that of the folder itself where it may be new.

        Somebody else may have made the folder and not come to this yet: so we ask only ourselves what is on disk.
        """
        sync_folder(folder)
        if folder != self._root and folder not in self._known:
            self._sync(folder.parent)
            self._known.add(folder)


class Bucket:
    """A bucket of an S3-compatible server, which answers when it has kept the bytes; below a prefix of it, if named."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    @classmethod
    def at(cls, url: str, endpoint: str) -> "Bucket":
        """From `s3://bucket/prefix`; without an endpoint it is Amazon's, or that of AWS_* variables.

        Who names an endpoint with http:// allows plain http by that.
        """
        options: ClientConfig = {
            "connect_timeout": CONNECT,
            "timeout": ANSWER,
            "allow_http": endpoint.startswith("http://"),
        }
        named = {"endpoint": endpoint} if endpoint else {}
        return cls(from_url(url, client_options=options, retry_config=RETRIES, **named))  # type: ignore[call-overload]

    def check(self) -> None:
        """See `Place`."""
        self._objects.list_with_delimiter()

    def write(self, name: str, data: bytes) -> None:
        """See `Place`."""
        self._objects.put(name, data)

    def read(self, name: str) -> bytes:
        """See `Place`."""
        try:
            return bytes(self._objects.get(name).bytes())
        except NotFoundError as error:
            raise FileNotFoundError(name) from error

    def has(self, name: str) -> bool:
        """See `Place`."""
        try:
            self._objects.head(name)
        except (NotFoundError, FileNotFoundError):
            return False
        return True

    def names(self, below: str) -> Iterator[tuple[str, datetime]]:
        """See `Place`."""
        for chunk in self._objects.list(below):
            for each in chunk:
                yield each["path"], each["last_modified"]

    def remove(self, name: str) -> None:
        """See `Place`."""
        self._objects.delete(name)

    def tidy(self, before: datetime) -> None:
        """See `Place`: nothing shows here before it is whole."""


def place(url: str, endpoint: str) -> Place:
    """A place from `file:///folder` (made if missing) or `s3://bucket/prefix` (credentials from AWS_* variables)."""
    parts = urlsplit(url)
    return Folder(Path(unquote(parts.path))) if parts.scheme == "file" else Bucket.at(url, endpoint)


def write_through(path: Path, data: bytes) -> None:
    """Write a new private file, on disk when this returns; its name in the folder is not, see `sync_folder`."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
