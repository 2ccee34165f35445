"""Places for bytes: a folder, or a bucket of an S3-compatible server. `write` returns when the bytes are durable."""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit
from uuid import uuid4

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
_THREADS = 8
_PIECE = 1024 * 1024  # bytes


class Place(Protocol):
    """Bytes under names such as `ab/cd/abcd…`. All methods may raise OSError or `errors`."""

    errors: tuple[type[Exception], ...]

    def check(self) -> None:
        """Raise an error unless the place can be listed and accepts files."""

    def write(self, name: str, data: bytes | BinaryIO) -> None:
        """Store bytes durably; an existing name is overwritten and gets a new time."""

    def read(self, name: str) -> bytes:
        """Return the bytes under a name; FileNotFoundError if it does not exist."""

    def has(self, name: str) -> bool:
        """Return whether a name exists."""

    def names(self, below: str) -> Iterator[tuple[str, datetime]]:
        """Yield every name below a folder, with the time of its last write."""

    def remove(self, name: str) -> None:
        """Delete a name."""

    def tidy(self, before: datetime) -> None:
        """Delete unfinished files of writers that were killed before a moment."""


class Folder:
    """A private folder. File and name are synced to disk before `write` returns."""

    errors: tuple[type[Exception], ...] = ()

    def __init__(self, root: Path) -> None:
        self._root = root
        self._unfinished = root / ".new"
        self._known: set[Path] = set()  # folders whose names are synced
        self._threads = ThreadPoolExecutor(_THREADS)  # starts threads when they are needed, so after any fork
        if not root.is_dir():
            root.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            sync_folder(root.parent)
        root.chmod(PRIVATE_FOLDER)  # created with the umask by earlier releases

    def check(self) -> None:
        """See `Place`."""
        if not os.access(self._root, os.W_OK | os.X_OK):
            raise OSError(f"{self._root} is gone or takes no files")
        with os.scandir(self._root) as entries:
            next(entries, None)

    def write(self, name: str, data: bytes | BinaryIO) -> None:
        """See `Place`. Readers see the old file or the new one, never a part.

        A new file is synced together with the names that lead to it: waiting for the disk once costs a third of
        waiting for each. After a power cut nobody refers to it yet. A file that exists may be referred to, so its
        successor is synced before it takes the name.
        """
        path = self._root / name
        self._unfinished.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)  # no parents: a missing root is an error
        fresh = self._unfinished / uuid4().hex
        try:
            with _private(fresh) as file:
                _fill(file, data)
                file.flush()
                if path.exists():
                    os.fsync(file.fileno())
                self._rename(fresh, name)
                self._sync(file.fileno(), path.parent)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise

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
            except FileNotFoundError:  # deleted meanwhile
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
            except FileNotFoundError:  # its writer finished meanwhile
                continue

    def _rename(self, fresh: Path, name: str) -> None:
        if not (self._root / name).parent.is_dir():
            for folder in reversed(Path(name).parents):
                (self._root / folder).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        fresh.replace(self._root / name)

    def _sync(self, file: int, folder: Path) -> None:
        """Sync a file, its folder, and the folders above whose names this process has not synced before.

        Another process may have created a folder and not synced it yet, so its existence proves nothing.
        """
        named = [] if folder in self._known else self._unsynced(folder)
        folders = {folder, *(each.parent for each in named)}
        waiting = [self._threads.submit(sync_folder, each) for each in folders]
        os.fsync(file)
        for each in waiting:
            each.result()
        self._known.update(named)

    def _unsynced(self, folder: Path) -> list[Path]:
        above = [each for each in (folder, *folder.parents) if self._root in each.parents]
        return [each for each in above if each not in self._known]


def place(url: str, endpoint: str) -> Place:
    """Open `file:///folder` (created if missing) or `s3://bucket/prefix` (credentials from AWS_* variables)."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Folder(Path(unquote(parts.path)))
    from portal.stores.bucket import Bucket  # noqa: PLC0415  # see there

    return Bucket.at(url, endpoint)


def write_through(path: Path, data: bytes) -> None:
    """Write a new file with mode 0600 and sync its bytes; `sync_folder` syncs its name."""
    with _private(path) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _fill(file: BinaryIO, data: bytes | BinaryIO) -> None:
    """Write bytes, or another file piece by piece: a large one is never whole in memory."""
    if isinstance(data, bytes):
        file.write(data)
    else:
        data.seek(0)
        shutil.copyfileobj(data, file, _PIECE)


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb")


def sync_folder(folder: Path) -> None:
    """Sync the names in a folder to disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
