"""Note beside the newest files of the register what has changed since, for the time in which no database answers."""

import os
import tempfile
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from audits.core import clock
from certificates.register import queries
from portal.doors.registry import dumps
from portal.doors.registry.facts import agency_facts
from portal.settings import Settings

FOLLOW_SECONDS = 5
MOST = 5000  # agencies; where more change at once, what was noted stays until the next set has them all
_LATE = timedelta(minutes=10)  # an entry gets its time before it is committed: far above the longest transaction


def keep_up(session: Any, settings: Settings) -> None:
    """Make the files anew if they are too old, then note what has changed since they were made.

    BeingMadeError and StorageDownError as `dumps.newest`.
    """
    folder = dumps.newest(session, settings)
    asked_at = time.time()
    changed = queries.changed_since(session, _since(folder), MOST + 1)
    if len(changed) <= MOST:
        today = clock.today()
        _put(dumps.newer_than(folder), (dumps.as_line(agency_facts(entry, today)) for entry in changed), asked_at)


def _since(folder: Path) -> datetime | None:
    """Return behind which time of an entry something may be missing in a set; None for a set without entries."""
    last = dumps.manifest(folder).get("updatedAt")
    return datetime.fromisoformat(last) - _LATE if last else None


def _put(place: Path, lines: Iterable[str], moment: float) -> None:
    """Replace the file in one step, so that nobody reads half of it; its time is the moment that it tells of."""
    with tempfile.NamedTemporaryFile("w", dir=place.parent, encoding="utf-8", newline="", delete=False) as unfinished:
        unfinished.writelines(lines)
    os.utime(unfinished.name, (moment, moment))
    Path(unfinished.name).replace(place)
