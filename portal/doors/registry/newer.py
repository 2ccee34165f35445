"""Keep up what answers while no database does: the files of the whole register, and the one that is read by index."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

from audits.core import clock
from certificates.register import changes
from certificates.register.keeping import all_kept, kept_since
from portal.doors.registry import dumps
from portal.settings import Settings
from portal.stores.files import StorageDownError
from portal.stores.kept import MOST_CHANGES, KeptFile, KeptWriter, path_in

FOLLOW_SECONDS = 5
ANEW = timedelta(days=1)  # what left no trace in the time of an entry, as new rules of the search, is there by then
_LATE = timedelta(minutes=10)  # an entry gets its time before it is committed: far above the longest transaction


def keep_up(session: Any, settings: Settings) -> None:
    """Note what has changed, then make the files anew if they are too old.

    BeingMadeError and StorageDownError as `dumps.newest`.
    """
    keep(session, path_in(settings.cache_dir))
    dumps.newest(session, settings)


def keep(session: Any, path: Path) -> None:
    """Bring the file up to now, or begin it anew where it is too old, of another form or damaged. StorageDownError."""
    try:
        if not _is_young(path):
            _begin(session, path)
        else:
            _change(session, path)
    except sqlite3.OperationalError as error:  # locked, or no room
        raise StorageDownError("the kept register cannot be written") from error
    except sqlite3.DatabaseError as error:
        path.unlink(missing_ok=True)
        raise StorageDownError("the kept register is damaged; it is begun anew") from error
    except OSError as error:
        raise StorageDownError("the folder of the cache cannot be used") from error


def _is_young(path: Path) -> bool:
    with KeptFile.opened(path) as held:
        return held is not None and abs(clock.now() - held.made) < ANEW


def _begin(session: Any, path: Path) -> None:
    behind = max(-1, changes.last_position(session) - MOST_CHANGES)
    with KeptWriter.begun(path, clock.now(), behind) as file:
        for each in all_kept(session):
            file.put(each)
        _add_changes(session, file)


def _change(session: Any, path: Path) -> None:
    with KeptWriter.changing(path, clock.now()) as file:
        last = file.last_change
        # A clock that was ahead for a while left changes with times to come; what is behind them now still counts.
        for each in kept_since(session, min(last, clock.now()) - _LATE) if last else all_kept(session):
            file.put(each)
        _add_changes(session, file)


def _add_changes(session: Any, file: KeptWriter) -> None:
    while found := changes.since(session, file.last_position):
        file.add_changes(found)
