"""The archive of the log as a file: made once per checkpoint, so that no download holds a snapshot of the database."""

import fcntl
import hashlib
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from certificates.ledger.models import SignedCheckpoint
from portal.settings import Settings
from portal.signing import ledger
from portal.stores.files import StorageDownError

FRESH_SECONDS = 3600  # lists of statuses and cosignatures change under the same checkpoint
_PATIENCE = 5.0  # seconds; the archive of a small log is made within that
_PAUSE = 0.05


class BeingMadeError(Exception):
    """Somebody else's request makes the archive, and that takes longer than a visitor should wait."""


def archive_file(
    session: Session, checkpoint: SignedCheckpoint, settings: Settings, *, patience: float = _PATIENCE
) -> Path:
    """Return the file, made when it is missing or an hour old. One is made at a time on this machine.

    BeingMadeError when that takes long; StorageDownError without its folder, or as `ledger.archive`.
    """
    named = hashlib.sha256(checkpoint.note.encode()).hexdigest()
    file = settings.cache_dir / "ledger" / f"{named}.zip"
    try:
        if not _is_fresh(file):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with alone(file.with_name("lock"), patience):
                if not _is_fresh(file):
                    _make(file, ledger.archive(session, checkpoint, settings))
    except OSError as error:
        raise StorageDownError("the folder of the cache cannot be used") from error
    return file


def _is_fresh(file: Path) -> bool:
    try:
        return time.time() - file.stat().st_mtime < FRESH_SECONDS
    except FileNotFoundError:
        return False


def _make(file: Path, pieces: Iterator[bytes]) -> None:
    """Write the file beside its place and put it there when it is whole.

    Of the others only the last one stays, which a request may be about to open.
    """
    others = set(file.parent.iterdir()) - {file, file.with_name("lock")}
    for old in sorted(others, key=lambda each: each.stat().st_mtime)[:-1]:
        old.unlink()
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as unfinished:
        unfinished.writelines(pieces)
    Path(unfinished.name).replace(file)


@contextmanager
def alone(lock: Path, patience: float) -> Iterator[None]:
    """Hold a lock that the kernel frees when its holder ends."""
    end = time.monotonic() + patience
    with lock.open("w") as held:
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise BeingMadeError from None
                time.sleep(_PAUSE)
        yield
